"""Empty bars and beats as MuseGAN and muspy count them: those in which no group sounds."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

from popgen_core.analysis.piece import Piece
from popgen_core.contracts.evaluator import Measure, Score
from popgen_eval.metrics.pooling import undefined
from popgen_eval.metrics.sounding import silent_cells, stretches, window_ticks

__all__ = ["Emptiness"]


class Emptiness:
    """`empty_bar_rate` and `empty_beat_rate`, 0..1, descriptive: the share of bars, of beats, in which nothing sounds.

    All groups together, drums too, held notes as well as begun ones; a beat is a quarter in every meter. Undefined
    below 12 bars and without notes. Source: muspy `empty_measure_rate` and `empty_beat_rate`, MuseGAN's EB.
    Deviations: muspy counts the tick at which a note ends as sounding, so that a note of exactly a beat fills two, and
    adds an empty bar behind a song that ends on a bar line; here the end is not included, and bars are counted up to
    the last one in which a note begins. MuseGAN's `empty_bar_rate` in its last code returns the share that is NOT
    empty; ours is the empty share. MuseGAN counts each track by itself, muspy and we the mix.
    """

    @dataclass(frozen=True)
    class Config:
        """No options: a figure that can be set cannot be compared."""

    scope: ClassVar[Literal["piece"]] = "piece"
    measures: ClassVar[tuple[Measure, ...]] = (
        Measure("empty_bar_rate", "share", 0.0, 1.0, "none", "share of bars in which no note sounds (muspy, MuseGAN)"),
        Measure("empty_beat_rate", "share", 0.0, 1.0, "none", "share of beats in which no note sounds (muspy)"),
    )

    def __init__(self, config: Config | None = None) -> None:
        self.config = config or self.Config()

    def score(self, piece: Piece) -> Mapping[str, Score]:
        """A grouped piece -> its share of empty bars and beats."""
        if piece.reason:
            return dict.fromkeys(("empty_bar_rate", "empty_beat_rate"), undefined(piece.reason))
        notes, beat = stretches(piece, piece.parts), float(piece.song.ticks_per_quarter)
        beats = math.ceil(window_ticks(piece) / beat)  # the last of a 7/8 window may be half a beat
        return {
            "empty_bar_rate": Score(float(silent_cells(notes, piece.bars, piece.bar_beats * beat).mean())),
            "empty_beat_rate": Score(float(silent_cells(notes, beats, beat).mean())),
        }
