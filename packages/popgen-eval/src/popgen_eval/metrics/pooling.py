"""How parts become one figure: corrected for chance, pooled over groups, undefined with a reason."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np

from popgen_core.contracts.evaluator import Score

__all__ = ["above_chance", "pooled", "undefined"]


def above_chance(share: float, chance: float) -> float:
    """A share, 0 where it is what chance gives or less, 1 where it is 1."""
    return float(np.clip((share - chance) / (1 - chance), 0.0, 1.0))


def undefined(reason: str) -> Score:
    """No value, and why."""
    return Score(math.nan, reason)


def pooled(values: Iterable[tuple[float, int]], reason: str) -> Score:
    """(value, count of notes) of some groups -> their mean weighted by the square root of the counts.

    Values that are NaN are left out; undefined for `reason` where none is left.
    """
    defined = [(value, math.sqrt(count)) for value, count in values if not math.isnan(value)]
    total = sum(weight for _, weight in defined)
    return Score(sum(value * weight for value, weight in defined) / total) if total else undefined(reason)
