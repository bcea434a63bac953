"""What is wrong with a plan, in one line for whoever wrote it."""

from __future__ import annotations

from collections.abc import Collection
from difflib import get_close_matches

from popgen_core.errors import PopgenError

__all__ = ["PlanError", "check_names", "quoted"]

LONGEST_QUOTE = 40  # characters


class PlanError(PopgenError):
    """A form, chords, a key, energies or a plan file that cannot be read, or that contradict each other."""

    exit_code = 2


def quoted(text: str) -> str:
    """A word of the user's in double quotes, cut where it is long, without characters that a terminal would obey."""
    shown = text if len(text) <= LONGEST_QUOTE else text[: LONGEST_QUOTE - 3] + "..."
    return f'"{repr(shown)[1:-1]}"'


def check_names(said: str, named: Collection[str], sections: Collection[str]) -> None:
    """Raise PlanError where what `said` names is no section; sections without a name cannot be spoken of."""
    known = list(dict.fromkeys(name for name in sections if name))
    for name in named:
        if name in known:
            continue
        close = get_close_matches(name, known, n=1)
        there = f"the form has {', '.join(known)}" if known else "there is no --form"
        raise PlanError(
            f"{said}: no section is named {quoted(name)}; {there}", hint=f"did you mean {close[0]}?" if close else ""
        )
