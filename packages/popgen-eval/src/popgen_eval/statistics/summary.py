"""Mean and spread of a figure over songs, with a bootstrap interval."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from popgen_eval.statistics.bca import LEVEL, RESAMPLES, bca, drawn

__all__ = ["LEVEL", "Summary", "bca_interval", "summarise"]

SEED = 0


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
    means = np.concatenate([values[rows].mean(axis=1) for rows in drawn(len(values), random, resamples)])
    left_out = (values.sum() - values) / (len(values) - 1)
    return bca(float(values.mean()), means, [left_out])
