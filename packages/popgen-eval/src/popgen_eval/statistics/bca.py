"""Bias-corrected and accelerated bootstrap intervals (BCa) of any estimate, from one sample or from several."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

__all__ = ["LEVEL", "RESAMPLES", "bca", "drawn"]

RESAMPLES = 10_000
BLOCK = 1_000  # resamples drawn at a time, so that memory stays small
LEVEL = 0.95
NORMAL = NormalDist()

Values = NDArray[np.float64]


def bca(estimate: float, resampled: Values, left_out: Sequence[Values]) -> tuple[float, float]:
    """An estimate, its values on resamples, and on the samples less one unit -> its 95 % interval (Efron 1987).

    `left_out` has an array for each sample: the estimate without each of its units in turn. With several samples the
    acceleration is that of scipy.stats.bootstrap: sum of U^3 / n^3 over 6 (sum of U^2 / n^2)^1.5 over all samples.
    """
    below = (np.count_nonzero(resampled < estimate) + 0.5 * np.count_nonzero(resampled == estimate)) / len(resampled)
    bias = NORMAL.inv_cdf(min(max(below, 1 / len(resampled)), 1 - 1 / len(resampled)))
    acceleration = _acceleration(left_out)
    low, high = (_share(bias, end, acceleration) for end in ((1 - LEVEL) / 2, (1 + LEVEL) / 2))
    return float(np.quantile(resampled, low)), float(np.quantile(resampled, high))


def drawn(units: int, random: np.random.Generator, resamples: int = RESAMPLES) -> Iterator[NDArray[np.int64]]:
    """Blocks (resamples, units) of numbers of units drawn with replacement, until there are `resamples` rows."""
    for start in range(0, resamples, BLOCK):
        yield random.integers(0, units, (min(BLOCK, resamples - start), units))


def _share(bias: float, end: float, acceleration: float) -> float:
    """The share of resampled estimates below one end of the interval; `end` itself without bias and acceleration."""
    moved = bias + NORMAL.inv_cdf(end)
    return NORMAL.cdf(bias + moved / (1 - acceleration * moved))


def _acceleration(left_out: Sequence[Values]) -> float:
    """How fast the spread of the estimate changes with it: the skew of its leave-one-out values."""
    cubes = squares = 0.0
    for values in left_out:
        influence = (len(values) - 1) / len(values) * (values.mean() - values)
        cubes += float((influence**3).sum())
        squares += float((influence**2).sum())
    return cubes / (6 * squares**1.5) if squares else 0.0
