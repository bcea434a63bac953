"""How large a difference is, in standard deviations: dz of pairs, Hedges' g of two groups, with BCa intervals."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from popgen_eval.statistics.bca import RESAMPLES, bca, drawn

__all__ = ["Effect", "dz_of_pairs", "hedges_g"]

Values = NDArray[np.float64]
FEWEST = 5  # songs a sample; below, resamples of one song repeated decide the interval


@dataclass(frozen=True)
class Effect:
    """An effect in standard deviations, and its 95 % interval over songs.

    `name` is "dz" or "g". NaN: the value where nothing varies; the interval also below five songs a sample, and where
    no resamples were asked for.
    """

    name: str
    value: float
    low: float
    high: float


def dz_of_pairs(differences: Values, random: np.random.Generator, resamples: int = RESAMPLES) -> Effect:
    """Differences of pairs -> dz: their mean over their standard deviation (n - 1), pairs resampled."""
    n = len(differences)
    value = float(_dz(*_moments(differences[None, :]))[0]) if n > 1 else math.nan
    if n < FEWEST or not resamples or not math.isfinite(value):
        return Effect("dz", value, math.nan, math.nan)
    again = np.concatenate([_dz(*_moments(differences[rows])) for rows in drawn(n, random, resamples)])
    return Effect("dz", value, *_interval(value, again, [_dz(*_moments_left_out(differences))]))


def hedges_g(a: Values, b: Values, random: np.random.Generator, resamples: int = RESAMPLES) -> Effect:
    """Two independent samples -> Hedges' g: difference of means over the pooled standard deviation.

    Corrected for small samples by the exact factor (Hedges 1981). Songs are resampled in each sample by itself.
    """
    n_a, n_b = len(a), len(b)
    few = min(n_a, n_b)
    at_a, at_b = (_moments(values[None, :]) if few > 1 else () for values in (a, b))
    value = float(_g(*at_a, n_a, *at_b, n_b)[0]) if at_a and at_b else math.nan
    if few < FEWEST or not resamples or not math.isfinite(value):
        return Effect("g", value, math.nan, math.nan)
    again = np.concatenate(
        [
            _g(*_moments(a[rows_a]), n_a, *_moments(b[rows_b]), n_b)
            for rows_a, rows_b in zip(drawn(n_a, random, resamples), drawn(n_b, random, resamples), strict=True)
        ]
    )
    left_out = [
        _g(*_moments_left_out(a), n_a - 1, *_moments(b[None, :]), n_b),
        _g(*_moments(a[None, :]), n_a, *_moments_left_out(b), n_b - 1),
    ]
    return Effect("g", value, *_interval(value, again, left_out))


def _interval(value: float, again: Values, left_out: list[Values]) -> tuple[float, float]:
    """The interval, NaN where an end of it has no bound: most resamples of such songs do not vary."""
    known = again[~np.isnan(again)]
    if any(not np.isfinite(values).all() for values in left_out) or not len(known):
        return math.nan, math.nan
    with np.errstate(invalid="ignore"):
        low, high = bca(value, known, left_out)
    return (low, high) if math.isfinite(low) and math.isfinite(high) else (math.nan, math.nan)


def _dz(mean: Values, variance: Values) -> Values:
    with np.errstate(divide="ignore", invalid="ignore"):
        return mean / np.sqrt(variance)


def _g(mean_a: Values, variance_a: Values, n_a: int, mean_b: Values, variance_b: Values, n_b: int) -> Values:
    df = n_a + n_b - 2
    pooled = ((n_a - 1) * variance_a + (n_b - 1) * variance_b) / df
    with np.errstate(divide="ignore", invalid="ignore"):
        return _small_sample(df) * (mean_a - mean_b) / np.sqrt(pooled)


def _small_sample(df: int) -> float:
    """By how much a standardised difference of so few values is too large on average."""
    return math.exp(math.lgamma(df / 2) - math.lgamma((df - 1) / 2)) / math.sqrt(df / 2) if df > 1 else math.nan


def _moments(rows: Values) -> tuple[Values, Values]:
    """(resample, value) -> mean and variance (n - 1) of each row, the variance 0 where it is rounding."""
    mean = rows.mean(axis=1)
    variance = ((rows - mean[:, None]) ** 2).sum(axis=1) / (rows.shape[1] - 1)
    return mean, np.where(variance <= (1e-12 * mean) ** 2, 0.0, variance)


def _moments_left_out(values: Values) -> tuple[Values, Values]:
    """(value,) -> mean and variance (n - 1) without each value in turn."""
    n, centre = len(values), values.mean()
    away = values - centre
    mean = -away / (n - 1)
    variance = ((away**2).sum() - away**2 - (n - 1) * mean**2) / (n - 2)
    return centre + mean, np.maximum(variance, 0.0)
