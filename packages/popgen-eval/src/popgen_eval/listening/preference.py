"""Which of two systems was preferred: counts, classical tests, and the test that knows listeners are few."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.random import default_rng

from popgen_eval.listening.clusters import Clustered, bootstrap_share, clustered_share
from popgen_eval.listening.joined import Judgment

__all__ = ["EXACT_BELOW", "Preference", "chi_square", "exact_binomial", "preference"]

EXACT_BELOW = 40  # choices; fewer are told by the exact binomial test


@dataclass(frozen=True)
class Preference:
    """Choices between two systems.

    `first_wins`, `second_wins`, `ties`: counts. `chi_square` and `chi_p`: ties left out; `half_chi_square` and
    `half_p`: ties split in halves. `exact_p`: binomial, NaN from 40 choices on. `clustered`: the share of the first
    among choices with a preference (0..1) and the test to go by; `by_listener`, `by_item`: its 95 % intervals from
    drawing listeners, or items, anew. `p`: the clustered one corrected for several pairs of systems (Holm).
    """

    first: str
    second: str
    first_wins: int
    second_wins: int
    ties: int
    chi_square: float
    chi_p: float
    half_chi_square: float
    half_p: float
    exact_p: float
    clustered: Clustered
    by_listener: tuple[float, float] = (math.nan, math.nan)
    by_item: tuple[float, float] = (math.nan, math.nan)
    p: float = math.nan

    @property
    def decided(self) -> int:
        """Choices with a preference."""
        return self.first_wins + self.second_wins


def preference(
    judgments: Sequence[Judgment], first: str, second: str, *, intervals: bool = True, seed: int = 0
) -> Preference:
    """The pairs of these two systems among the judgments -> which was preferred; without `intervals` much faster."""
    pairs = [one for one in judgments if one.trial.kind == "pair" and {first, second} == _systems(one)]
    decided = [one for one in pairs if one.chosen]
    chosen = np.array([one.chosen == first for one in decided], dtype=bool)
    listener = np.array([one.trial.listener for one in decided], dtype=np.int64)
    item = np.array([one.trial.item for one in decided], dtype=np.int64)
    wins, losses, ties = int(chosen.sum()), int((~chosen).sum()), len(pairs) - len(decided)
    found = Preference(
        *(first, second, wins, losses, ties),
        *chi_square(wins, losses),
        *chi_square(wins + ties / 2, losses + ties / 2),
        exact_p=exact_binomial(wins, losses) if len(decided) < EXACT_BELOW else math.nan,
        clustered=clustered_share(chosen, listener, item),
    )
    if not intervals:
        return found
    by_listener, by_item = (
        bootstrap_share(chosen, of, default_rng([seed, at])) for at, of in enumerate((listener, item))
    )
    return replace(found, by_listener=by_listener, by_item=by_item)


def chi_square(first: float, second: float) -> tuple[float, float]:
    """(chi-square against equal shares, p), 1 degree of freedom: (first - second)^2 / (first + second); NaN of none."""
    if not first + second:
        return math.nan, math.nan
    value = (first - second) ** 2 / (first + second)
    return value, math.erfc(math.sqrt(value / 2))


def exact_binomial(first: int, second: int) -> float:
    """Two-sided p of the counts when both are equally likely; NaN of none."""
    count, fewer = first + second, min(first, second)
    if not count:
        return math.nan
    tail = sum(math.comb(count, number) for number in range(fewer + 1))
    return float(min(1.0, 2 * tail / 2**count))


def _systems(one: Judgment) -> set[str]:
    return {one.trial.left.label, one.trial.right.label}
