"""The ending: what a group holds through the last bar of a song."""

from __future__ import annotations

from collections.abc import Sequence

from popgen_core.songwriter.notes import WrittenNote
from popgen_core.songwriter.sketch import Sketch

__all__ = ["with_last_bar"]


def with_last_bar(
    sketch: Sketch, notes: Sequence[WrittenNote], pitches: Sequence[int], accent: float, spread: float = 0.0
) -> list[WrittenNote]:
    """The notes, with pitches held through the last bar in place of what begins there if the group plays till then."""
    start = (sketch.bars - 1) * sketch.bar_steps
    before = [note for note in notes if note.step < start]
    if len(before) == len(notes):
        return before
    length = sketch.bar_steps * 0.96
    return before + [WrittenNote(start, length, pitch, accent, spread * at) for at, pitch in enumerate(pitches)]
