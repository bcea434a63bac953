"""What all ways to spoil a song share: its bars, notes changed in copies, a track of another song."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from popgen_core.analysis.window import first_sounding_bar
from popgen_core.music.bars import bar_ticks
from popgen_core.music.song import TEMPO, Song, Track, rows

__all__ = ["Corruption", "Notes", "bar_of", "bars_of", "changed", "excerpt", "strange"]

Corruption = Callable[[Song, Generator], Song]
Notes = NDArray[Any]


def changed(song: Song, change: Callable[[Track, Notes], None]) -> Song:
    """The song with a copy of each track's notes changed in place, and sorted again."""
    tracks = []
    for track in song.tracks:
        notes = track.notes.copy()
        change(track, notes)
        tracks.append(replace(track, notes=notes[np.lexsort((notes["pitch"], notes["start_tick"]))]))
    return replace(song, tracks=tuple(tracks))


def bar_of(song: Song) -> int:
    """Ticks of a bar, the first one's."""
    return int(bar_ticks(song)[0])


def bars_of(song: Song) -> int:
    """Bars up to and including the last in which a note begins."""
    return max((int(track.notes["start_tick"].max(initial=0)) for track in song.tracks), default=0) // bar_of(song) + 1


def excerpt(song: Song, bars: int = 32) -> Song:
    """The first `bars` bars that sound, moved to the start, in one tempo."""
    start = first_sounding_bar(song) * bar_of(song)
    tracks = []
    for track in song.tracks:
        onset = track.notes["start_tick"]
        notes = track.notes[(onset >= start) & (onset < start + bars * bar_of(song))].copy()
        notes["start_tick"] -= start
        if len(notes):
            tracks.append(Track(track.name, track.program, track.is_drum, notes))
    tempo = rows(TEMPO, [(0, round(60e6 / float(song.tempo_bpm(start))))])
    return Song(song.ticks_per_quarter, tuple(tracks), tempo, song.meters[:1])


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
