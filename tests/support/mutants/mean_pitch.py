"""Sound evaluators of each scope, for others to break: how high songs play, and how far that is from other songs."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from pydantic import Field

from popgen_core.analysis.piece import Part, Piece
from popgen_core.contracts.evaluator import Measure, Score

__all__ = ["DISTANCE", "MEAN", "MeanPitch", "MeanPitchOfAPiece", "PitchesLearned", "Scores"]

NOTHING = Score(math.nan, "no pitched notes")
MEAN = Measure("mean_pitch", "semitones", 0.0, 127.0, "none", "mean pitch of the set's notes, each song alike")
DISTANCE = Measure("pitch_distance", "semitones", 0.0, 127.0, "lower", "how far apart two sets' mean pitches are")

Scores = Mapping[str, Score]


class MeanPitch:
    """How high a set plays, and how far that is from its references."""

    @dataclass(frozen=True)
    class Config:
        lowest: Annotated[int, Field(ge=0, le=127, description="MIDI pitch; notes below do not count")] = 0

    scope: ClassVar[str] = "set"
    measures: ClassVar[Any] = (MEAN, DISTANCE)

    def __init__(self, config: Config) -> None:
        self.config = config

    def score(self, pieces: Sequence[Piece], references: Sequence[Piece]) -> Scores:
        one, two = self.mean(pieces), self.mean(references)
        if math.isnan(one) or math.isnan(two):
            return {"mean_pitch": self.value(one), "pitch_distance": NOTHING}
        return {"mean_pitch": self.value(one), "pitch_distance": self.value(self.distance(one, two))}

    def value(self, value: float) -> Score:
        return NOTHING if math.isnan(value) else Score(value)

    def distance(self, one: float, two: float) -> float:
        return abs(one - two)

    def mean(self, pieces: Sequence[Piece]) -> float:
        means = [mean for piece in pieces if not math.isnan(mean := self.mean_of(piece))]
        return math.fsum(means) / len(means) if means else math.nan

    def mean_of(self, piece: Piece) -> float:
        pitches = [pitch for part in self.parts(piece) for pitch in part.pitch.tolist() if pitch >= self.config.lowest]
        return math.fsum(pitches) / len(pitches) if pitches else math.nan

    def parts(self, piece: Piece) -> Sequence[Part]:
        return piece.pitched


class MeanPitchOfAPiece(MeanPitch):
    scope = "piece"
    measures = (MEAN,)

    def score(self, piece: Piece) -> Scores:  # type: ignore[override]
        return {"mean_pitch": self.value(self.mean_of(piece))}


class PitchesLearned(MeanPitch):
    scope = "training"
    measures = (DISTANCE,)

    def learn(self, training: Iterable[tuple[str, Piece]]) -> Callable[[Piece], Scores]:
        learned = self.learned([piece for _, piece in training])
        return lambda piece: {"pitch_distance": self.value(self.distance(self.mean_of(piece), learned))}

    def learned(self, pieces: list[Piece]) -> float:
        return self.mean(pieces)
