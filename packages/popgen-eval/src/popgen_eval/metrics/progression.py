"""Harmonic progression: four bars of chords that come back, in an order that is not chance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from popgen_core.analysis.alike import cosines, null_contrast
from popgen_core.analysis.piece import LEAST_BARS, Piece
from popgen_core.contracts.evaluator import Measure, Score
from popgen_eval.metrics.pooling import undefined

__all__ = ["HarmonicProgression", "harmonies_alike"]

PHRASE = 4  # bars


def harmonies_alike(tones: NDArray[np.bool_]) -> NDArray[np.float64]:
    """(half bars, 12) chord tones -> (bars, bars) how alike the harmony of each two bars is, 0..1.

    The mean cosine of their first and of their second halves, squared; a half that is silent in both is left out.
    """
    bars = len(tones) // 2
    total, counted = np.zeros((bars, bars)), np.zeros((bars, bars))
    for half in (tones[0::2], tones[1::2]):
        sounds = np.asarray(half.any(axis=1))
        either = sounds[:, None] | sounds[None, :]
        total += np.where(either, cosines(half.astype(np.float64)), 0.0)
        counted += either
    return np.asarray((total / np.maximum(counted, 1)) ** 2)


class HarmonicProgression:
    """`harmonic_progression`, 0..1, higher is better: how much more chords come back than in shuffled bars.

    The chord of each half bar is the best of 108 templates on all pitched groups. Two bars are alike by the mean
    cosine of the tones of their chords, half by half, squared. The figure is the contrast with 24 fixed shuffles of
    the bars that `structure_coherence` makes, over four-bar stretches. One chord throughout, shuffled bars and noise
    score about 0. Moving a song by semitones changes nothing, exactly. Undefined below 12 bars with a chord. Source:
    popgen's own, for the paper's "harmonic progression" (figure 12), which the paper does not define.
    """

    @dataclass(frozen=True)
    class Config:
        """No options: a figure that can be set cannot be compared."""

    scope: ClassVar[Literal["piece"]] = "piece"
    measures: ClassVar[tuple[Measure, ...]] = (
        Measure(
            "harmonic_progression", "contrast", 0.0, 1.0, "higher",
            "how much more four bars of chords come back than in 24 shuffles of the same bars",
        ),
    )  # fmt: skip

    def __init__(self, config: Config | None = None) -> None:
        self.config = config or self.Config()

    def score(self, piece: Piece) -> Mapping[str, Score]:
        """A grouped piece -> its harmonic progression."""
        if piece.reason:
            return {"harmonic_progression": undefined(piece.reason)}
        tones = piece.chords.tones
        sounding = int(tones.any(axis=1).reshape(-1, 2).any(axis=1).sum())
        if sounding < LEAST_BARS:
            return {"harmonic_progression": undefined(f"bars with a chord: {sounding}, needed: {LEAST_BARS}")}
        return {"harmonic_progression": Score(null_contrast(harmonies_alike(tones), PHRASE, PHRASE))}
