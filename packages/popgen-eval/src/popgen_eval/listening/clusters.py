"""A share of choices when those of one listener are alike, and those on one item: its test and its intervals."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

__all__ = ["RESAMPLES", "Clustered", "bootstrap_share", "clustered_share"]

RESAMPLES = 10_000
LEVEL = 0.95


@dataclass(frozen=True)
class Clustered:
    """A share (0..1) against one half: standard error, t, degrees of freedom, two-sided p; NaN below two clusters."""

    share: float
    error: float
    t: float
    df: int
    p: float


def clustered_share(first: NDArray[np.bool_], listener: NDArray[np.int64], item: NDArray[np.int64]) -> Clustered:
    """Whether the first system was chosen (choice,), by whom and on which item -> the share and its test.

    Law: the squared error is V(listener) + V(item) - V(listener and item), each the sum over clusters of the squared
    sums of deviations from the share, times G / (G - 1); where that is not above 0, the larger of the first two. t has
    one degree of freedom less than there are listeners or items, whichever are fewer. Where all choices are alike
    there is no error to estimate, and p is that of as many coins, 2^(1 - G). Source: Cameron, Gelbach and Miller 2011,
    Robust inference with multiway clustering.
    """
    from scipy.special import stdtr

    share = float(first.mean()) if len(first) else math.nan
    clusters = min(len(np.unique(listener)), len(np.unique(item))) if len(first) else 0
    if clusters < 2:
        return Clustered(share, math.nan, math.nan, 0, math.nan)
    away = (first - share) / len(first)
    both = listener * (int(item.max()) + 1) + item
    by_listener, by_item, by_both = (_variance(away, of) for of in (listener, item, both))
    both_ways = by_listener + by_item - by_both
    error = math.sqrt(both_ways if both_ways > 0 else max(by_listener, by_item))
    if error == 0:
        return Clustered(share, 0.0, math.copysign(math.inf, share - 0.5), clusters - 1, 2.0 ** (1 - clusters))
    t = (share - 0.5) / error
    return Clustered(share, error, t, clusters - 1, float(2 * stdtr(clusters - 1, -abs(t))))


def _variance(away: NDArray[np.float64], cluster: NDArray[np.int64]) -> float:
    _, number = np.unique(cluster, return_inverse=True)
    sums = np.bincount(number, weights=away)
    return float((sums**2).sum() * len(sums) / (len(sums) - 1)) if len(sums) > 1 else 0.0


def bootstrap_share(
    first: NDArray[np.bool_], cluster: NDArray[np.int64], random: Generator, resamples: int = RESAMPLES
) -> tuple[float, float]:
    """95 % percentile interval of the share when whole clusters (listeners, or items) are drawn anew; NaN below two."""
    _, number = np.unique(cluster, return_inverse=True)
    chosen = np.bincount(number, weights=first)  # (cluster,)
    all_of = np.bincount(number)
    if len(all_of) < 2:
        return math.nan, math.nan
    drawn = random.integers(0, len(all_of), (resamples, len(all_of)))
    shares = chosen[drawn].sum(axis=1) / all_of[drawn].sum(axis=1)  # (resample,)
    low, high = np.quantile(shares, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)
