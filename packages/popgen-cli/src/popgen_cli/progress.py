"""Progress on stderr: a bar when it is a terminal, one plain line now and then when it is not."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from popgen_cli.doors import heed_interrupts

__all__ = ["Show", "progress"]

EVERY_SECONDS = 15.0


class Show(Protocol):
    """Called with how much is done, of how much, and a few words."""

    def __call__(self, done: int, total: int, words: str = "") -> None:
        """Show it."""
        ...


@contextmanager
def progress(what: str) -> Iterator[Show]:
    """Show the progress of one job."""
    if sys.stderr.isatty():
        with _bar(what) as show:
            yield show
    else:
        lines = _Lines(what)
        yield lines
        lines.end()


class _Lines:
    def __init__(self, what: str) -> None:
        self.what, self.said = what, time.monotonic()
        self.last = self.shown = ""

    def __call__(self, done: int, total: int, words: str = "") -> None:
        heed_interrupts()
        self.last = f"{self.what}: {done} of {total} {words}".rstrip()
        if time.monotonic() - self.said >= EVERY_SECONDS:
            self._show()

    def end(self) -> None:
        """The last of it, where a line was shown before and would else be taken for the end."""
        if self.shown and self.shown != self.last:
            self._show()

    def _show(self) -> None:
        self.said, self.shown = time.monotonic(), self.last
        print(self.last, file=sys.stderr, flush=True)


@contextmanager
def _bar(what: str) -> Iterator[Show]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn(what),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[words]}"),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task(what, total=None, words="")

        def show(done: int, total: int, words: str = "") -> None:
            heed_interrupts()
            bars.update(task, completed=done, total=total, words=words)

        yield show
