"""A figure over songs, and how it stands beside that of real pieces."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from popgen_eval.statistics import summarise

__all__ = ["JUDGED_FROM", "Sample", "Share", "sample_of", "share_of"]

JUDGED_FROM = 20  # songs: a mean of fewer is shown, not judged
RESAMPLES = 10_000


@dataclass(frozen=True)
class Sample:
    """The defined values of a figure, one a song, with their mean and its 95 % interval; NaN where there is none."""

    values: tuple[float, ...]
    mean: float
    low: float
    high: float

    @property
    def n(self) -> int:
        """Songs in which the figure is defined."""
        return len(self.values)

    @property
    def judged(self) -> bool:
        """Whether there are songs enough to say anything."""
        return self.n >= JUDGED_FROM


def sample_of(values: Iterable[float | None]) -> Sample:
    """Values of songs, NaN or None where undefined -> those defined, with mean and interval."""
    defined = [float(value) for value in values if value is not None and value == value]
    of = summarise(defined)
    return Sample(tuple(defined), of.mean, of.low, of.high)


@dataclass(frozen=True)
class Share:
    """One mean as a share of another, and its 95 % interval when the songs of both are drawn again."""

    value: float
    low: float
    high: float


def share_of(made: Sample, real: Sample, seed: int = 0) -> Share:
    """The mean of one sample over that of another, both of one value or more and the other's mean above 0."""
    random = np.random.default_rng(seed)
    over = _drawn_means(made, random) / np.maximum(_drawn_means(real, random), 1e-12)
    low, high = np.quantile(over, [0.025, 0.975])
    return Share(made.mean / real.mean, float(low), float(high))


def _drawn_means(of: Sample, random: np.random.Generator) -> NDArray[np.float64]:
    """(RESAMPLES,) means of as many values drawn with repeats."""
    values = np.array(of.values)
    means = [values[random.integers(0, of.n, (1000, of.n))].mean(axis=1) for _ in range(RESAMPLES // 1000)]
    return np.concatenate(means)
