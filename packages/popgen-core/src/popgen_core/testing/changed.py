"""Songs changed: their tracks in another order, or all their notes unlike what they were."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from popgen_core.music.song import METER, TEMPO, Song, Track, rows
from popgen_core.testing.songs import band_song

__all__ = ["busier", "other_groups", "other_order", "sparser"]

SLOW, FAST = 1_200_000, 300_000  # microseconds a quarter
NAMES = {"drums": "Kit", "bass": "left hand", "chords": "right hand", "lead": "tenor sax"}


def other_order(song: Song) -> Song:
    """A song with its tracks from the last to the first."""
    return replace(song, tracks=song.tracks[::-1])


def other_groups() -> Song:
    """A band as a grouper of other groups hands it on."""
    return Song(480, tuple(replace(track, name=NAMES.get(track.name, track.name)) for track in band_song().tracks))


def sparser(song: Song) -> Song:
    """Every fifth note of a song, at its bar line, short, on one low pitch, very quiet and slow, in 3/4."""
    slow = rows(TEMPO, [(0, SLOW)])
    tracks = tuple(_changed(track, slice(None, None, 5), pitch=30, length=60, loud=10) for track in song.tracks)
    return replace(song, tracks=tracks, tempos=slow, meters=rows(METER, [(0, 3, 4)]))


def busier(song: Song) -> Song:
    """Each note of a song twice, early and late, long, at the top of the pitches, very loud and fast."""
    fast = rows(TEMPO, [(0, FAST)])
    return replace(song, tracks=tuple(_doubled(track) for track in song.tracks), tempos=fast)


def _changed(track: Track, which: slice, pitch: int, length: int, loud: int) -> Track:
    notes = track.notes[which].copy()
    notes["start_tick"] -= notes["start_tick"] % 1440
    notes["pitch"], notes["length_ticks"], notes["velocity"] = pitch, length, loud
    return replace(track, notes=notes)


def _doubled(track: Track) -> Track:
    notes = track.notes.repeat(2)
    notes["start_tick"][1::2] += 70
    notes["start_tick"][::2] += 25
    notes["pitch"] = 90 + np.arange(len(notes)) * 5 % 12
    notes["length_ticks"], notes["velocity"] = 2000, 127
    return replace(track, notes=notes[np.lexsort((notes["pitch"], notes["start_tick"]))])
