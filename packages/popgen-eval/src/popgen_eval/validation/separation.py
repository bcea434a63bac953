"""Whether figures tell songs from spoiled copies of them: the check that a figure must pass before it is trusted."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import default_rng
from numpy.typing import NDArray

from popgen_core.contracts.evaluator import PieceEvaluator
from popgen_core.music.song import Song
from popgen_eval.api import evaluate_songs
from popgen_eval.corruptions import CORRUPTIONS, CROSSING, Corruption

__all__ = ["Separation", "auc", "separations"]


@dataclass(frozen=True)
class Separation:
    """One figure against one corruption, over the songs where it is defined.

    `auc`: chance that a song scores above a spoiled song, ties half; `paired`: share of songs above their own copy.
    """

    corruption: str
    figure: str
    real_mean: float
    corrupted_mean: float
    auc: float
    paired: float
    n: int


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
            pairs = [(a.scores[figure], b.scores[figure]) for a, b in zip(real.files, spoiled.files, strict=True)]
            found.append(_separation(name, figure, np.array(pairs, dtype=np.float64).reshape(-1, 2)))
    return found


def _spoiled(songs: Sequence[Song], corruption: Corruption, seed: int) -> list[Song]:
    return [corruption(song, default_rng([seed, number])) for number, song in enumerate(songs)]


def _separation(corruption: str, figure: str, pairs: NDArray[np.float64]) -> Separation:
    """(songs, 2) values of songs and of their spoiled copies -> how well they are told apart."""
    real, spoiled = pairs[~np.isnan(pairs).any(axis=1)].T
    if not len(real):
        return Separation(corruption, figure, math.nan, math.nan, math.nan, math.nan, 0)
    paired = float((np.sign(real - spoiled) / 2 + 0.5).mean())
    means = float(real.mean()), float(spoiled.mean())
    return Separation(corruption, figure, *means, auc(real, spoiled), paired, len(real))


def auc(higher: NDArray[np.float64], lower: NDArray[np.float64]) -> float:
    """Chance that one of `higher` is above one of `lower`, ties half: 1 they are apart, .5 they are alike."""
    return float((np.sign(higher[:, None] - lower[None, :]) / 2 + 0.5).mean())
