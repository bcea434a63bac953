"""What a run was begun with, and how that differs from what it would go on with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from popgen_core.errors import Refused

__all__ = ["differences", "refuse_differences"]


def differences(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Two nested tables -> a line for each value that is another now: `recipe.train.epochs: 197, now 250`."""
    flat_before, flat_now = _flat(before), _flat(now)
    names = [*flat_before, *(name for name in flat_now if name not in flat_before)]
    return [
        f"{name}: {_shown(flat_before.get(name))}, now {_shown(flat_now.get(name))}"
        for name in names
        if flat_before.get(name) != flat_now.get(name)
    ]


def refuse_differences(run: str, found: Sequence[str]) -> None:
    """Raise Refused, naming them, where there are any."""
    if found:
        raise Refused(
            f"{run} was begun otherwise: {'; '.join(found)}",
            hint="go on with what it was begun with, or add --force to go on all the same",
        )


def _flat(table: Mapping[str, Any], path: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in table.items():
        if isinstance(value, Mapping):
            found |= _flat(value, f"{path}{name}.")
        else:
            found[f"{path}{name}"] = list(value) if isinstance(value, tuple) else value
    return found


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return " ".join(str(item) for item in value)
    text = "none" if value is None else str(value)
    return text[:12] if len(text) == 64 else text  # the beginning of a sha256 tells two apart
