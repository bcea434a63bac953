"""The share of answers for one of two systems, where a listener's answers, and those about an item, are alike."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from popgen_core.errors import PopgenError
from popgen_eval.statistics.bca import LEVEL, RESAMPLES, bca, drawn

__all__ = ["ClusterShare", "cluster_share", "crossed_share"]

FEWEST = 5  # clusters; fewer tell nothing about others


@dataclass(frozen=True)
class ClusterShare:
    """A share, 0..1, its 95 % interval, answers, and clusters that were resampled; NaN below five clusters."""

    share: float
    low: float
    high: float
    answers: int
    clusters: int


def cluster_share(
    chosen: Sequence[bool], clusters: Sequence[Hashable], random: np.random.Generator, resamples: int = RESAMPLES
) -> ClusterShare:
    """Whether each answer chose A, and whose it is (listener or item) -> the share of A, whole clusters resampled.

    BCa, its acceleration from the share without each cluster in turn. Raises PopgenError for lists of two lengths.
    """
    numbers, units = _numbered(chosen, clusters)
    hits = np.bincount(numbers, weights=np.asarray(chosen, dtype=np.float64), minlength=units)
    sizes = np.bincount(numbers, minlength=units).astype(np.float64)
    share = float(hits.sum() / sizes.sum()) if len(chosen) else math.nan
    if units < FEWEST:
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
