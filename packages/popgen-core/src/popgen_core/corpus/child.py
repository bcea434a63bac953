"""One worker process, the pipes to it, and the time that it has for its next answer."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from typing import Any

from popgen_core.corpus.messages import receive, send

__all__ = ["Child", "Died"]

ENVIRONMENT = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}  # each thread takes address space


class Died(Exception):
    """A child ended before it answered; `late`: because its time was up."""

    def __init__(self, how: str, late: bool) -> None:
        super().__init__(how)
        self.late = late


class Child:
    """A process that runs `popgen_core.corpus.worker`. Messages go in and come out in the same order."""

    def __init__(self) -> None:
        self._process: Any = subprocess.Popen(
            [sys.executable, "-P", "-m", "popgen_core.corpus.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, **ENVIRONMENT, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
        self._lock = threading.Lock()
        self._until: float | None = None
        self._late = False

    def send(self, message: Any) -> None:
        """Sends a message; raises OSError when the child is gone."""
        send(self._process.stdin, message)

    def allow(self, seconds: float | None) -> None:
        """Gives it so long, from now, for its next answer; None: as long as it takes."""
        with self._lock:
            self._until = None if seconds is None else time.monotonic() + seconds

    def receive(self) -> Any:
        """Waits for the next answer, and gives it no more time than it had for this one; raises Died."""
        try:
            answer = receive(self._process.stdout)
        except (OSError, ValueError, EOFError) as error:
            with self._lock:
                late = self._late
            raise Died("it does not answer" if late else f"its reader died ({self._how()})", late) from error
        with self._lock:
            self._until, self._late = None, False  # one that was killed just now has answered all the same
        return answer

    def kill_if_late(self) -> None:
        """Ends the process if its time is up."""
        with self._lock:
            if self._until is not None and time.monotonic() > self._until:
                self._until, self._late = None, True
                self._process.kill()

    def kill(self) -> None:
        """Ends the process."""
        self._process.kill()

    def end(self) -> None:
        """Ends the process, waits until it is gone, and closes its pipes."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):
                pipe.close()

    def _how(self) -> str:
        """How the process ended, for people: known a moment after its pipe closes."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=5)
        self.kill()
        self._process.wait()
        code = self._process.returncode
        with contextlib.suppress(ValueError):
            return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
        return f"signal {-code}"
