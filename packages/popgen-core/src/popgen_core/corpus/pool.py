"""Workers that may die: each is known to have a file, so that a file that kills or stalls its worker costs one row.

What the workers do with a file is their job's affair: reading it for a dataset, judging it by figures.
"""

from __future__ import annotations

import contextlib
import errno
import os
import pickle
import queue
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from popgen_core.corpus.child import Child, Died
from popgen_core.corpus.job import Job
from popgen_core.errors import PluginError, PopgenError

__all__ = ["Pool", "WorkerLimits", "default_workers"]

Task = TypeVar("Task")
Answer = TypeVar("Answer")

START_SECONDS = 120.0  # for imports on a busy machine
AHEAD = 2  # files that a worker is given at a time, so that it need not wait for the next
WATCH_SECONDS = 0.1  # from one look at the clock to the next


@dataclass(frozen=True)
class WorkerLimits:
    """What one file may cost: seconds on the clock, and bytes of address space of the worker that reads it."""

    seconds: float = 60.0
    memory_bytes: int = 2 * 2**30


def default_workers() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class _Worker(Generic[Task]):
    """A child, the files that it was given, and whether it has read any before: then those may have harmed it."""

    def __init__(self, child: Child) -> None:
        self.child = child
        self.given: deque[tuple[int, Task]] = deque()
        self.fresh = True


class Pool(Generic[Task, Answer]):
    """Worker processes that do one job; use it in a `with` statement, whose end is the end of every worker."""

    def __init__(self, job: Job[Task, Answer], workers: int, limits: WorkerLimits) -> None:
        self._job, self._workers, self._limits = job, workers, limits
        self._answers: queue.Queue[tuple[int, Answer] | BaseException] = queue.Queue(maxsize=4 * workers)
        self._children: set[Child] = set()
        self._again: deque[tuple[int, Task]] = deque()  # files whose worker died before it came to them
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._threads = [threading.Thread(target=self._watch, daemon=True)]
        self._threads[0].start()

    def __enter__(self) -> Pool[Task, Answer]:
        return self

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._closed.set()
            for child in self._children:
                child.kill()
        for thread in self._threads:
            thread.join(timeout=10)

    def answers(self, tasks: Sequence[Task]) -> Iterator[tuple[int, Answer]]:
        """Files to read -> (number of the file, what became of it), in the order in which they are done.

        Raises PopgenError when no worker can be started.
        """
        left = iter(enumerate(tasks))
        lanes = [threading.Thread(target=self._lane, args=(left,), daemon=True) for _ in tasks[: self._workers]]
        self._threads += lanes
        for lane in lanes:
            lane.start()
        for _ in tasks:
            answer = self._answers.get()
            if isinstance(answer, BaseException):
                raise answer
            yield answer

    def _lane(self, left: Iterator[tuple[int, Task]]) -> None:
        """What one thread does: keep a worker busy, hand on its answers; a new worker where one is lost."""
        worker: _Worker[Task] | None = None
        try:
            while not self._closed.is_set():
                if worker is None and not (worker := self._hired(left)):
                    break
                self._fill(worker, left)
                if not worker.given:
                    break
                worker = self._one_answer(worker)
        except BaseException as error:
            self._hand_on(error)
        finally:
            if worker:
                self._dismiss(worker)

    def _hired(self, left: Iterator[tuple[int, Task]]) -> _Worker[Task] | None:
        """A new worker with its first file; none is started where there is nothing left to read."""
        if (first := self._next(left)) is None:
            return None
        worker = _Worker[Task](self._started())
        worker.given.append(first)
        worker.child.send(first[1])
        worker.child.allow(self._limits.seconds)
        return worker

    def _fill(self, worker: _Worker[Task], left: Iterator[tuple[int, Task]]) -> None:
        while len(worker.given) < AHEAD and (numbered := self._next(left)):
            worker.given.append(numbered)
            if len(worker.given) == 1:
                worker.child.allow(self._limits.seconds)
            with contextlib.suppress(OSError):  # that it died is told by the next answer that does not come
                worker.child.send(numbered[1])

    def _next(self, left: Iterator[tuple[int, Task]]) -> tuple[int, Task] | None:
        with self._lock:
            return self._again.popleft() if self._again else next(left, None)

    def _one_answer(self, worker: _Worker[Task]) -> _Worker[Task] | None:
        """Hands on the next answer of a worker; the worker, if it still lives."""
        try:
            answer = worker.child.receive()
        except Died as died:
            self._lose(worker, died)
            return None
        if isinstance(answer, PopgenError):  # not of the file: what it could be written to is full or gone
            raise answer
        number, _ = worker.given.popleft()
        worker.fresh = False
        worker.child.allow(self._limits.seconds if worker.given else None)
        self._hand_on((number, answer))
        return worker

    def _lose(self, worker: _Worker[Task], died: Died) -> None:
        """A file that was too slow, or that killed a worker which had read no other, has its row; others try again."""
        number, task = worker.given[0]
        if died.late or worker.fresh:
            worker.given.popleft()
            message = f"reading it took more than {self._limits.seconds:g} seconds" if died.late else str(died)
            answer = self._job.lost(task, "too-slow" if died.late else "reader-died", message)
        with self._lock:
            self._again.extendleft(reversed(worker.given))
        self._dismiss(worker)
        if died.late or worker.fresh:
            self._hand_on((number, answer))

    def _started(self) -> Child:
        """A child that has greeted; raises PopgenError where that fails."""
        with self._lock:
            if self._closed.is_set():
                raise PopgenError("the pool is closed")
            try:
                child = Child()
            except OSError as error:
                hint = "use fewer workers" if error.errno == errno.EAGAIN else ""
                raise PopgenError(f"no worker process can be started: {error.strerror}", hint=hint) from error
            self._children.add(child)
        child.allow(START_SECONDS)
        try:
            child.send((self._limits.memory_bytes, pickle.dumps(self._job)))
            greeting = child.receive()
        except (Died, OSError) as error:
            raise PluginError(f"{self._job.what} cannot be loaded: {error}") from error
        if isinstance(greeting, PopgenError):
            raise greeting
        return child

    def _dismiss(self, worker: _Worker[Task]) -> None:
        with self._lock:
            self._children.discard(worker.child)
        worker.child.end()

    def _watch(self) -> None:
        """Kills the children whose time is up, until the pool is closed."""
        while not self._closed.wait(WATCH_SECONDS):
            with self._lock:
                for child in self._children:
                    child.kill_if_late()

    def _hand_on(self, answer: tuple[int, Answer] | BaseException) -> None:
        while not self._closed.is_set():
            with contextlib.suppress(queue.Full):
                self._answers.put(answer, timeout=0.1)
                return
