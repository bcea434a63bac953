"""One figure of adherence: the share of what was asked that a song meets, or why that cannot be told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import floor
from typing import Any

__all__ = ["NOT_ASKED", "Figure", "unasked", "untold"]

NOT_ASKED = "not asked"


@dataclass(frozen=True)
class Figure:
    """`value` 0..1, 1 is all that was asked; None with its `reason`. `chance` 0..1 is what music made without knowing
    the plan would reach, None where that is not known. `asked` says whether the plan asks for enough of it that a
    song could meet it; `counts` how much the value was found from, and what else was counted, by name.
    """

    value: float | None = None
    chance: float | None = None
    reason: str = ""
    asked: bool = True
    counts: Mapping[str, float] = field(default_factory=dict)

    def table(self) -> dict[str, Any]:
        """The same as plain values for JSON."""
        return {
            "value": self.value,
            "chance": self.chance,
            "reason": self.reason,
            "asked": self.asked,
            "counts": dict(self.counts),
        }

    def line(self) -> str:
        """For people: share met, 100 % only where all is, then what chance would reach and from how much."""
        if self.value is None:
            return f"   - %  {self.reason}"
        chance = [] if self.chance is None else [f"by chance {100 * self.chance:.0f} %"]
        counts = [f"{name}: " + f"{count:,.1f}".removesuffix(".0") for name, count in self.counts.items()]
        return f"{floor(100 * self.value + 1e-6):4d} %  {', '.join([*chance, *counts])}".rstrip()


def unasked(reason: str = NOT_ASKED) -> Figure:
    """The plan leaves it open, or asks too little of it for any song to be judged by."""
    return Figure(reason=reason, asked=False)


def untold(reason: str) -> Figure:
    """It was asked, and this song gives nothing that it could be told from."""
    return Figure(reason=reason)
