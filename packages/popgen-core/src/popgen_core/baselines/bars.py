"""Songs of one meter taken bar by bar: an excerpt, its bars in another order, one of them over and over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from popgen_core.analysis.window import first_sounding_bar
from popgen_core.music.bars import bar_ticks
from popgen_core.music.song import TEMPO, Song, Track, rows

__all__ = ["Notes", "bar_of", "bars_of", "changed", "excerpt", "meter_of", "repeated_bar", "shuffled_bars"]

Notes = NDArray[Any]


def meter_of(song: Song, bars: int | None = None) -> tuple[int, int] | None:
    """The one meter of a song up to the end of its first `bars` sounding bars (default: all of it); None for several.

    Marks that say the same meter again at a bar line change nothing.
    """
    end = np.inf if bars is None else (first_sounding_bar(song) + bars) * bar_of(song)
    marks = song.meters[song.meters["tick"] < end]
    meters = {(int(numerator), int(denominator)) for _, numerator, denominator in marks}
    whole = (marks["tick"] % bar_ticks(song)[0] == 0).all()
    return next(iter(meters)) if len(meters) == 1 and whole else None


def bar_of(song: Song) -> int:
    """Ticks of a bar, the first one's."""
    return int(bar_ticks(song)[0])


def bars_of(song: Song) -> int:
    """Bars up to and including the last in which a note begins."""
    return max((int(track.notes["start_tick"].max(initial=0)) for track in song.tracks), default=0) // bar_of(song) + 1


def changed(song: Song, change: Callable[[Track, Notes], None]) -> Song:
    """The song with a copy of each track's notes changed in place, and sorted again."""
    tracks = []
    for track in song.tracks:
        notes = track.notes.copy()
        change(track, notes)
        tracks.append(replace(track, notes=notes[np.lexsort((notes["pitch"], notes["start_tick"]))]))
    return replace(song, tracks=tuple(tracks))


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


def shuffled_bars(song: Song, random: Generator) -> Song:
    """The bars of a song in random order."""
    order, bar = random.permutation(bars_of(song)), bar_of(song)

    def change(track: Track, notes: Notes) -> None:
        notes["start_tick"] = order[notes["start_tick"] // bar] * bar + notes["start_tick"] % bar

    return changed(song, change)


def repeated_bar(song: Song) -> Song:
    """The busiest bar of a song (the first of equally busy ones) in the place of every bar."""
    bar, bars = bar_of(song), bars_of(song)
    busiest = np.bincount(np.concatenate([track.notes["start_tick"] // bar for track in song.tracks])).argmax()
    tracks = []
    for track in song.tracks:
        once = track.notes[track.notes["start_tick"] // bar == busiest]
        notes = np.tile(once, bars)
        notes["start_tick"] += np.repeat(np.arange(bars) - busiest, len(once)) * bar
        tracks.append(replace(track, notes=notes))
    return replace(song, tracks=tuple(tracks))
