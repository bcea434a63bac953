"""Mean and spread of a figure over songs, with a bootstrap interval."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

__all__ = ["LEVEL", "Summary", "bca_interval", "summarise"]

RESAMPLES = 10_000
BLOCK = 1_000  # resamples drawn at a time, so that memory stays small
SEED = 0
LEVEL = 0.95
NORMAL = NormalDist()


@dataclass(frozen=True)
class Summary:
    """A figure over songs: mean, standard deviation (n - 1), 95 % interval of the mean, songs where it is defined.

    NaN: the mean without songs, spread and interval below two.
    """

    mean: float
    sd: float
    low: float
    high: float
    n: int


def summarise(values: Iterable[float], seed: int = SEED) -> Summary:
    """The values of one figure, one a song, NaN where undefined -> its summary over those defined."""
    all_values = np.asarray(list(values), dtype=np.float64)
    defined = all_values[~np.isnan(all_values)]
    if len(defined) < 2:
        mean = float(defined[0]) if len(defined) else math.nan
        return Summary(mean, math.nan, math.nan, math.nan, len(defined))
    low, high = bca_interval(defined, np.random.default_rng(seed))
    return Summary(float(defined.mean()), float(defined.std(ddof=1)), low, high, len(defined))


def bca_interval(
    values: NDArray[np.float64], random: np.random.Generator, resamples: int = RESAMPLES
) -> tuple[float, float]:
    """Bias-corrected and accelerated bootstrap interval of the mean of two values or more (Efron 1987), at 95 %.

    The unit resampled is a value: hand in one a song. Equal values give an interval of no width.
    """
    if np.ptp(values) == 0:
        return float(values[0]), float(values[0])
    means = np.sort(_resampled_means(values, random, resamples))
    mean = values.mean()
    below = (np.count_nonzero(means < mean) + 0.5 * np.count_nonzero(means == mean)) / resamples
    bias = NORMAL.inv_cdf(min(max(below, 1 / resamples), 1 - 1 / resamples))
    low, high = (_share(bias, end, _acceleration(values)) for end in ((1 - LEVEL) / 2, (1 + LEVEL) / 2))
    return float(np.quantile(means, low)), float(np.quantile(means, high))


def _share(bias: float, end: float, acceleration: float) -> float:
    """The share of resampled means below one end of the interval; `end` itself without bias and acceleration."""
    moved = bias + NORMAL.inv_cdf(end)
    return NORMAL.cdf(bias + moved / (1 - acceleration * moved))


def _acceleration(values: NDArray[np.float64]) -> float:
    """How fast the spread of the mean changes with it: the skew of the leave-one-out means, over 6."""
    away = values - values.mean()  # leave-one-out means differ from this by a factor that cancels
    return float((away**3).sum() / (6 * (away**2).sum() ** 1.5))


def _resampled_means(values: NDArray[np.float64], random: np.random.Generator, resamples: int) -> NDArray[np.float64]:
    blocks = []
    for start in range(0, resamples, BLOCK):
        size = (min(BLOCK, resamples - start), len(values))
        blocks.append(values[random.integers(0, len(values), size)].mean(axis=1))
    return np.concatenate(blocks)
