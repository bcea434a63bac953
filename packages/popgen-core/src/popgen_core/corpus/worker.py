"""A worker process: does its parent's job, one file at a time, until the parent is gone or it dies.

Run as `python -m popgen_core.corpus.worker`, so that neither a notebook nor a script needs a __main__ guard.
Messages come on stdin and go out on a copy of stdout, since stdout itself belongs to whatever a grouper prints.
"""

from __future__ import annotations

import contextlib
import gc
import os
import pickle
import signal
import threading
import time
from collections.abc import Callable
from typing import Any, BinaryIO

from popgen_core.corpus.job import Job
from popgen_core.corpus.messages import receive, send
from popgen_core.errors import PluginError, PopgenError

__all__ = ["main"]


def main() -> None:
    """Answers until there is nobody to answer."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends its workers
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    requests, answers = _private_streams()
    with contextlib.suppress(EOFError, BrokenPipeError):
        memory_bytes, job = receive(requests)
        _limit_memory(memory_bytes)
        answering = _begun(job, answers)
        gc.freeze()  # nothing of what is there now becomes garbage
        while answering:
            send(answers, _answer(answering, receive(requests)))


def _answer(answering: Callable[[Any], Any], task: Any) -> Any:
    try:
        return answering(task)
    except PopgenError as error:  # not of the file: its song cannot be written
        return error


def _begun(pickled: bytes, answers: BinaryIO) -> Callable[[Any], Any] | None:
    """What answers; tells the parent that it is there, or why not."""
    what = "the job of a worker"
    try:
        job: Job[Any, Any] = pickle.loads(pickled)
        what = job.what
        answering = job.begin()
    except PopgenError as error:
        send(answers, error)
        return None
    except Exception as error:
        send(answers, PluginError(f"{what} cannot be made: {type(error).__name__}: {error}"))
        return None
    send(answers, "ready")
    return answering


def _private_streams() -> tuple[BinaryIO, BinaryIO]:
    """Copies of stdin and stdout; in their places, nothing to read and stderr to write to."""
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    return requests, answers


def _limit_memory(memory_bytes: int) -> None:
    """Limits the address space, where the system can; a file that asks for more meets a MemoryError."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))


def _end_with(parent: int) -> None:
    """Ends this process when its parent is gone, even in the middle of a file."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)


if __name__ == "__main__":
    main()
