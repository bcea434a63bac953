"""How far raters agree: ICC(2,k) of their mean, Krippendorff's alpha of ordinal or interval ratings."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["alpha_interval", "alpha_ordinal", "icc_2k", "icc_2k_incomplete", "raters_each"]

Values = NDArray[np.float64]


def icc_2k(ratings: Sequence[Sequence[float]]) -> float:
    """Ratings (item, rater) -> ICC(2,k), 1 at best: how far the raters' mean would be the same with other raters.

    Two-way random effects, absolute agreement, mean of k raters (Shrout and Fleiss 1979). Items that somebody did not
    rate (NaN) are left out. NaN below two items or raters, or where no rating differs. It may be below 0.
    """
    table = np.asarray(ratings, dtype=np.float64)
    table = table[~np.isnan(table).any(axis=1)] if table.ndim == 2 else np.empty((0, 0))
    items, raters = table.shape
    if items < 2 or raters < 2 or np.ptp(table) == 0:
        return math.nan
    by_item, by_rater = table.mean(axis=1), table.mean(axis=0)
    between_items = raters * by_item.var(ddof=1)
    between_raters = items * by_rater.var(ddof=1)
    rest = table - by_item[:, None] - by_rater[None, :] + table.mean()  # (item, rater)
    noise = (rest**2).sum() / ((items - 1) * (raters - 1))
    below = between_items + (between_raters - noise) / items
    return float((between_items - noise) / below) if below > 0 else math.nan


def icc_2k_incomplete(ratings: Sequence[Sequence[float]]) -> float:
    """Ratings (item, rater), NaN where not rated -> ICC(2,k) where nobody rates everything, k as `raters_each` has it.

    Law: v(item) / (v(item) + (v(rater) + v(rest)) / k), the variances by Henderson's third method (1953): each side's
    squares after the other side's means are taken out, set equal to what they are on average. In a complete table it is
    `icc_2k`. NaN where items cannot be told from raters, below two of either, or where no rating differs.
    """
    table = np.asarray(ratings, dtype=np.float64)
    if table.ndim != 2:
        return math.nan
    table = table[~np.isnan(table).all(axis=1)][:, ~np.isnan(table).all(axis=0)]
    given = ~np.isnan(table)
    if min(table.shape) < 2 or np.ptp(table[given]) == 0:
        return math.nan
    away = np.where(given, table - table[given].mean(), 0.0)  # (item, rater)
    items, raters = _adjusted(given, away), _adjusted(given.T, away.T)
    spare = int(given.sum()) - table.shape[1] - items.df
    if min(items.df, raters.df, spare) < 1:
        return math.nan
    noise = ((away**2).sum() - (away.sum(axis=0) ** 2 / given.sum(axis=0)).sum() - items.squares) / spare
    of_items, of_raters = items.variance(noise), raters.variance(noise)
    below = of_items + (of_raters + noise) / raters_each(table.tolist())
    return float(of_items / below) if below > 0 else math.nan


def raters_each(ratings: Sequence[Sequence[float]]) -> float:
    """Ratings (item, rater), NaN where not rated -> how many an item has, harmonic mean of rated items; NaN of none."""
    counts = np.array([np.count_nonzero(~np.isnan(row)) for row in ratings])
    return float(1 / (1 / counts[counts > 0]).mean()) if counts.any() else math.nan


class _Adjusted(NamedTuple):
    """Squares of one side after the other's means are taken out, their degrees of freedom, and how often each holds
    the side's variance.
    """

    squares: float
    df: int
    times: float

    def variance(self, noise: float) -> float:
        return (self.squares - self.df * noise) / self.times


def _adjusted(given: NDArray[np.bool_], away: Values) -> _Adjusted:
    """Which are rated (one, other), and values around the mean, 0 where not -> squares of `one` beside `other`."""
    share = given / given.sum(axis=0)  # (one, other)
    apart = np.diag(given.sum(axis=1)) - share @ given.T  # (one, one)
    size, way = np.linalg.eigh(apart)
    kept = size > 1e-9 * size.max()
    along = way[:, kept].T @ (away.sum(axis=1) - share @ away.sum(axis=0))
    return _Adjusted(float((along**2 / size[kept]).sum()), int(kept.sum()), float(np.trace(apart)))


def alpha_interval(ratings: Sequence[Sequence[float]]) -> float:
    """Ratings (item, rater), NaN where not rated -> Krippendorff's alpha where steps of the scale are equal.

    1 agreement, 0 what chance gives, below 0 worse. NaN where fewer than two ratings can be paired or none differs.
    """
    return _alpha(ratings, lambda values, counts: (values[:, None] - values[None, :]) ** 2)


def alpha_ordinal(ratings: Sequence[Sequence[float]]) -> float:
    """As `alpha_interval`, where only the order of the scale's steps counts: the distance is ratings between."""
    return _alpha(ratings, _ordinal)


def _ordinal(values: Values, counts: Values) -> Values:
    """(value,) and how often each was given -> (value, value) squared distances by rank."""
    upto = np.cumsum(counts) - counts / 2
    return np.asarray((upto[:, None] - upto[None, :]) ** 2, dtype=np.float64)


def _alpha(ratings: Sequence[Sequence[float]], distances: Callable[[Values, Values], Values]) -> float:
    table = np.asarray(ratings, dtype=np.float64)
    if table.ndim != 2:
        return math.nan
    values = np.unique(table[~np.isnan(table)])
    given = (table[:, :, None] == values).sum(axis=1).astype(np.float64)  # (item, value)
    given = given[given.sum(axis=1) > 1]  # an item rated once tells nothing of agreement
    pairs = sum((np.outer(row, row) - np.diag(row)) / (row.sum() - 1) for row in given)  # (value, value)
    counts = given.sum(axis=0)
    total = counts.sum()
    apart = distances(values, counts)
    by_chance = ((np.outer(counts, counts) - np.diag(counts)) / (total - 1) * apart).sum() if total > 1 else 0.0
    return float(1 - (pairs * apart).sum() / by_chance) if by_chance else math.nan
