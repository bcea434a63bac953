"""Rhythms that bass and drums keep: how alike their bars are at a distance of one, two or four bars."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from popgen_core.analysis.grid16 import voice_grid
from popgen_core.analysis.piece import Piece
from popgen_core.contracts.evaluator import Measure, Score
from popgen_eval.metrics.pooling import undefined
from popgen_eval.metrics.rhythm import recurrence

__all__ = ["BassRhythmConsistency", "DrumBeatConsistency"]

NO_PAIR = "no two bars with notes are 1, 2 or 4 bars apart"


class BassRhythmConsistency:
    """`bass_rhythm_consistency`, 0..1, higher is better: how much the rhythm of the bass comes back.

    Cohen's kappa of the bass's onsets by sixteenth in bars 1, 2 or 4 apart, pooled over pairs of bars in which it
    plays; the best of the three distances, 0 at least. Chance is 0; one bar repeated scores 1 by design, so never
    quote it alone. Undefined below 12 bars and without a bass of 16 notes. Source: popgen's own, for the paper's
    "bass rhythm consistency" (figure 7), which the paper does not define.
    """

    @dataclass(frozen=True)
    class Config:
        """No options: a figure that can be set cannot be compared."""

    scope: ClassVar[Literal["piece"]] = "piece"
    measures: ClassVar[tuple[Measure, ...]] = (
        Measure(
            "bass_rhythm_consistency", "kappa", 0.0, 1.0, "higher",
            "Cohen's kappa of the bass's onsets in bars 1, 2 or 4 apart, the best of the three",
        ),
    )  # fmt: skip

    def __init__(self, config: Config | None = None) -> None:
        self.config = config or self.Config()

    def score(self, piece: Piece) -> Mapping[str, Score]:
        """A grouped piece -> how consistent the rhythm of its bass is."""
        enough = any(part.name == "bass" and part.enough for part in piece.parts)
        reason = piece.reason or ("" if enough else "no bass of 16 notes")
        return {"bass_rhythm_consistency": undefined(reason) if reason else _kept(piece.grids["bass"])}


class DrumBeatConsistency:
    """`drum_beat_consistency`, 0..1, higher is better: how much the beat of the drums comes back.

    Cohen's kappa, as for `bass_rhythm_consistency`, of bars that hold three rows of sixteenths, kick, snare and all
    other drums. One bar repeated scores 1 by design, so never quote it alone. Undefined below 12 bars and without
    drums of 32 hits. Source: popgen's own, for the paper's "drum beat consistency" (figure 8), which the paper does
    not define.
    """

    @dataclass(frozen=True)
    class Config:
        """No options: a figure that can be set cannot be compared."""

    scope: ClassVar[Literal["piece"]] = "piece"
    measures: ClassVar[tuple[Measure, ...]] = (
        Measure(
            "drum_beat_consistency", "kappa", 0.0, 1.0, "higher",
            "Cohen's kappa of kick, snare and other hits in bars 1, 2 or 4 apart, the best of the three",
        ),
    )  # fmt: skip

    def __init__(self, config: Config | None = None) -> None:
        self.config = config or self.Config()

    def score(self, piece: Piece) -> Mapping[str, Score]:
        """A grouped piece -> how consistent the beat of its drums is."""
        drums = next((part for part in piece.parts if part.name == "drums" and part.enough), None)
        if piece.reason or drums is None:
            return {"drum_beat_consistency": undefined(piece.reason or "no drums of 32 hits")}
        voices = voice_grid(drums.step, drums.pitch, piece.bars, piece.steps)  # (bars, 3, steps)
        return {"drum_beat_consistency": _kept(voices.reshape(piece.bars, -1))}


def _kept(grid: NDArray[np.bool_]) -> Score:
    kappa = recurrence(grid)
    return undefined(NO_PAIR) if math.isnan(kappa) else Score(kappa)
