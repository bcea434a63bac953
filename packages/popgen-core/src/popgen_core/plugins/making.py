"""A component made and at work: whatever a stranger's class raises then is one line that says whose it is.

What it prints goes to stderr, and what it changes of the program is put back, as when it is imported.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from traceback import walk_tb
from typing import Any

from popgen_core.errors import PluginError, PopgenError
from popgen_core.plugins.loader import BUILTIN, Offer, naming
from popgen_core.plugins.surroundings import aside, printable

__all__ = ["at_work", "blaming", "made"]


def made(offer: Offer, component: Any, *given: Any) -> Any:
    """A component's class called with what it is given, its config first. Raises PluginError where a stranger's fails.

    Errors that popgen itself raises, such as a RecipeError for settings that do not fit, pass as they are.
    """
    with blaming(offer, "cannot be made"):
        return component(*given)


@contextmanager
def blaming(offer: Offer, failed: str, *, hint: str = "") -> Iterator[None]:
    """What a stranger's code raises meanwhile, SystemExit too, becomes a PluginError: `failed` says what did not work.

    Popgen's own components are let be: what they raise is no plug-in's defect.
    """
    if offer.distribution in BUILTIN:
        yield
        return
    whose = f"{offer.distribution} {offer.version}"
    what = f"{offer.card.kind} {offer.card.name!r} of {whose}"
    try:
        with naming(what, offer.distribution, "at work"), aside():
            yield
    except (PopgenError, MemoryError):
        raise
    except (Exception, SystemExit) as error:
        said = f"{type(error).__name__}: {printable(error)}"
        raise PluginError(f"{what} {failed}: {said}", hint=hint or _advice(offer, error)) from error


@contextmanager
def at_work(offers: Iterable[Offer]) -> Iterator[None]:
    """What comes out of the code of one of these strangers meanwhile becomes a PluginError that says whose and where.

    All else passes as it is: an error that no line of theirs had a part in is not theirs.
    """
    try:
        yield
    except (PopgenError, MemoryError):
        raise
    except Exception as error:
        if not (found := _raised_in(error, offers)):
            raise
        offer, place = found
        whose = f"{offer.distribution} {offer.version}"
        said = f"{type(error).__name__}: {printable(error)}"
        hint = f"this is a defect of {whose}; popgen --debug shows all of it"
        raise PluginError(f"{whose} failed at work ({place}): {said}", hint=hint) from error


def _raised_in(error: BaseException, offers: Iterable[Offer]) -> tuple[Offer, str] | None:
    """The stranger whose code ran innermost when an error was raised, and the file and line of it."""
    strangers = {_package(offer.card.target): offer for offer in offers if offer.distribution not in BUILTIN}
    for frame, line in reversed(list(walk_tb(error.__traceback__))):
        if offer := strangers.get(_package(str(frame.f_globals.get("__name__")))):
            return offer, f"{Path(frame.f_code.co_filename).name}:{line}"
    return None


def _package(module: str) -> str:
    return module.partition(":")[0].partition(".")[0]


def _advice(offer: Offer, error: BaseException) -> str:
    if isinstance(error, ImportError):
        needed = offer.card.install
        return f"install {needed}" if needed else f"reinstall {offer.distribution} with what it needs"
    return f"this is a defect of {offer.distribution} {offer.version}"
