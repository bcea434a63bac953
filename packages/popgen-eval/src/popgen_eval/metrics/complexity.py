"""Rhythmic complexity: syncopation, notes on weak places held over strong ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from popgen_core.analysis.grid16 import drum_voice
from popgen_core.analysis.piece import LEAST_NOTES, Part, Piece
from popgen_core.contracts.evaluator import Measure, Score
from popgen_eval.metrics.by_group import each_group, group_measures
from popgen_eval.metrics.pooling import undefined

__all__ = ["RhythmicComplexity", "levels", "metrical_weights", "syncopation"]

SIXTEENTHS = 16  # in a whole note


def _factors(number: int) -> list[int] | None:
    """Into twos, then threes; None for a number that has other factors."""
    found = []
    for factor in (2, 3):
        while number % factor == 0:
            number //= factor
            found.append(factor)
    return found if number == 1 else None


def levels(numerator: int, denominator: int) -> list[int] | None:
    """Into how many each level of a bar divides, down to sixteenths: 4/4 is 2 2 2 2, 3/4 is 3 2 2, 6/8 is 2 3 2.

    Twos come first, so that six, nine and twelve eighths are beats of three. None where the meter has no one order of
    strong beats (5/4, 7/8), or notes shorter than sixteenths.
    """
    if SIXTEENTHS % denominator:
        return None
    beats, below = _factors(numerator), _factors(SIXTEENTHS // denominator)
    return None if beats is None or below is None else beats + below


@lru_cache
def metrical_weights(meter: tuple[int, int]) -> tuple[int, ...] | None:
    """Weight of each sixteenth of a bar: 0 its first, one less for each level that a place first belongs to."""
    divisions = levels(*meter)
    if divisions is None:
        return None
    steps = int(np.prod(divisions, dtype=np.int64))
    weights = np.full(steps, -len(divisions))
    apart = steps
    for level in range(len(divisions) + 1):
        weights[::apart] = np.maximum(weights[::apart], -level)
        apart //= divisions[level] if level < len(divisions) else 1
    return tuple(int(weight) for weight in weights)


def syncopation(step: NDArray[np.int64], weights: NDArray[np.int64]) -> float:
    """Sixteenths at which notes begin -> their syncopation a bar, over the bars in which some begin.

    A note is syncopated where a stronger place than its own passes before the next note, within a bar: by the
    difference of the strongest such place's weight and its own. The last note has no next one and counts nothing.
    """
    steps, bar = np.unique(step), len(weights)
    notes, ahead = steps[:-1, None], np.arange(1, bar)
    passed = np.where(ahead < np.diff(steps)[:, None], weights[(notes + ahead) % bar], weights.min())
    total = np.maximum(passed.max(axis=1) - weights[steps[:-1] % bar], 0).sum()
    return float(total / len(np.unique(steps // bar)))


def _heard(part: Part) -> NDArray[np.int64]:
    """Sixteenths at which a part's notes begin; of drums kick and snare only."""
    return part.step[drum_voice(part.pitch) < 2] if part.is_drum else part.step


class RhythmicComplexity:
    """`rhythmic_complexity` and `rhythmic_complexity_<group>`, points a bar, descriptive: syncopation.

    Longuet-Higgins and Lee (1984): places of a bar weigh 0 (its first sixteenth), -1, -2 ... by the level of the meter
    at which they first appear. A note after which a stronger place passes without a new note, within a bar, is
    syncopated by the difference of weights; the figure is their sum a bar, over the bars in which the group plays.
    0 where every strong place is played; the 3-2 clave is 4, a bass off the beat 7; the most is 15 in 4/4. `drums` are
    kick and snare, 16 hits at least. `rhythmic_complexity` is the mean over groups weighted by sqrt(notes). Undefined
    below 12 bars, for a group below 16 notes (drums 32), and in meters without one order of strong beats (5/4, 7/8).
    Transposition and tempo change nothing, exactly. Source: Longuet-Higgins and Lee, The rhythmic interpretation
    of monophonic music, Music Perception 1 (1984). Deviation: notes that are tied and rests count alike (onsets only),
    and a rest counts for a bar at most. It has no direction: pop lives between the straight and the random.
    Real songs 0 to 3.2, median 1.1 (317 songs, 5th to 95th). Of 218 in 4/4, mean 1.4: straightened to beats .1 (AUC
    .91), with onsets on random sixteenths 4.4 (.97, above the real ones), moved off the beat 7.3 (1.0, above).
    """

    @dataclass(frozen=True)
    class Config:
        """No options: a figure that can be set cannot be compared."""

    scope: ClassVar[Literal["piece"]] = "piece"
    measures: ClassVar[tuple[Measure, ...]] = group_measures(
        Measure(
            "rhythmic_complexity", "points a bar", 0.0, 31.0, "none",
            "Longuet-Higgins-Lee syncopation a bar: notes on weak places held over strong ones, over groups",
        )
    )  # fmt: skip

    def __init__(self, config: Config | None = None) -> None:
        self.config = config or self.Config()

    def score(self, piece: Piece) -> Mapping[str, Score]:
        """A grouped piece -> its syncopation, pooled and by group."""
        weights = None if piece.reason else metrical_weights(piece.window.meter)
        if weights is None:
            meter = "/".join(map(str, piece.window.meter))
            missing = undefined(piece.reason or f"{meter} has no one order of strong beats")
            return {measure.name: missing for measure in self.measures}
        parts = {part.name: (_heard(part), len(part.step)) for part in piece.parts if part.enough}
        values = {
            name: (syncopation(steps, np.array(weights)), notes)
            for name, (steps, notes) in parts.items()
            if len(steps) >= LEAST_NOTES
        }
        return each_group("rhythmic_complexity", values, "no group has 16 notes (drums 32)")
