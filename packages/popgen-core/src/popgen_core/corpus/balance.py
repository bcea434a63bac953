"""Whether two parts of a corpus hold the same kind of music: three figures of every feature.

The laws are those of the statistics they are named after; no scipy is needed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["LEAST_P", "MOST_SMD", "BalanceRow", "categories_row", "chi_square_p", "numbers_row", "smirnov_p"]

LEAST_P, MOST_SMD = 0.1, 0.25  # what a split must keep to in every feature (metrics, section 4)
MOST_COUNTED = 4000  # songs; of more, their orders are too many in any case


@dataclass(frozen=True)
class BalanceRow:
    """One feature of the songs of two parts. `test`: "ks" (numbers) or "chi2" (categories). `p`: chance that parts
    drawn blindly differ as much, 0..1. `smd`: standardised difference, test less train; of categories the largest.
    """

    feature: str
    test: str
    p: float
    smd: float

    @property
    def accepted(self) -> bool:
        """Whether the parts are alike enough in this feature."""
        return self.p > LEAST_P and abs(self.smd) <= MOST_SMD

    @property
    def margin(self) -> float:
        """How far inside the limits: 1 is on them, less is outside."""
        return min(self.p / LEAST_P, MOST_SMD / max(abs(self.smd), 1e-9))


def numbers_row(feature: str, values: NDArray[np.float64], in_test: NDArray[np.bool_]) -> BalanceRow:
    """(songs,) values of a feature and which songs are in the test part, both parts not empty -> its row."""
    train, test = values[~in_test], values[in_test]
    spread = math.sqrt((train.var() + test.var()) / 2)
    difference = float(test.mean() - train.mean())
    return BalanceRow(feature, "ks", smirnov_p(train, test), _standardised(difference, spread))


def categories_row(feature: str, values: Sequence[str], in_test: NDArray[np.bool_]) -> BalanceRow:
    """Category of each song and which songs are in the test part, both parts not empty -> the feature's row."""
    names, category = np.unique(np.asarray(values), return_inverse=True)
    counts = np.stack([np.bincount(category[part], minlength=len(names)) for part in (~in_test, in_test)])
    shares = counts / counts.sum(axis=1, keepdims=True)  # (train and test, categories)
    spreads = np.sqrt((shares * (1 - shares)).mean(axis=0))
    differences = [_standardised(*pair) for pair in zip(shares[1] - shares[0], spreads.tolist(), strict=True)]
    return BalanceRow(feature, "chi2", chi_square_p(counts), max(differences, key=abs))


def _standardised(difference: float, spread: float) -> float:
    """A difference in units of the spread; where nothing spreads, 0 for no difference and infinite for one."""
    if spread > 0:
        return float(difference / spread)
    return 0.0 if difference == 0 else math.copysign(math.inf, difference)


def smirnov_p(first: NDArray[np.float64], second: NDArray[np.float64]) -> float:
    """Two samples -> chance, 0..1, that two of one distribution lie as far apart (Kolmogorov-Smirnov, two-sided).

    Exact, by counting orders (Hodges 1958), where their number fits a float; for more songs by Kolmogorov's series
    with Stephens' correction (1970). Ties make it larger than it is.
    """
    places = np.concatenate([first, second])
    below = [np.searchsorted(np.sort(part), places, side="right") / len(part) for part in (first, second)]
    distance = float(np.abs(below[0] - below[1]).max())
    orders = math.comb(len(first) + len(second), len(first)) if len(places) <= MOST_COUNTED else math.inf
    if orders < 1e300:
        return 1 - _orders_inside(distance, *sorted((len(first), len(second)))) / orders
    root = math.sqrt(len(first) * len(second) / len(places))
    scaled = (root + 0.12 + 0.11 / root) * distance
    if scaled < 0.2:  # the series converges slowly here, its sum is 1 to twelve places
        return 1.0
    terms = [(-1) ** (term - 1) * math.exp(-2 * (term * scaled) ** 2) for term in range(1, 101)]
    return min(max(2 * math.fsum(terms), 0.0), 1.0)


def _orders_inside(distance: float, fewer: int, more: int) -> float:
    """In how many orders of so many songs of two parts their shares never lie `distance` apart."""
    apart = round(distance * fewer * more)
    others = np.arange(more + 1) * fewer
    orders = np.zeros(more + 1)  # of the first few songs of one part, by the number of songs of the other
    orders[0] = 1
    for songs in range(fewer + 1):
        inside = np.abs(songs * more - others) < apart
        orders = np.where(inside, np.cumsum(np.where(inside, orders, 0)), 0)
    return float(orders[-1])


def chi_square_p(counts: NDArray[np.int64]) -> float:
    """(parts, categories) counts -> chance, 0..1, of as uneven a table if parts and categories are independent.

    Pearson's statistic without correction; 1 where fewer than two parts or categories have songs.
    """
    counts = counts[counts.sum(axis=1) > 0][:, counts.sum(axis=0) > 0]
    freedom = (counts.shape[0] - 1) * (counts.shape[1] - 1)
    if freedom <= 0:
        return 1.0
    expected = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / counts.sum()
    half = float(((counts - expected) ** 2 / expected).sum()) / 2
    if half == 0:
        return 1.0
    order, tail = (1.0, math.exp(-half)) if freedom % 2 == 0 else (0.5, math.erfc(math.sqrt(half)))
    while order < freedom / 2:  # the upper incomplete gamma function, from order to order + 1
        tail += math.exp(order * math.log(half) - half - math.lgamma(order + 1))
        order += 1
    return min(tail, 1.0)
