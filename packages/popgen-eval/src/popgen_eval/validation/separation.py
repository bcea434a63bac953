"""Whether figures tell songs from spoiled copies of them: the check that a figure must pass before it is trusted."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.random import default_rng
from numpy.typing import NDArray

from popgen_core.contracts.evaluator import PieceEvaluator
from popgen_core.music.song import Song
from popgen_eval.api import evaluate_songs
from popgen_eval.corruptions import CORRUPTIONS, CROSSING, Corruption

__all__ = ["Better", "Separation", "resamples", "separation", "separations"]

Better = Literal["higher", "lower", "none"]
RESAMPLES = 2_000  # of songs, for an interval


@dataclass(frozen=True)
class Separation:
    """One figure against one corruption, over the `n` songs where it is defined for both.

    `auc`: chance that a song is better than a spoiled song by this figure, ties half, with `low` and `high`, the 95 %
    interval of it by drawing songs anew (each with its own spoiled copy); `paired`: share of songs better than their
    own copy, ties half; `d`: difference of the means in pooled standard deviations (Cohen 1988). A figure without
    direction is taken as if higher were better. NaN: what no song, or for intervals and d a single one, can tell.
    """

    corruption: str
    figure: str
    real_mean: float
    corrupted_mean: float
    auc: float
    paired: float
    n: int
    low: float = math.nan
    high: float = math.nan
    d: float = math.nan


def separations(
    songs: Sequence[Song], *, evaluators: Sequence[PieceEvaluator] | None = None, seed: int = 0
) -> list[Separation]:
    """Grouped excerpts of one meter -> each figure against each corruption; the same seed, the same figures."""
    real = evaluate_songs(songs, evaluators=evaluators, window="first")
    found = []
    crossing = {name: made(songs) for name, made in CROSSING.items()}
    for name, corruption in {**CORRUPTIONS, **crossing}.items():
        spoiled = evaluate_songs(_spoiled(songs, corruption, seed), evaluators=evaluators, window="first")
        for figure in real.names:
            before, after = (np.array([file.scores[figure] for file in of.files]) for of in (real, spoiled))
            found.append(separation(name, figure, before, after))
    return found


def _spoiled(songs: Sequence[Song], corruption: Corruption, seed: int) -> list[Song]:
    return [corruption(song, default_rng([seed, number])) for number, song in enumerate(songs)]


def separation(
    corruption: str, figure: str, real: NDArray[np.float64], spoiled: NDArray[np.float64], better: Better = "higher"
) -> Separation:
    """(song,) values of songs and of their spoiled copies, NaN where undefined -> how well they are told apart."""
    defined = ~(np.isnan(real) | np.isnan(spoiled))
    real, spoiled = real[defined], spoiled[defined]
    if not len(real):
        return Separation(corruption, figure, math.nan, math.nan, math.nan, math.nan, 0)
    sign = -1.0 if better == "lower" else 1.0
    above = _above(sign * real, sign * spoiled)  # (song, spoiled song)
    return Separation(
        corruption,
        figure,
        float(real.mean()),
        float(spoiled.mean()),
        auc=float(above.mean()),
        paired=float(np.diag(above).mean()),
        n=len(real),
        **_spread(sign * real, sign * spoiled, above),
    )


def _above(higher: NDArray[np.float64], lower: NDArray[np.float64]) -> NDArray[np.float64]:
    """(one, other) 1 where one is above the other, .5 where they are equal, else 0."""
    return np.asarray(np.sign(higher[:, None] - lower[None, :]) / 2 + 0.5)


def _spread(real: NDArray[np.float64], spoiled: NDArray[np.float64], above: NDArray[np.float64]) -> dict[str, float]:
    """Interval of the AUC, and Cohen's d; nothing where a single song is defined."""
    if len(real) < 2:
        return {}
    share = resamples(len(real))  # (resample, song)
    drawn = ((share @ above.astype(np.float32)) * share).sum(axis=1)  # (resample,) the AUC of the songs drawn
    low, high = np.quantile(drawn, [0.025, 0.975])
    sd = math.sqrt((float(real.var(ddof=1)) + float(spoiled.var(ddof=1))) / 2)
    d = float(real.mean() - spoiled.mean()) / sd if sd else math.nan
    return {"low": float(low), "high": float(min(high, 1.0)), "d": d}


@lru_cache(maxsize=16)
def resamples(songs: int, seed: int = 0) -> NDArray[np.float32]:
    """(resample, song) how much of each resample each song is; a row sums to 1."""
    counts = default_rng(seed).multinomial(songs, np.full(songs, 1 / songs), RESAMPLES)
    return (counts / songs).astype(np.float32)
