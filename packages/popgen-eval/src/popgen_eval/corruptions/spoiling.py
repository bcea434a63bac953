"""What all ways to spoil a song share: its bars, notes changed in copies, a track of another song."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from numpy.random import Generator

from popgen_core.baselines.bars import Notes, bar_of, bars_of, changed, excerpt
from popgen_core.music.song import Song, Track

__all__ = ["Corruption", "Notes", "bar_of", "bars_of", "changed", "excerpt", "strange"]

Corruption = Callable[[Song, Generator], Song]


def strange(song: Song, track: Track, others: Sequence[Song], random: Generator) -> Track:
    """The same group of another song, in this song's ticks; the track as it is where no other song has that group."""
    found = [(other, t) for other in others if other is not song for t in other.tracks if t.name == track.name]
    if not found:
        return track
    donor, strange = found[random.integers(len(found))]
    notes = strange.notes.copy()
    for field in ("start_tick", "length_ticks"):
        notes[field] = notes[field] * song.ticks_per_quarter // donor.ticks_per_quarter
    return replace(strange, notes=notes)
