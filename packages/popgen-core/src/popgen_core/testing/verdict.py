"""How a check says no: a claim that does not hold is Failed, one that says nothing of this component NotApplicable."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from popgen_core.testing.maker import Maker

    Check = Callable[[Maker], None]
else:
    Check = Callable

__all__ = ["Check", "Failed", "NotApplicable", "claim", "name_of"]


class Failed(AssertionError):
    """A claim that does not hold, in one line for the author of the component: what was seen, what should have been."""


class NotApplicable(Exception):
    """A claim that says nothing of this component: attention of a backbone that has none."""


def claim(holds: object, otherwise: str) -> None:
    """Raise Failed with the line `otherwise` unless the claim holds."""
    if not holds:
        raise Failed(otherwise)


def name_of(check: Check) -> str:
    """What a check claims: check_rows_are_causal is "rows are causal"."""
    return check.__name__.removeprefix("check_").replace("_", " ")
