"""What a stranger's module does to the program that imports it: its printing is kept off stdout, its changes put back.

Standard output belongs to the command: a program may read JSON there. What is held or put back is what is cheap: stdout
(Python's and the file descriptor's), `sys.stdout` and `sys.stderr`, which are opened anew where they were closed, the
working folder, the handlers of Ctrl-C and SIGTERM. Warnings go to stderr as always, each with its file. Out of reach:
`os._exit` and crashes of C code end the program; what a thread that the module started prints later comes out;
environment variables, `sys.path` and the seeds of global generators stay as the module left them. Plug-ins are trusted
code: this is for slips, not against malice.
"""

from __future__ import annotations

import io
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stdout, suppress
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import IO, Any

__all__ = ["SLOW_SECONDS", "Seen", "aside", "printable", "watched"]

SLOW_SECONDS = 1.0  # name cards load in milliseconds; whoever needs more imports something heavy, or waits
LONGEST = 300  # characters of a stranger's words in a line of a report
STDOUT, STDERR = 1, 2  # file descriptors
STREAMS = {"stdout": STDOUT, "stderr": STDERR}
SIGNALS = (signal.SIGINT, signal.SIGTERM)

_replaced: list[Any] = []  # streams that strangers put in place of ours: their end would close what both write to


@dataclass
class Seen:
    """What was seen of a stranger's code while it ran: what it printed, changed, and how long it took."""

    printed: str = ""
    changed: tuple[str, ...] = ()
    seconds: float = 0.0

    def lines(self) -> list[str]:
        """A line for each thing that a module of name cards should not do."""
        lines = []
        if printed := self.printed.strip().splitlines():
            more = f" and {len(printed) - 1} more" if len(printed) > 1 else ""
            lines.append(f"prints while it loads: {printable(printed[0])!r}{more}")
        if self.changed:
            lines.append(f"changes while it loads: {', '.join(self.changed)}")
        if self.seconds > SLOW_SECONDS:
            lines.append(f"took {self.seconds:.1f} s to load; POPGEN_PLUGINS=off keeps it out")
        return lines


@contextmanager
def watched() -> Iterator[Seen]:
    """Hold what is printed meanwhile and put back what is changed; both stand in what is yielded, afterwards."""
    seen, said = Seen(), io.StringIO()
    with _standing(), _store() as store:
        began = time.monotonic()
        with _diverted(store.fileno(), said):
            before = _Surroundings.now()
            try:
                yield seen
            finally:
                seen.seconds = time.monotonic() - began
                seen.changed = before.put_back()
        store.seek(0)
        seen.printed = said.getvalue() + store.read().decode("utf-8", "replace")


@contextmanager
def aside() -> Iterator[None]:
    """What is printed meanwhile goes to stderr, and what is changed is put back."""
    with _standing(), _diverted(STDERR, sys.stderr):
        before = _Surroundings.now()
        try:
            yield
        finally:
            before.put_back()


def printable(said: object) -> str:
    """What a stranger says, an error too, as one short line without control characters."""
    try:
        words = " ".join(str(said).split())
    except Exception:  # whose own __str__ fails
        return "(without readable words)"
    line = "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in words)
    return line if len(line) <= LONGEST else line[: LONGEST - 3] + "..."


@dataclass(frozen=True)
class _Surroundings:
    """What belongs to the program, not to a module of it."""

    streams: Mapping[str, Any]
    folder: str
    handlers: Mapping[signal.Signals, Any]

    @classmethod
    def now(cls) -> _Surroundings:
        """As they are; signal handlers can be set in the main thread alone, and those of C code (None) not at all."""
        settable = SIGNALS if threading.current_thread() is threading.main_thread() else ()
        handlers = {number: signal.getsignal(number) for number in settable}
        return cls({name: stream for name in STREAMS if not _closed(stream := getattr(sys, name))}, _folder(), handlers)

    def put_back(self) -> tuple[str, ...]:
        """Make them so again -> what was otherwise."""
        return (*self._streams_back(), *self._folder_back(), *self._handlers_back())

    def _streams_back(self) -> Iterator[str]:
        for name, ours in self.streams.items():
            theirs = getattr(sys, name)
            if theirs is ours:
                if _closed(ours):  # `_standing` opens it anew
                    yield f"sys.{name}"
                continue
            _replaced.append(theirs)
            _flush(theirs)
            if _usable(ours):  # else they built theirs out of it
                setattr(sys, name, ours)
            yield f"sys.{name}"

    def _folder_back(self) -> Iterator[str]:
        if self.folder and _folder() != self.folder:
            with suppress(OSError):
                os.chdir(self.folder)
            yield "the working folder"

    def _handlers_back(self) -> Iterator[str]:
        for number, ours in self.handlers.items():
            if ours is not None and signal.getsignal(number) != ours:
                signal.signal(number, ours)
                yield f"the handler of {number.name}"


@contextmanager
def _standing() -> Iterator[None]:
    """Python's standard streams, where they write to their file descriptors, are opened anew if they are closed
    meanwhile."""
    ours = {name: getattr(sys, name) for name, descriptor in STREAMS.items() if _is_of(name, descriptor)}
    kept = {name: os.dup(STREAMS[name]) for name in ours}
    try:
        yield
    finally:
        for name, stream in ours.items():
            if _closed(stream) and getattr(sys, name) is stream:
                os.dup2(kept[name], STREAMS[name])
                setattr(sys, name, _opened_as(stream, STREAMS[name]))
            os.close(kept[name])


def _is_of(name: str, descriptor: int) -> bool:
    return _descriptor_of(getattr(sys, name)) == descriptor


def _opened_as(stream: Any, descriptor: int) -> Any:
    """A stream on a file descriptor, written to as another one was; its end leaves the descriptor open."""
    lines = 1 if stream.line_buffering else -1
    return open(descriptor, "w", lines, encoding=stream.encoding, errors=stream.errors, closefd=False)


@contextmanager
def _diverted(descriptor: int, stream: Any) -> Iterator[None]:
    """Standard output goes elsewhere: the file descriptor's, of C code and child processes too, to a descriptor.

    Python's goes with it, and `sys.stdout` stays the object that it is; only where that writes elsewhere than to the
    file descriptor (a notebook, a test) does a stream take its place.
    """
    ours = sys.stdout
    _flush(ours)
    kept = _swapped(descriptor)
    try:
        if _descriptor_of(ours) == STDOUT:
            yield
        else:
            with redirect_stdout(stream):
                yield
    finally:
        _flush(ours)
        if kept is not None:
            os.dup2(kept, STDOUT)
            os.close(kept)


def _swapped(descriptor: int) -> int | None:
    """Put a descriptor in the place of standard output's -> a copy of that, or None where either is closed."""
    try:
        kept = os.dup(STDOUT)
    except OSError:
        return None
    try:
        os.dup2(descriptor, STDOUT)
    except OSError:
        os.close(kept)
        return None
    return kept


def _store() -> IO[bytes]:
    """Where to hold what is printed; where no temporary folder can be written to, it is let go."""
    try:
        return TemporaryFile()
    except OSError:
        return open(os.devnull, "w+b")


def _descriptor_of(stream: Any) -> int | None:
    try:
        return int(stream.fileno())
    except (AttributeError, OSError, ValueError):  # none, a stream in memory, a closed one
        return None


def _closed(stream: Any) -> bool:
    try:
        return bool(stream.closed)
    except (AttributeError, ValueError):  # none, or one detached from its file
        return False


def _usable(stream: Any) -> bool:
    """Whether a stream can still be written to: it is neither closed nor detached from its file."""
    try:
        stream.flush()
    except (AttributeError, OSError, ValueError):
        return stream is None
    return True


def _flush(stream: Any) -> None:
    with suppress(AttributeError, OSError, ValueError):
        stream.flush()


def _folder() -> str:
    try:
        return os.getcwd()
    except OSError:  # it was removed meanwhile
        return ""
