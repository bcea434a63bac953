"""The option --limit of the commands that read MIDI files: name=value, as often as it is given."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

__all__ = ["limits_of"]


def limits_of(given: Sequence[str]) -> Any:
    """The limits with those that were given as name=value; raises RecipeError for one that is none."""
    from popgen_core.contracts.settings import read_settings
    from popgen_core.errors import RecipeError
    from popgen_core.music.guard import Limits

    values: dict[str, Any] = {}
    for one in given:
        name, _, value = one.partition("=")
        try:
            number = float(value)
        except ValueError:
            number = float("nan")
        if not 0 < number < float("inf"):
            raise RecipeError(f"--limit {one}: {value!r} is no number above 0", hint="e.g. --limit notes=1000000")
        values[name] = int(number) if number == int(number) else number
    limits, errors = read_settings(Limits, values, "limit")
    if errors:
        raise RecipeError(f"--limit: {'; '.join(errors)}")
    return limits
