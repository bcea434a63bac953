"""Overlap area and Kullback-Leibler divergence of distances within a set and between sets, as mgeval has them."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["density", "divergence", "overlap", "overlap_and_divergence"]

Values = NDArray[np.float64]
GRID = 200  # points
REACH = 3.0  # bandwidths beyond the last value on either side
LEAST = 1e-10  # of a density, so that the divergence stays finite


def distances_within(rows: Values) -> Values:
    """(songs, width) -> Euclidean distance of each two songs."""
    first, second = np.triu_indices(len(rows), 1)
    return np.asarray(np.linalg.norm(rows[first] - rows[second], axis=1))


def distances_between(one: Values, two: Values) -> Values:
    """(n, width) and (m, width) -> (n m,) Euclidean distances of each of one set to each of the other."""
    return np.asarray(np.linalg.norm(one[:, None] - two[None, :], axis=2)).ravel()


def bandwidth(values: Values) -> float:
    """Scott's rule in one dimension: standard deviation times n^(-1/5)."""
    return float(values.std(ddof=1) * len(values) ** -0.2)


def density(values: Values, grid: Values) -> Values:
    """Gaussian kernel density of values on a grid of equal steps, Scott's bandwidth; sums to 1 over the grid.

    Values are first shared out between the two grid points beside them, so that many cost no more than few.
    """
    step = grid[1] - grid[0]
    place = (values - grid[0]) / step
    left = np.floor(place).astype(np.int64)
    share = place - left
    counts = np.bincount(left, 1 - share, len(grid) + 1) + np.bincount(left + 1, share, len(grid) + 1)
    kernel = np.exp(-0.5 * ((grid[:, None] - grid[None, :]) / bandwidth(values)) ** 2)
    smooth = kernel @ counts[: len(grid)]
    return np.asarray(smooth / smooth.sum())


def overlap(one: Values, two: Values) -> float:
    """Two densities that sum to 1 over one grid -> the area under both, 0 apart .. 1 equal."""
    return float(np.minimum(one, two).sum())


def divergence(one: Values, two: Values) -> float:
    """Two densities that sum to 1 over one grid -> sum of one ln(one / two), in nats; 0 equal."""
    floored = np.maximum(one, LEAST), np.maximum(two, LEAST)
    return float((floored[0] * np.log(floored[0] / floored[1])).sum())


def overlap_and_divergence(songs: Values, reference: Values, families: Sequence[slice]) -> tuple[float, float]:
    """(n, width) and (m, width) mean vectors of songs -> overlap area and divergence, means over families.

    Distances within the reference against those between both sets, both densities on one grid. Families in which
    no two songs differ say nothing and are left out; NaN where all are.
    """
    found = []
    for family in families:
        within = distances_within(reference[:, family])
        between = distances_between(songs[:, family], reference[:, family])
        if min(within.std(), between.std()) > 1e-9:
            found.append(_compared(within, between))
    areas, divergences = zip(*found, strict=True) if found else ((math.nan,), (math.nan,))
    return float(np.mean(areas)), float(np.mean(divergences))


def _compared(within: Values, between: Values) -> tuple[float, float]:
    reach = REACH * max(bandwidth(within), bandwidth(between))
    ends = min(within.min(), between.min()) - reach, max(within.max(), between.max()) + reach
    grid = np.linspace(*ends, GRID)
    one, two = density(within, grid), density(between, grid)
    return overlap(one, two), divergence(one, two)
