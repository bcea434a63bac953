"""Stretches of eight bars: a piece cut at its bar lines, each stretch a piece of its own."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property

from popgen_core.analysis.piece import Part, Piece

__all__ = ["STRETCH_BARS", "Stretch", "stretches_of"]

STRETCH_BARS = 8


class Stretch(Piece):
    """Some bars of a piece. It has the bars that the piece has, those of another meter left out, and no note of the
    rest of its song. `reason` would call it too short: who cuts one knows that.
    """

    def __init__(self, piece: Piece, first_bar: int, bars: int) -> None:
        self.song = piece.song
        self.window = replace(piece.window, bars=bars)
        self.bars = bars
        self.steps = piece.steps
        self.bar_beats = piece.bar_beats
        self.tempo_bpm = piece.tempo_bpm
        self._whole, self._first_bar = piece, first_bar

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """The groups that have notes in the stretch, by name."""
        cut = (_cut(part, self._first_bar, self) for part in self._whole.parts)
        return tuple(part for part in cut if len(part.onset))


def _cut(part: Part, first_bar: int, stretch: Stretch) -> Part:
    start = first_bar * stretch.steps
    inside = (part.step >= start) & (part.step < start + stretch.bars * stretch.steps)
    return replace(
        part,
        onset=part.onset[inside] - first_bar * stretch.bar_beats,
        length=part.length[inside],
        step=part.step[inside] - start,
        pitch=part.pitch[inside],
        velocity=part.velocity[inside],
    )


def stretches_of(piece: Piece) -> list[Stretch]:
    """A piece -> its whole stretches of eight bars, one after another, those without notes left out."""
    starts = range(0, piece.bars - STRETCH_BARS + 1, STRETCH_BARS) if piece.parts else ()
    made = (Stretch(piece, start, STRETCH_BARS) for start in starts)
    return [stretch for stretch in made if stretch.parts]
