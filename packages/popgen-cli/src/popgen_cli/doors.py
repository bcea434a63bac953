"""How every command ends: one line for what a user can mend, the right exit code, no traceback unless asked."""

from __future__ import annotations

import functools
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from traceback import print_exception, walk_tb
from types import FrameType
from typing import Any, TypeVar

import typer

from popgen_core.errors import PopgenError, lacking

__all__ = ["complain", "door", "end_like_ctrl_c", "heed_interrupts", "leads", "shown_json"]

F = TypeVar("F", bound=Callable[..., Any])

INTERRUPTED = 130
ADVICE = "POPGEN_PLUGINS=off keeps plug-ins out, popgen --debug shows who called it"


def door(command: F) -> F:
    """Wrap a command: errors become one line on stderr and their exit code; Ctrl-C becomes 130."""

    @functools.wraps(command)
    def entered(*args: Any, **options: Any) -> Any:
        try:
            with _json_alone(options.get("json")):
                return command(*args, **options)
        except PopgenError as error:
            if os.environ.get("POPGEN_DEBUG"):
                raise
            complain(str(error))
            raise typer.Exit(error.exit_code) from None
        except SystemExit as left:  # popgen never leaves so; a plug-in's code may, and with exit code 0
            if os.environ.get("POPGEN_DEBUG"):
                print_exception(left)
            complain(f"{_place_of(left)} ended the program with SystemExit: {left} (popgen did not finish; {ADVICE})")
            raise typer.Exit(1) from None
        except KeyboardInterrupt as stopped:
            complain(f"interrupted {stopped}".strip())
            raise typer.Exit(INTERRUPTED) from None
        except ModuleNotFoundError as error:
            if os.environ.get("POPGEN_DEBUG"):
                raise
            complain(str(lacking(error.name or str(error))))
            raise typer.Exit(1) from None
        except ImportError as error:  # installed, and broken
            if os.environ.get("POPGEN_DEBUG"):
                raise
            complain(f"{error} (install anew what brings it; popgen --debug shows where it broke)")
            raise typer.Exit(1) from None
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(1) from None
        except OSError as error:  # a full disk, a folder taken away meanwhile
            if os.environ.get("POPGEN_DEBUG"):
                raise
            complain(f"{error.filename}: {error.strerror}" if error.filename else str(error))
            raise typer.Exit(1) from None

    return entered  # type: ignore[return-value]


_held: list[list[str]] = []  # of each command that prints JSON, what it has shown so far


@contextmanager
def _json_alone(json: object) -> Iterator[None]:
    """Where a program reads JSON on stdout, nothing else comes there: what plug-ins print meanwhile goes to stderr."""
    if json is not True and str(json) != "-":
        yield
        return
    from popgen_core.plugins.surroundings import aside

    _held.append([])
    try:
        with aside():
            yield
    finally:
        for text in _held.pop():
            typer.echo(text)


def _place_of(error: BaseException) -> str:
    """File and line in which an error was raised."""
    *_, last = walk_tb(error.__traceback__)
    return f"{last[0].f_code.co_filename}:{last[1]}"


def end_like_ctrl_c() -> None:
    """Let SIGTERM raise KeyboardInterrupt, so that whoever ends popgen leaves nothing half-written behind."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        _interrupts.append(number)
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, interrupt)
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, interrupt)


_interrupts: list[int] = []  # signals that this process was to end by


def heed_interrupts() -> None:
    """Raise KeyboardInterrupt again where a library swallowed it, as numpy's `Generator.choice` may."""
    if _interrupts:
        raise KeyboardInterrupt


def complain(line: str) -> None:
    """One line on stderr, named after the program; of several processes the others say who they are."""
    who = "popgen" if leads() else f"popgen (process {os.environ['RANK']})"
    words = "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in " ".join(line.splitlines()))
    typer.echo(f"{who}: {words}", err=True)


def leads() -> bool:
    """Whether this is the process that speaks: the only one, or the first of those that torchrun started."""
    return os.environ.get("RANK", "0") == "0"


def shown_json(value: Any) -> None:
    """A value as JSON on stdout, for programs."""
    import json

    text = json.dumps(value, indent=2, allow_nan=False)
    if _held:
        _held[-1].append(text)
    else:
        typer.echo(text)
