"""How many songs or answers a test needs, and what it can find with those at hand, at a power of 80 %.

By the noncentral t and chi-square. Effects are in standard deviations: of the differences for pairs, of songs' scores
for two groups. All tests are two-sided.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache

__all__ = [
    "clustered_share_power",
    "clustered_share_size",
    "design_effect",
    "detectable_clustered_share",
    "detectable_paired",
    "detectable_unpaired",
    "paired_power",
    "paired_size",
    "same_paired_size",
    "same_unpaired_size",
    "share_power",
    "share_size",
    "unpaired_power",
    "unpaired_size",
]

ALPHA, POWER = 0.05, 0.8
MOST = 1_000_000  # songs; what needs more is not found by counting
MANY = 1024  # sizes whose limits are kept: a comparison asks for the same one for every figure
LARGEST = 100.0  # standard deviations


def paired_power(effect: float, pairs: int, alpha: float = ALPHA) -> float:
    """The chance that a paired t test of so many pairs finds an effect of that dz."""
    return _t_power(effect * math.sqrt(pairs), pairs - 1, alpha)


def unpaired_power(effect: float, n_a: int, n_b: int, alpha: float = ALPHA) -> float:
    """The chance that a t test of two groups of so many songs finds a difference of that many standard deviations."""
    return _t_power(effect * math.sqrt(n_a * n_b / (n_a + n_b)), n_a + n_b - 2, alpha)


def share_power(share: float, answers: float, alpha: float = ALPHA) -> float:
    """The chance that chi-square on so many answers A or B finds that `share` of listeners prefer one of them."""
    from scipy.special import chdtri, chndtr

    return 1 - float(chndtr(chdtri(1, alpha), 1, answers * (2 * share - 1) ** 2))


def clustered_share_power(
    share: float, listeners: int, trials: float, items: int, icc: float, alpha: float = ALPHA
) -> float:
    """The chance that `clustered_test` finds that share, with `trials` answers of each listener about `items` items.

    Law: noncentral t with one degree of freedom less than there are listeners or items, whichever are fewer. Answers
    are worth fewer by the design effect of `icc`, how much alike those of one listener are. The variance of an answer
    is midway between share (1 - share) and 1/4: a panel that happens to be less sure of the same share also has the
    larger error, so with the first alone 6 to 12 listeners found it 1 to 6 times in 100 less often than was promised.
    0 where answers all alike, 2^(1 - clusters), do not reach `alpha`.
    """
    clusters = min(listeners, items, int(listeners * trials))
    if clusters < 2 or 2.0 ** (1 - clusters) > alpha:
        return 0.0
    variance = (share * (1 - share) + 0.25) / 2 * design_effect(trials, icc) / (listeners * trials)
    return _t_power(abs(share - 0.5) / math.sqrt(variance), clusters - 1, alpha)


def paired_size(effect: float, alpha: float = ALPHA, power: float = POWER) -> int | None:
    """Pairs that a paired t test needs; None where a million do not suffice."""
    return _least(lambda n: paired_power(abs(effect), n, alpha) >= power)


def unpaired_size(effect: float, alpha: float = ALPHA, power: float = POWER) -> int | None:
    """Songs in each of two groups that a t test needs; None where a million do not suffice."""
    return _least(lambda n: unpaired_power(abs(effect), n, n, alpha) >= power)


def share_size(share: float, alpha: float = ALPHA, power: float = POWER) -> int | None:
    """Answers A or B, ties left out, that chi-square needs; None where a million do not suffice."""
    return _least(lambda n: share_power(share, n, alpha) >= power)


def clustered_share_size(
    share: float, trials: float, items: int, icc: float, alpha: float = ALPHA, power: float = POWER
) -> int | None:
    """Listeners that `clustered_test` needs; None where a million do not suffice."""
    return _least(lambda n: clustered_share_power(share, n, trials, items, icc, alpha) >= power)


def same_paired_size(margin: float, alpha: float = ALPHA, power: float = POWER) -> int | None:
    """Pairs that TOST needs to show a difference below `margin` (sd of the differences) where there is none."""
    return _least(lambda n: _same_power(margin * math.sqrt(n), n - 1, alpha) >= power)


def same_unpaired_size(margin: float, alpha: float = ALPHA, power: float = POWER) -> int | None:
    """Songs in each group that TOST needs to show a difference below `margin` (sd of scores) where there is none."""
    return _least(lambda n: _same_power(margin * math.sqrt(n / 2), 2 * n - 2, alpha) >= power)


@lru_cache(MANY)
def detectable_paired(pairs: int, alpha: float = ALPHA, power: float = POWER) -> float:
    """The least dz that so many pairs find with that power; NaN below two pairs."""
    return _threshold(lambda dz: paired_power(dz, pairs, alpha) - power) if pairs > 1 else math.nan


@lru_cache(MANY)
def detectable_unpaired(n_a: int, n_b: int, alpha: float = ALPHA, power: float = POWER) -> float:
    """The least difference, in standard deviations, that two groups of so many songs find; NaN below two in one."""
    return _threshold(lambda g: unpaired_power(g, n_a, n_b, alpha) - power) if min(n_a, n_b) > 1 else math.nan


def detectable_clustered_share(
    listeners: int, trials: float, items: int, icc: float, alpha: float = ALPHA, power: float = POWER
) -> float:
    """The least share above .5 that so many listeners find; NaN where none would do, not even all of one mind."""
    return _least_share(lambda share: clustered_share_power(share, listeners, trials, items, icc, alpha) >= power)


def design_effect(judgments: float, icc: float) -> float:
    """By how much more answers are needed where each listener gives several that are alike by `icc`, 0..1."""
    return 1 + (judgments - 1) * icc


def _t_power(away: float, df: int, alpha: float) -> float:
    """The chance of a two-sided t beyond its limit where it lies `away` (standard errors) from 0."""
    from scipy.special import nctdtr, stdtrit

    limit = float(stdtrit(df, 1 - alpha / 2))
    below = float(nctdtr(df, away, -limit))  # too small to be computed for large effects
    return 1 - float(nctdtr(df, away, limit)) + (0.0 if math.isnan(below) else below)


def _same_power(away: float, df: int, alpha: float) -> float:
    from scipy.special import nctdtr, stdtrit

    return max(0.0, 1 - 2 * float(nctdtr(df, away, float(stdtrit(df, 1 - alpha)))))


def _least(suffices: Callable[[int], bool]) -> int | None:
    """The least number of songs, 2 or more, that suffices."""
    high = 2
    while not suffices(high):
        if high >= MOST:
            return None
        high = min(2 * high, MOST)
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if suffices(middle) else (middle, high)
    return high


def _least_share(suffices: Callable[[float], bool]) -> float:
    """The least share above .5 that suffices; NaN where not even 1 does."""
    if not suffices(1.0):
        return math.nan
    low, high = 0.5, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (low, middle) if suffices(middle) else (middle, high)
    return high


def _threshold(beyond: Callable[[float], float]) -> float:
    """The effect at which `beyond` turns positive."""
    low, high = 0.0, 1.0
    while beyond(high) < 0:
        if high > LARGEST:
            return math.nan
        low, high = high, 2 * high
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (low, middle) if beyond(middle) >= 0 else (middle, high)
    return high
