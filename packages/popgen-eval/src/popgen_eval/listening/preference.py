"""Which of two systems was preferred: counts, classical tests, and the test that knows listeners are few."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from numpy.random import default_rng

from popgen_eval.listening.joined import Judgment
from popgen_eval.statistics import EXACT_BELOW, ClusteredTest, cluster_share, clustered_test
from popgen_eval.statistics import preference as preference_of

__all__ = ["FEWEST", "Preference", "preference"]

FEWEST = 5  # listeners below whom nothing is tested; of fewer, or fewer items, a share has no interval


@dataclass(frozen=True)
class Preference:
    """Choices between two systems.

    `first_wins`, `second_wins`, `ties`: counts. `chi_square` and `chi_p`: ties left out; `half_chi_square` and
    `half_p`: ties split in halves. `exact_p`: binomial, NaN from 40 choices on. `clustered`: the share of the first
    among choices with a preference (0..1) and the test to go by; `by_listener`, `by_item`: its 95 % intervals from
    drawing listeners, or items, anew. `items`: those with such choices; `listeners`: those who judged such pairs. `p`:
    the clustered one corrected for several pairs of systems (Holm). With fewer than 5 listeners who decided no p and no
    interval is known: NaN, as is an interval over fewer than 5 items.
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
    clustered: ClusteredTest
    items: int
    listeners: int = 0
    by_listener: tuple[float, float] = (math.nan, math.nan)
    by_item: tuple[float, float] = (math.nan, math.nan)
    p: float = math.nan

    @property
    def decided(self) -> int:
        """Choices with a preference."""
        return self.first_wins + self.second_wins

    @property
    def still(self) -> bool:
        """Whether there were listeners enough to test, but none has a preference: it has no p and counts (`multiple`).

        Where some have one, but fewer than are tested, or on too few items, no test could be made.
        """
        return not self.decided and self.listeners >= FEWEST


def preference(
    judgments: Sequence[Judgment], first: str, second: str, *, intervals: bool = True, seed: int = 0
) -> Preference:
    """The pairs of these two systems among the judgments -> which was preferred; without `intervals` much faster."""
    pairs = [one for one in judgments if one.trial.kind == "pair" and {first, second} == _systems(one)]
    decided = [one for one in pairs if one.chosen]
    chosen = [one.chosen == first for one in decided]
    listeners, items = [one.trial.listener for one in decided], [one.trial.item for one in decided]
    counts = preference_of(sum(chosen), len(chosen) - sum(chosen), len(pairs) - len(decided))
    found = Preference(
        *(first, second, counts.a, counts.b, counts.ties),
        *(counts.chi_square, counts.p_chi_square, counts.chi_square_ties_split, counts.p_ties_split),
        exact_p=counts.p_exact if len(decided) < EXACT_BELOW else math.nan,
        clustered=clustered_test(chosen, listeners, items),
        items=len(set(items)),
        listeners=len({one.trial.listener for one in pairs}),
    )
    if len(set(listeners)) < FEWEST:
        return _untested(found)
    if not intervals:
        return found
    by_listener, by_item = (
        cluster_share(chosen, of, default_rng([seed, at]), fewest=FEWEST) for at, of in enumerate((listeners, items))
    )
    return replace(found, by_listener=(by_listener.low, by_listener.high), by_item=(by_item.low, by_item.high))


def _untested(found: Preference) -> Preference:
    clustered = replace(found.clustered, p=math.nan)
    return replace(found, chi_p=math.nan, half_p=math.nan, exact_p=math.nan, clustered=clustered)


def _systems(one: Judgment) -> set[str]:
    return {one.trial.left.label, one.trial.right.label}
