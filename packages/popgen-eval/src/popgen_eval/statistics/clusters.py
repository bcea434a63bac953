"""The share of answers for one of two systems, where a listener's answers, and those about an item, are alike."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from popgen_core.errors import PopgenError
from popgen_eval.statistics.bca import LEVEL, RESAMPLES, bca, drawn

__all__ = ["ClusterShare", "ClusteredTest", "cluster_share", "clustered_test", "crossed_share"]

FEWEST = 5  # clusters; fewer tell nothing about others


@dataclass(frozen=True)
class ClusterShare:
    """A share, 0..1, its 95 % interval, answers, and clusters that were resampled; NaN below the fewest clusters."""

    share: float
    low: float
    high: float
    answers: int
    clusters: int


@dataclass(frozen=True)
class ClusteredTest:
    """A share (0..1) against one half: standard error, t, degrees of freedom, two-sided p; NaN below two clusters."""

    share: float
    error: float
    t: float
    df: int
    p: float


def clustered_test(chosen: Sequence[bool], listeners: Sequence[Hashable], items: Sequence[Hashable]) -> ClusteredTest:
    """Whether each answer chose A, whose it is and of which item -> the share of A and its test.

    Law: the squared error is V(listener) + V(item) - V(listener and item), each the sum over clusters of the squared
    sums of deviations from the share, times G / (G - 1); where that is not above 0, the larger of the first two. t has
    one degree of freedom less than there are listeners or items, whichever are fewer. Where all answers are alike
    there is no error to estimate, and p is that of as many coins, 2^(1 - G); answers less alike are never surer than
    that. Source: Cameron, Gelbach and Miller 2011, Robust inference with multiway clustering; the last rule is ours.
    Raises PopgenError for lists of two lengths.
    """
    (who, people), (what, things) = _numbered(chosen, listeners), _numbered(chosen, items)
    hits = np.asarray(chosen, dtype=np.float64)
    share = float(hits.mean()) if len(hits) else math.nan
    clusters = min(people, things)
    if clusters < 2:
        return ClusteredTest(share, math.nan, math.nan, 0, math.nan)
    away = (hits - share) / len(hits)
    by_listener, by_item, by_both = (_variance(away, of) for of in (who, what, who * things + what))
    both_ways = by_listener + by_item - by_both
    error = math.sqrt(both_ways if both_ways > 0 else max(by_listener, by_item))
    surest = 2.0 ** (1 - clusters)
    if error == 0:
        return ClusteredTest(share, 0.0, math.copysign(math.inf, share - 0.5), clusters - 1, surest)
    from scipy.special import stdtr

    t = (share - 0.5) / error
    return ClusteredTest(share, error, t, clusters - 1, max(surest, float(2 * stdtr(clusters - 1, -abs(t)))))


def cluster_share(
    chosen: Sequence[bool],
    clusters: Sequence[Hashable],
    random: np.random.Generator,
    resamples: int = RESAMPLES,
    fewest: int = FEWEST,
) -> ClusterShare:
    """Whether each answer chose A, and whose it is (listener or item) -> the share of A, whole clusters resampled.

    BCa, its acceleration from the share without each cluster in turn; `fewest` clusters, 2 or more, have an interval.
    Raises PopgenError for lists of two lengths.
    """
    numbers, units = _numbered(chosen, clusters)
    hits = np.bincount(numbers, weights=np.asarray(chosen, dtype=np.float64), minlength=units)
    sizes = np.bincount(numbers, minlength=units).astype(np.float64)
    share = float(hits.sum() / sizes.sum()) if len(chosen) else math.nan
    if units < fewest:
        return ClusterShare(share, math.nan, math.nan, len(chosen), units)
    again = np.concatenate(
        [hits[rows].sum(axis=1) / sizes[rows].sum(axis=1) for rows in drawn(units, random, resamples)]
    )
    left_out = (hits.sum() - hits) / (sizes.sum() - sizes)
    low, high = bca(share, again, [left_out]) if np.ptp(left_out) else (share, share)
    return ClusterShare(share, low, high, len(chosen), units)


def crossed_share(
    chosen: Sequence[bool],
    listeners: Sequence[Hashable],
    items: Sequence[Hashable],
    random: np.random.Generator,
    resamples: int = RESAMPLES,
) -> ClusterShare:
    """As `cluster_share` with listeners and items resampled at once (Owen 2007): for other people and other music.

    Its 95 % interval is that of percentiles, and errs on the wide side. `clusters` is the fewer of both.
    """
    (who, people), (what, things) = _numbered(chosen, listeners), _numbered(chosen, items)
    hits = np.asarray(chosen, dtype=np.float64)
    share = float(hits.mean()) if len(hits) else math.nan
    if min(people, things) < FEWEST:
        return ClusterShare(share, math.nan, math.nan, len(hits), min(people, things))
    again = []
    for by_person, by_thing in zip(drawn(people, random, resamples), drawn(things, random, resamples), strict=True):
        weights = _times(by_person)[:, who] * _times(by_thing)[:, what]  # (resample, answer)
        again.append((weights @ hits) / weights.sum(axis=1).clip(1e-9))
    low, high = np.quantile(np.concatenate(again), [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return ClusterShare(share, float(low), float(high), len(hits), min(people, things))


def _variance(away: NDArray[np.float64], cluster: NDArray[np.int64]) -> float:
    """The squared error of a share where answers of a cluster are alike; 0 with a single cluster."""
    _, number = np.unique(cluster, return_inverse=True)
    sums = np.bincount(number, weights=away)
    return float((sums**2).sum() * len(sums) / (len(sums) - 1)) if len(sums) > 1 else 0.0


def _numbered(chosen: Sequence[bool], clusters: Sequence[Hashable]) -> tuple[NDArray[np.int64], int]:
    """The number of each answer's cluster, and how many clusters there are."""
    if len(chosen) != len(clusters):
        raise PopgenError(f"{len(chosen)} answers, but {len(clusters)} names of those who gave them or of items")
    known: dict[Hashable, int] = {}
    numbers = [known.setdefault(cluster, len(known)) for cluster in clusters]
    return np.array(numbers, dtype=np.int64), len(known)


def _times(rows: NDArray[np.int64]) -> NDArray[np.float64]:
    """(resample, unit drawn) -> (resample, unit): how often each was drawn."""
    flat = rows + rows.shape[1] * np.arange(len(rows))[:, None]
    return np.bincount(flat.ravel(), minlength=rows.size).reshape(rows.shape).astype(np.float64)
