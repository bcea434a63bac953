"""Workers that may die: each has one file at a time, so that a file that kills or stalls its worker costs one row."""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from popgen_core.corpus.folder import Task, left_out
from popgen_core.corpus.messages import receive, send
from popgen_core.corpus.reader import Answer, ReaderSetup
from popgen_core.errors import PluginError, PopgenError

__all__ = ["Pool", "WorkerLimits", "default_workers"]

START_SECONDS = 120.0  # for imports on a busy machine
WORKER_ENVIRONMENT = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}  # each thread takes address space


@dataclass(frozen=True)
class WorkerLimits:
    """What one file may cost: seconds on the clock, and bytes of address space of the worker that reads it."""

    seconds: float = 60.0
    memory_bytes: int = 2 * 2**30


def default_workers() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Pool:
    """Worker processes that read files; use it in a `with` statement, whose end is the end of every worker."""

    def __init__(self, setup: ReaderSetup, workers: int, limits: WorkerLimits) -> None:
        self.groups: tuple[str, ...] = ()  # what the grouper makes; known once the first answer is there
        self._setup, self._workers, self._limits = setup, workers, limits
        self._answers: queue.Queue[tuple[int, Answer] | BaseException] = queue.Queue(maxsize=2 * workers)
        self._alive: set[_Worker] = set()
        self._lanes: list[threading.Thread] = []
        self._lock = threading.Lock()
        self._closed = threading.Event()

    def __enter__(self) -> Pool:
        return self

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._closed.set()
            for worker in self._alive:
                worker.kill()
        for lane in self._lanes:
            lane.join(timeout=10)

    def answers(self, tasks: Sequence[Task]) -> Iterator[tuple[int, Answer]]:
        """Files to read -> (number of the file, what became of it), in the order in which they are done.

        Raises PopgenError when no worker can be started.
        """
        left = iter(enumerate(tasks))
        self._lanes = [threading.Thread(target=self._lane, args=(left,), daemon=True) for _ in range(self._workers)]
        for lane in self._lanes:
            lane.start()
        for _ in tasks:
            answer = self._answers.get()
            if isinstance(answer, BaseException):
                raise answer
            yield answer

    def _lane(self, left: Iterator[tuple[int, Task]]) -> None:
        """What one thread does: hand its worker a file, wait, hand on the answer; a new worker where one is lost."""
        worker: _Worker | None = None
        try:
            while not self._closed.is_set():
                with self._lock:
                    number, task = next(left, (-1, Task("", "")))
                if number < 0:
                    break
                answer, worker = self._read(worker, task)
                self._hand_on((number, answer))
        except BaseException as error:
            self._hand_on(error)
        finally:
            if worker:
                self._end(worker)

    def _read(self, worker: _Worker | None, task: Task) -> tuple[Answer, _Worker | None]:
        """The answer, and the worker if it still lives. A worker that earlier files may have harmed gets no blame."""
        if worker:
            with contextlib.suppress(_Died):
                return self._ask(worker, task)
            self._end(worker)
        worker = self._start()
        try:
            return self._ask(worker, task)
        except _Died as died:
            self._end(worker)
            return Answer(left_out(task.source, "reader-died", str(died))), None

    def _ask(self, worker: _Worker, task: Task) -> tuple[Answer, _Worker | None]:
        try:
            return worker.ask(task, self._limits.seconds), worker
        except _Late:
            self._end(worker)
            message = f"reading it took more than {self._limits.seconds:g} seconds"
            return Answer(left_out(task.source, "too-slow", message)), None

    def _start(self) -> _Worker:
        with self._lock:
            if self._closed.is_set():
                raise _Died("the pool is closed")
            try:
                worker = _Worker()
            except OSError as error:
                raise PopgenError(f"no worker process can be started: {error.strerror}", hint="use fewer") from error
            self._alive.add(worker)
        try:
            groups = worker.ask((self._setup, self._limits.memory_bytes), START_SECONDS)
        except (_Died, _Late) as error:
            raise PluginError(f"grouper {self._setup.grouper_target!r} cannot be loaded: {error}") from error
        if isinstance(groups, PopgenError):
            raise groups
        self.groups = groups
        return worker

    def _end(self, worker: _Worker) -> None:
        worker.kill()
        worker.close()
        with self._lock:
            self._alive.discard(worker)

    def _hand_on(self, answer: tuple[int, Answer] | BaseException) -> None:
        while not self._closed.is_set():
            with contextlib.suppress(queue.Full):
                self._answers.put(answer, timeout=0.1)
                return


class _Died(Exception):
    """A worker ended before it answered."""


class _Late(Exception):
    """A worker did not answer in time and was ended."""


class _Worker:
    """One worker process and the two pipes to it."""

    def __init__(self) -> None:
        self._process: Any = subprocess.Popen(
            [sys.executable, "-P", "-m", "popgen_core.corpus.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, **WORKER_ENVIRONMENT, "PYTHONPATH": os.pathsep.join(sys.path)},
        )

    def ask(self, message: Any, seconds: float) -> Any:
        """Sends a message and waits for the answer; raises _Late or _Died."""
        deadline = _Deadline(self, seconds)
        try:
            send(self._process.stdin, message)
            answer = receive(self._process.stdout)
        except (OSError, ValueError, EOFError) as error:
            if deadline.passed():
                raise _Late("it does not answer") from error
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(timeout=5)  # what it died of is known a moment after its pipe closes
            self.kill()
            raise _Died(f"its reader died ({_how(self._process.returncode)})") from error
        if deadline.passed():
            raise _Late("it does not answer")
        return answer

    def kill(self) -> None:
        """Ends the process and waits until it is gone."""
        self._process.kill()
        self._process.wait()

    def close(self) -> None:
        """Closes the pipes of a process that is gone."""
        for pipe in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):
                pipe.close()


class _Deadline:
    """Kills a worker unless it is asked in time whether it has `passed`."""

    def __init__(self, worker: _Worker, seconds: float) -> None:
        self._lock, self._asked, self._late = threading.Lock(), False, False
        self._worker = worker
        self._timer = threading.Timer(seconds, self._kill)
        self._timer.daemon = True
        self._timer.start()

    def passed(self) -> bool:
        with self._lock:
            self._asked = True
        self._timer.cancel()
        return self._late

    def _kill(self) -> None:
        with self._lock:
            self._late = not self._asked
            if self._late:
                self._worker.kill()


def _how(code: int) -> str:
    """How a process ended, for people."""
    with contextlib.suppress(ValueError):
        return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
    return f"signal {-code}"
