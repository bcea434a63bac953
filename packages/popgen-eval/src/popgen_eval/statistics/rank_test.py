"""Rank tests, which check what t tests say: Wilcoxon's signed ranks of pairs, Mann-Whitney's ranks of two groups."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["RankTest", "auc", "rank_sum", "signed_rank"]

Values = NDArray[np.float64]
EXACT = 50  # values up to which p is counted, ties and all; above it is the normal approximation with ties corrected
SMALL = 8  # values of one side up to which p of many is counted too, where nothing is tied


@dataclass(frozen=True)
class RankTest:
    """How often the first is above the second, and the two-sided p of a rank test.

    `share`: of pairs, or of all pairings of the two groups (AUC), ties half; .5 alike. `biserial`: the way and the
    strength of what is tested, -1..1 (rank-biserial correlation, above 0 where the first is above). `least`: the
    lowest p that so many values could give at all. p is 1 where all is tied, NaN without values.
    """

    share: float
    p: float
    biserial: float
    least: float


def signed_rank(differences: Values) -> RankTest:
    """Differences of pairs (pair,) -> Wilcoxon's signed-rank test; pairs without a difference are left out of p."""
    if not len(differences):
        return RankTest(math.nan, math.nan, math.nan, math.nan)
    share = float((np.sign(differences) / 2 + 0.5).mean())
    moved = differences[differences != 0]
    if not len(moved):
        return RankTest(share, 1.0, 0.0, 1.0)
    ranks = _ranks(np.abs(moved))
    biserial = float((ranks * np.sign(moved)).sum() / ranks.sum())
    return RankTest(share, _signed_p(moved, ranks), biserial, min(2 * 0.5 ** len(moved), 1.0))


def rank_sum(a: Values, b: Values) -> RankTest:
    """Two independent samples -> the Mann-Whitney test, with the chance that one of `a` is above one of `b`."""
    if not len(a) or not len(b):
        return RankTest(math.nan, math.nan, math.nan, math.nan)
    share = auc(a, b)
    tied = np.ptp(np.concatenate([a, b])) == 0
    least = min(2 / math.comb(len(a) + len(b), len(a)), 1.0)
    return RankTest(share, 1.0 if tied else _rank_sum_p(a, b), 2 * share - 1, least)


def auc(higher: Values, lower: Values) -> float:
    """Chance that one of `higher` is above one of `lower`, ties half: 1 they are apart, .5 they are alike; NaN of none.

    It is the area under the curve of a judge who tells them apart by these values.
    """
    if not len(higher) or not len(lower):
        return math.nan
    ordered = np.sort(lower)
    below = (np.searchsorted(ordered, higher, "left") + np.searchsorted(ordered, higher, "right")) / 2  # ties half
    return float(below.mean() / len(lower))


def _signed_p(moved: Values, ranks: Values) -> float:
    if len(moved) > EXACT:
        from scipy.stats import wilcoxon

        return float(wilcoxon(moved).pvalue)
    doubled = _doubled(ranks)
    chances = np.ones(1)  # of each sum of doubled ranks of the positive differences
    for rank in doubled:
        lifted = np.concatenate([np.zeros(rank), chances])
        lifted[: len(chances)] += chances
        chances = lifted / 2
    return _two_sided(chances, int(doubled[moved > 0].sum()))


def _rank_sum_p(a: Values, b: Values) -> float:
    if len(a) + len(b) > EXACT:
        return _many_rank_sum_p(a, b)
    ranks = _doubled(_ranks(np.concatenate([a, b])))
    ways = np.zeros((len(a) + 1, int(ranks.sum()) + 1))  # (values taken, sum of their doubled ranks)
    ways[0, 0] = 1
    for rank in ranks:
        ways[1:, rank:] += ways[:-1, : ways.shape[1] - rank].copy()
    return _two_sided(ways[-1] / ways[-1].sum(), int(ranks[: len(a)].sum()))


def _many_rank_sum_p(a: Values, b: Values) -> float:
    """By the normal approximation, ties and continuity corrected; counted where one side is small and nothing tied.

    As scipy.stats does, which takes a second to import, and so only where it counts.
    """
    n, m = len(a), len(b)
    _, times = np.unique(np.concatenate([a, b]), return_counts=True)
    if min(n, m) <= SMALL and times.max() == 1:
        from scipy.stats import mannwhitneyu

        return float(mannwhitneyu(a, b, alternative="two-sided").pvalue)
    ties = float((times.astype(np.float64) ** 3 - times).sum())
    error = math.sqrt(n * m / 12 * (n + m + 1 - ties / ((n + m) * (n + m - 1))))
    away = abs(auc(a, b) - 0.5) * n * m
    from scipy.special import ndtr

    return min(2 * float(ndtr(-(away - 0.5) / error)), 1.0)


def _ranks(values: Values) -> Values:
    """The place of each value, 1 the lowest; tied ones share the mean of their places."""
    ordered = np.sort(values)
    return (np.searchsorted(ordered, values, "left") + np.searchsorted(ordered, values, "right") + 1) / 2


def _doubled(ranks: Values) -> NDArray[np.int64]:
    """Ranks, halves where there are ties, as whole numbers."""
    return np.rint(2 * ranks).astype(np.int64)


def _two_sided(chances: Values, seen: int) -> float:
    """Twice the chance of a sum as far out as that seen, on the side where it lies."""
    return min(2 * float(min(chances[: seen + 1].sum(), chances[seen:].sum())), 1.0)
