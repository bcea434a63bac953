"""How far raters agree: ICC(2,k) of their mean, Krippendorff's alpha of ordinal or interval ratings."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["alpha_interval", "alpha_ordinal", "icc_2k"]

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
    return float((between_items - noise) / below) if below else math.nan


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
