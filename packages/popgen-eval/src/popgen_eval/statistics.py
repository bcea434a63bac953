"""Mean and spread of a figure: over songs with a bootstrap interval, over folds with a corrected resampled t."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr, stdtrit

from popgen_core.errors import PopgenError

__all__ = ["ResampledT", "Summary", "bca_interval", "corrected_resampled_t", "summarise"]

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


@dataclass(frozen=True)
class ResampledT:
    """A value over folds: mean, standard deviation (n - 1), corrected 95 % interval of the mean, and the two-sided
    test of a mean of zero: t, degrees of freedom, p (0..1). NaN: what a single fold, or equal values, do not tell.
    """

    mean: float
    sd: float
    low: float
    high: float
    t: float
    df: int
    p: float


def corrected_resampled_t(values: Sequence[float], test_share: float) -> ResampledT:
    """A value of each fold, or the difference of two systems on it -> its mean with a corrected t.

    Folds share most of their training songs, so a plain t, which takes them for independent, claims too much. Here
    (Nadeau and Bengio 2003, Inference for the Generalization Error) the variance of the mean is
    sd^2 x (1 / folds + test / train), where `test_share` is test / (test + train) in songs: 1 / folds for whole
    folds. The interval and p speak of other songs like these, with training sets of that size. Simulated on 60 and 200
    songs in 10 folds (2026-11-22), two systems of equal worth were told apart with p < .05 in 18 and 12 % of cases by
    a plain t where learning is unsteady (it selects one feature of 20), in 5 and 4 % by this one, and in 1 % where it
    is steady: there it errs on the safe side. Without two values all but the mean is NaN; where all are equal, sd is 0,
    the interval has no width, t and p are NaN. Raises PopgenError for no values or a share outside 0..1.
    """
    if not len(values) or not 0 < test_share < 1:
        raise PopgenError(f"a resampled t needs folds and a test share between 0 and 1, got {test_share:g}")
    mean, df = float(np.mean(values)), len(values) - 1
    if df == 0:
        return ResampledT(mean, math.nan, math.nan, math.nan, math.nan, df, math.nan)
    sd = float(np.std(values, ddof=1)) if np.ptp(values) else 0.0
    error = sd * math.sqrt(1 / len(values) + test_share / (1 - test_share))
    reach = float(stdtrit(df, (1 + LEVEL) / 2)) * error
    t = mean / error if error else math.nan
    return ResampledT(mean, sd, mean - reach, mean + reach, t, df, 2 * float(stdtr(df, -abs(t))))


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
