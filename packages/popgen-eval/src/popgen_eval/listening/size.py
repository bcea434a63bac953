"""How many listeners a test needs to find a preference of a given share, and what a planned test can find."""

from __future__ import annotations

import math

from popgen_eval.listening.preference import FEWEST
from popgen_eval.statistics import clustered_share_size, detectable_clustered_share

__all__ = ["ITEMS", "by_chance", "least_listeners", "listeners_needed", "share_found"]

ALPHA, POWER, ICC = 0.05, 0.80, 0.10
ITEMS = 20  # songs of a system that a test takes unless told


def listeners_needed(
    share: float,
    trials: float,
    *,
    items: int = ITEMS,
    pairs: int = 1,
    icc: float = ICC,
    alpha: float = ALPHA,
    power: float = POWER,
) -> int | None:
    """Listeners of `trials` choices each, about `items` songs, who find a true share (0..1); None where no number does.

    Choices are those with a preference: who expects ties takes that share of the trials off.
    By the power of the test to go by (noncentral t, see `clustered_share_power`); `icc` (0..1) is how much alike the
    choices of one listener are. `pairs` of systems, 1 or more, share the trials, and `alpha` is divided among them
    (Bonferroni: Holm's first step). Never fewer than are tested at all, nor than could reach `alpha`. Songs are taken
    to be equally hard.
    """
    needed = clustered_share_size(share, trials / pairs, items, icc, alpha / pairs, power)
    return None if needed is None else max(FEWEST, needed)


def share_found(
    listeners: int,
    trials: int,
    *,
    items: int = ITEMS,
    pairs: int = 1,
    icc: float = ICC,
    alpha: float = ALPHA,
    power: float = POWER,
) -> float:
    """The smallest share that so many listeners find; the inverse of `listeners_needed`, 1 where none would do."""
    if listeners < FEWEST:
        return 1.0
    found = detectable_clustered_share(listeners, trials / pairs, items, icc, alpha / pairs, power)
    return 1.0 if math.isnan(found) else found


def by_chance(listeners: int) -> float:
    """How often listeners without a preference, a coin each, would all be of one mind: no p can be below it."""
    return 2.0 ** (1 - listeners)


def least_listeners(pairs: int = 1, alpha: float = ALPHA) -> int:
    """The fewest listeners (and items) whose answers, all alike, can reach `alpha` divided by the pairs of systems."""
    return max(FEWEST, next(count for count in range(2, 100) if by_chance(count) <= alpha / pairs))
