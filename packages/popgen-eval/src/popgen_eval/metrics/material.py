"""What a piece is made of: its dynamics, its pitches that no player could reach, its silence, its density."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from popgen_core.analysis.piece import Part, Piece
from popgen_core.contracts.evaluator import Measure, Score
from popgen_eval.metrics.pooling import pooled, undefined
from popgen_eval.metrics.sounding import pitches_at_once, stretches, window_ticks

__all__ = ["RANGES", "Material", "range_of"]

# group -> lowest and highest pitch (MIDI number) that its instruments play
RANGES: dict[str, tuple[int, int]] = {
    "drums": (35, 81),  # the sounds of the General MIDI percussion map
    "bass": (21, 67),  # five strings, the lowest tuned down to A0; 24 frets on the G string
    "guitar": (33, 88),  # baritone or seven strings tuned down to A1; 24 frets on the high E string
    "strings": (24, 103),  # double bass with extension to the end of a violin's fingerboard
    "lead": (33, 108),  # baritone guitar to piccolo
}
PIANO = (21, 108)  # of chords, others and groups of any other name
DRUM_RINGS = 1.0  # beat; files give drum hits any length


def range_of(part: Part) -> tuple[int, int]:
    """Lowest and highest pitch that a group can play."""
    return RANGES["drums"] if part.is_drum else RANGES.get(part.name, PIANO)


class Material:
    """Five plain figures of a window; all but one are descriptive, and none says that music is good.

    `velocity_range`, 0..126: highest less lowest velocity of all notes. `velocity_spread`, 0..63: standard deviation
    of the velocities inside a group, mean over groups of 16 notes (drums 32) weighted by sqrt(notes); 0 is a machine.
    `pitch_range_violations`, 0..1, lower is better: share of notes outside what the instruments of their group can
    play (`RANGES`; drums: the General MIDI map 35-81). `silence`, 0..1: share of time in which nothing sounds, a drum
    hit for a beat at least since files give it any length; finer than `empty_beat_rate`, which asks for whole beats.
    `density`, notes a second, drums too, by the mean tempo of the window. Transposition may change the violations and
    nothing else, tempo the density and nothing else. Undefined below 12 bars and without notes; the spread without a
    group of 16. Source: popgen's own.
    """

    @dataclass(frozen=True)
    class Config:
        """No options: a figure that can be set cannot be compared."""

    scope: ClassVar[Literal["piece"]] = "piece"
    measures: ClassVar[tuple[Measure, ...]] = (
        Measure("velocity_range", "velocity", 0.0, 126.0, "none", "highest less lowest velocity"),
        Measure("velocity_spread", "velocity", 0.0, 63.0, "none", "standard deviation of velocity inside a group"),
        Measure("pitch_range_violations", "share", 0.0, 1.0, "lower", "notes that the group's instruments cannot play"),
        Measure("silence", "share", 0.0, 1.0, "none", "share of time in which nothing sounds"),
        Measure("density", "notes a second", 0.0, 1000.0, "none", "notes of all groups a second"),
    )

    def __init__(self, config: Config | None = None) -> None:
        self.config = config or self.Config()

    def score(self, piece: Piece) -> Mapping[str, Score]:
        """A grouped piece -> what it is made of."""
        if piece.reason:
            return dict.fromkeys((measure.name for measure in self.measures), undefined(piece.reason))
        velocity = np.concatenate([part.velocity for part in piece.parts])
        spreads = [(float(part.velocity.std()), len(part.velocity)) for part in piece.parts if part.enough]
        return {
            "velocity_range": Score(float(velocity.max() - velocity.min())),
            "velocity_spread": pooled(spreads, "no group has 16 notes (drums 32)"),
            "pitch_range_violations": Score(sum(map(_outside, piece.parts)) / len(velocity)),
            "silence": Score(_silence(piece)),
            "density": Score(len(velocity) * piece.tempo_bpm / (60 * piece.bars * piece.bar_beats)),
        }


def _outside(part: Part) -> int:
    low, high = range_of(part)
    return int(((part.pitch < low) | (part.pitch > high)).sum())


def _silence(piece: Piece) -> float:
    lasts, count = pitches_at_once(stretches(piece, piece.parts, drum_beats=DRUM_RINGS))
    whole = window_ticks(piece)
    return (whole - int(lasts[count > 0].sum())) / whole
