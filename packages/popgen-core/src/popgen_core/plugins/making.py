"""A component made: whatever a stranger's class raises then is one line that says whose it is.

What it prints goes to stderr, and what it changes of the program is put back, as when it is imported.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from popgen_core.errors import PluginError, PopgenError
from popgen_core.plugins.loader import BUILTIN, Offer, naming
from popgen_core.plugins.surroundings import aside, printable

__all__ = ["blaming", "made"]


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


def _advice(offer: Offer, error: BaseException) -> str:
    if isinstance(error, ImportError):
        needed = offer.card.install
        return f"install {needed}" if needed else f"reinstall {offer.distribution} with what it needs"
    return f"this is a defect of {offer.distribution} {offer.version}"
