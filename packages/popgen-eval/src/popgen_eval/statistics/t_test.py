"""Student's t on a difference of means: of pairs, or of two groups of songs that need not vary alike (Welch)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from popgen_eval.statistics.bca import LEVEL

__all__ = ["TTest", "paired_t", "tested", "welch_error", "welch_t"]

Values = NDArray[np.float64]
ROUNDING = 1e-12  # spread of values, in shares of their size, below which they are equal but for rounding


@dataclass(frozen=True)
class TTest:
    """A difference of means with its standard error, t, degrees of freedom, two-sided p and 95 % interval.

    NaN: all but the difference where there are too few values; t and p where nothing varies.
    """

    difference: float
    error: float
    t: float
    df: float
    p: float
    low: float
    high: float


def paired_t(differences: Values) -> TTest:
    """Differences of pairs (pair,) -> the paired t test of a mean difference of 0."""
    if len(differences) < 2:
        return _untested(float(differences.mean()) if len(differences) else math.nan)
    error = math.sqrt(_variance(differences) / len(differences))
    return tested(float(differences.mean()), error, len(differences) - 1)


def welch_t(a: Values, b: Values) -> TTest:
    """Two independent samples -> Welch's t test of equal means, mean of `a` less that of `b`."""
    difference = float(a.mean() - b.mean()) if len(a) and len(b) else math.nan
    if min(len(a), len(b)) < 2:
        return _untested(difference)
    return tested(difference, *welch_error(_variance(a), len(a), _variance(b), len(b)))


def welch_error(variance_a: float, n_a: int, variance_b: float, n_b: int) -> tuple[float, float]:
    """Variances (n - 1) and sizes, 2 or more, of two samples -> standard error of the difference of their means, and
    its degrees of freedom (Welch and Satterthwaite).
    """
    a, b = variance_a / n_a, variance_b / n_b
    parts = a**2 / (n_a - 1) + b**2 / (n_b - 1)
    return math.sqrt(a + b), (a + b) ** 2 / parts if parts else n_a + n_b - 2


def tested(difference: float, error: float, df: float) -> TTest:
    """A difference, its standard error and degrees of freedom -> its t test; t and p are NaN without an error."""
    from scipy.special import stdtr, stdtrit

    reach = float(stdtrit(df, (1 + LEVEL) / 2)) * error
    t = difference / error if error else math.nan
    return TTest(difference, error, t, df, 2 * float(stdtr(df, -abs(t))), difference - reach, difference + reach)


def _variance(values: Values) -> float:
    """The variance (n - 1), exactly 0 where values differ by rounding only."""
    if np.ptp(values) <= ROUNDING * np.abs(values).max():
        return 0.0
    return float(values.var(ddof=1))


def _untested(difference: float) -> TTest:
    return TTest(difference, *[math.nan] * 6)
