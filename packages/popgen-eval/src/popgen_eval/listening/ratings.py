"""The four five-point scales: each system's mean, and whether two systems differ over listeners and over items."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from popgen_eval.listening.answers import SCALES
from popgen_eval.listening.joined import Judgment

__all__ = ["PairedT", "RatingGap", "paired_t", "rating_gaps", "rating_means"]


@dataclass(frozen=True)
class PairedT:
    """Mean difference (points of the scale), t, degrees of freedom, two-sided p, dz = mean / sd; NaN below two."""

    mean: float
    t: float
    df: int
    p: float
    dz: float


@dataclass(frozen=True)
class RatingGap:
    """One scale of two systems, first minus second.

    Each listener's ratings of a system are averaged first, then compared over listeners; and each item's, over items.
    `both_p` is the larger p, since both must hold; `p` is that one corrected over all scales and pairs (Holm).
    """

    scale: str
    first: str
    second: str
    over_listeners: PairedT
    over_items: PairedT
    both_p: float
    p: float = math.nan


def rating_means(judgments: Sequence[Judgment], systems: Sequence[str]) -> dict[str, dict[str, float]]:
    """Scale -> system -> mean rating, 1 to 5, each listener counting equally; NaN of none."""
    found: dict[str, dict[str, float]] = {}
    for number, scale in enumerate(SCALES):
        averaged = _averages(judgments, number, "listener")
        of = {system: [mean for (_, rated), mean in averaged.items() if rated == system] for system in systems}
        found[scale] = {system: float(np.mean(means)) if means else math.nan for system, means in of.items()}
    return found


def rating_gaps(judgments: Sequence[Judgment], systems: Sequence[str]) -> list[RatingGap]:
    """Every scale of every two systems, not yet corrected for being many."""
    gaps = []
    for number, scale in enumerate(SCALES):
        over = {unit: _averages(judgments, number, unit) for unit in ("listener", "item")}
        for first, second in combinations(systems, 2):
            listeners, items = (paired_t(_differences(over[unit], first, second)) for unit in over)
            both = math.nan if math.isnan(listeners.p + items.p) else max(listeners.p, items.p)
            gaps.append(RatingGap(scale, first, second, listeners, items, both))
    return gaps


def paired_t(differences: Sequence[float]) -> PairedT:
    """Student's t of differences against zero; equal ones have no spread and no t."""
    from scipy.special import stdtr

    count = len(differences)
    mean = float(np.mean(differences)) if count else math.nan
    sd = float(np.std(differences, ddof=1)) if count > 1 else math.nan
    if not sd > 0:
        return PairedT(mean, math.nan, max(count - 1, 0), math.nan, math.nan)
    t = mean / (sd / math.sqrt(count))
    return PairedT(mean, t, count - 1, float(2 * stdtr(count - 1, -abs(t))), mean / sd)


def _averages(judgments: Sequence[Judgment], scale: int, unit: str) -> dict[tuple[int, str], float]:
    """(listener or item, system) -> mean rating in the pairs of two systems."""
    found: dict[tuple[int, str], list[int]] = defaultdict(list)
    for one in judgments:
        if one.trial.kind == "pair":
            found[getattr(one.trial, unit), one.rated].append(one.answer.ratings[scale])
    return {place: sum(values) / len(values) for place, values in found.items()}


def _differences(means: dict[tuple[int, str], float], first: str, second: str) -> list[float]:
    units = sorted({unit for unit, _ in means})
    return [
        means[unit, first] - means[unit, second] for unit in units if (unit, first) in means and (unit, second) in means
    ]
