"""What else a piece of code does: what it prints, writes, opens and starts, and which common things it changes."""

from __future__ import annotations

import contextlib
import io
import os
import random
import sys
import threading
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Any, ClassVar

from popgen_core.testing.verdict import claim

__all__ = ["Watched", "leaves_no_trace", "state_of_the_process"]

WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
DEEDS = {  # audit events of Python (PEP 578) that leave a trace outside the process, as they are told
    "os.mkdir": "makes the folder",
    "os.remove": "removes",
    "os.rename": "renames",
    "os.rmdir": "removes the folder",
    "os.system": "starts the program",
    "subprocess.Popen": "starts the program",
    "socket.connect": "opens a connection with",
    "socket.getaddrinfo": "asks the network for",
    "socket.bind": "listens at",
}


class Watched:
    """While it is entered, `done` gathers what this process prints, writes and starts, a few words each."""

    _watching: ClassVar[list[Watched]] = []  # an audit hook cannot be taken away: one serves them all

    def __init__(self) -> None:
        self.done: list[str] = []
        self._printed = io.StringIO()
        self._redirected = contextlib.ExitStack()

    def __enter__(self) -> Watched:
        _hook_once()
        self._redirected.enter_context(contextlib.redirect_stdout(self._printed))
        self._redirected.enter_context(contextlib.redirect_stderr(self._printed))
        Watched._watching.append(self)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        Watched._watching.remove(self)
        self._redirected.close()
        if text := self._printed.getvalue().strip():
            self.done.append(f"prints {text[:60]!r}")


def state_of_the_process() -> dict[str, Any]:
    """What all code of a process shares, by what it is called in a sentence."""
    state: dict[str, Any] = {
        "the environment": dict(os.environ),
        "the working folder": os.getcwd(),
        "the search path": list(sys.path),
        "the global chance of random": random.getstate(),
        "the number of threads": threading.active_count(),
    }
    if numpy := sys.modules.get("numpy"):
        name, keys, *rest = numpy.random.get_state()
        state["the global chance of numpy"] = (name, keys.tolist(), rest)
    if torch := sys.modules.get("torch"):
        state["the global chance of torch"] = torch.get_rng_state().tolist()
        state["torch's usual kind of number"] = torch.get_default_dtype()
        state["torch's number of threads"] = torch.get_num_threads()
        state["whether torch records gradients"] = torch.is_grad_enabled()
        state["whether torch insists on determinism"] = torch.are_deterministic_algorithms_enabled()
    return state


def leaves_no_trace(call: Callable[[], object], what: str) -> None:
    """Claim that a call, which `what` names, prints, writes and starts nothing, and changes nothing common."""
    call()  # whatever is imported late is imported now
    with _chance_moved_on():
        before = state_of_the_process()
        with Watched() as seen:
            call()
        after = state_of_the_process()
    claim(not seen.done, f"{what} {seen.done[:1] and seen.done[0]}")
    for each, value in after.items():
        claim(value == before[each], f"{what} changes {each}")


@contextlib.contextmanager
def _chance_moved_on() -> Iterator[None]:
    """Global chance at a place where no seed puts it, so that seeding is seen too; afterwards it is where it was."""
    numpy, torch = sys.modules.get("numpy"), sys.modules.get("torch")
    was = random.getstate(), numpy and numpy.random.get_state(), torch and torch.get_rng_state()
    random.random()
    if numpy:
        numpy.random.random()
    if torch:
        torch.rand(())
    try:
        yield
    finally:
        random.setstate(was[0])
        if numpy:
            numpy.random.set_state(was[1])
        if torch:
            torch.set_rng_state(was[2])


_hooked: list[bool] = []


def _hook_once() -> None:
    if not _hooked:
        sys.addaudithook(_heard)
        _hooked.append(True)


def _heard(event: str, arguments: tuple[Any, ...]) -> None:
    if not Watched._watching:
        return
    if event == "open" and isinstance(arguments[2], int) and arguments[2] & WRITES:
        _told(f"writes {arguments[0]}")
    elif event in DEEDS:
        _told(f"{DEEDS[event]} {arguments[0] if event != 'socket.connect' else arguments[1]}")


def _told(words: str) -> None:
    for watched in Watched._watching:
        watched.done.append(words)
