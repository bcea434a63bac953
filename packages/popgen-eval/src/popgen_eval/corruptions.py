"""Ways to spoil a song that a figure must notice; each takes a grouped song of one meter."""

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

__all__ = ["CORRUPTIONS", "Corruption", "excerpt", "swapping"]

Corruption = Callable[[Song, Generator], Song]
Notes = NDArray[Any]

LOWEST, HIGHEST = 36, 84  # of a random pitch
JITTER = 0.12  # beat
SEMITONES_OFF = (-1, 1, 6)


def _changed(song: Song, change: Callable[[Track, Notes], None]) -> Song:
    """The song with a copy of each track's notes changed in place, and sorted again."""
    tracks = []
    for track in song.tracks:
        notes = track.notes.copy()
        change(track, notes)
        tracks.append(replace(track, notes=notes[np.lexsort((notes["pitch"], notes["start_tick"]))]))
    return replace(song, tracks=tuple(tracks))


def _bar(song: Song) -> int:
    return int(bar_ticks(song)[0])


def _bars(song: Song) -> int:
    return max((int(track.notes["start_tick"].max(initial=0)) for track in song.tracks), default=0) // _bar(song) + 1


def excerpt(song: Song, bars: int = 32) -> Song:
    """The first `bars` bars that sound, moved to the start, in one tempo."""
    start = first_sounding_bar(song) * _bar(song)
    tracks = []
    for track in song.tracks:
        onset = track.notes["start_tick"]
        notes = track.notes[(onset >= start) & (onset < start + bars * _bar(song))].copy()
        notes["start_tick"] -= start
        if len(notes):
            tracks.append(Track(track.name, track.program, track.is_drum, notes))
    tempo = rows(TEMPO, [(0, round(60e6 / float(song.tempo_bpm(start))))])
    return Song(song.ticks_per_quarter, tuple(tracks), tempo, song.meters[:1])


def shufbar(song: Song, random: Generator) -> Song:
    """The bars in random order."""
    order, bar = random.permutation(_bars(song)), _bar(song)

    def change(track: Track, notes: Notes) -> None:
        notes["start_tick"] = order[notes["start_tick"] // bar] * bar + notes["start_tick"] % bar

    return _changed(song, change)


def onebar(song: Song, random: Generator) -> Song:
    """The busiest bar, over and over."""
    bar, bars = _bar(song), _bars(song)
    busiest = np.bincount(np.concatenate([track.notes["start_tick"] // bar for track in song.tracks])).argmax()
    tracks = []
    for track in song.tracks:
        once = track.notes[track.notes["start_tick"] // bar == busiest]
        notes = np.tile(once, bars)
        notes["start_tick"] += np.repeat(np.arange(bars) - busiest, len(once)) * bar
        tracks.append(replace(track, notes=notes))
    return replace(song, tracks=tuple(tracks))


def pitchrand(song: Song, random: Generator) -> Song:
    """Every pitch at random; drums as they are."""

    def change(track: Track, notes: Notes) -> None:
        if not track.is_drum:
            notes["pitch"] = random.integers(LOWEST, HIGHEST + 1, len(notes))

    return _changed(song, change)


def pitchperm(song: Song, random: Generator) -> Song:
    """The pitches of each track in random order; drums as they are."""

    def change(track: Track, notes: Notes) -> None:
        if not track.is_drum:
            notes["pitch"] = random.permutation(notes["pitch"])

    return _changed(song, change)


def jitter(song: Song, random: Generator) -> Song:
    """Every onset off by 0.12 beat (standard deviation)."""

    def change(track: Track, notes: Notes) -> None:
        off = random.normal(0, JITTER * song.ticks_per_quarter, len(notes))
        notes["start_tick"] = np.maximum(notes["start_tick"] + np.rint(off).astype(np.int64), 0)

    return _changed(song, change)


def stepperm(song: Song, random: Generator) -> Song:
    """The onsets of each track in each bar at random sixteenths of it, notes of one onset together."""
    bar, step = _bar(song), song.ticks_per_quarter / 4
    steps = round(bar / step)

    def change(track: Track, notes: Notes) -> None:
        onsets, which = np.unique(notes["start_tick"], return_inverse=True)
        moved = onsets.copy()
        for number in np.unique(onsets // bar):
            inside = onsets // bar == number
            places = np.resize(random.permutation(steps), inside.sum())
            moved[inside] = number * bar + np.rint(places * step).astype(np.int64)
        notes["start_tick"] = moved[which]

    return _changed(song, change)


def noise(song: Song, random: Generator) -> Song:
    """As many notes of as many lengths, anywhere; of any pitch but for drums."""
    end = _bars(song) * _bar(song)

    def change(track: Track, notes: Notes) -> None:
        notes["start_tick"] = random.integers(0, end, len(notes))
        if not track.is_drum:
            notes["pitch"] = random.integers(LOWEST, HIGHEST + 1, len(notes))

    return _changed(song, change)


def shiftfrac(song: Song, random: Generator) -> Song:
    """All tracks but the first later, each by its own 0.1 to 3.9 beats."""

    def change(track: Track, notes: Notes) -> None:
        if track is not song.tracks[0]:
            notes["start_tick"] += int(random.uniform(0.1, 3.9) * song.ticks_per_quarter)

    return _changed(song, change)


def leadsemi(song: Song, random: Generator) -> Song:
    """The lead (without one, the highest pitched track) a semitone or a tritone off."""
    pitched = [track for track in song.tracks if not track.is_drum]
    top = max(pitched, key=lambda track: (track.name == "lead", track.notes["pitch"].mean()), default=None)
    by = random.choice(SEMITONES_OFF)

    def change(track: Track, notes: Notes) -> None:
        if track is top:
            notes["pitch"] = np.clip(notes["pitch"].astype(np.int64) + by, 0, 127)

    return _changed(song, change)


def swapping(others: Sequence[Song]) -> Corruption:
    """A corruption that takes each track but the first from one of `others`, where one has that group."""

    def swap(song: Song, random: Generator) -> Song:
        return replace(song, tracks=(*song.tracks[:1], *(_strange(song, t, others, random) for t in song.tracks[1:])))

    return swap


def _strange(song: Song, track: Track, others: Sequence[Song], random: Generator) -> Track:
    """The same group of another song, in this song's ticks."""
    found = [(other, t) for other in others if other is not song for t in other.tracks if t.name == track.name]
    if not found:
        return track
    donor, strange = found[random.integers(len(found))]
    notes = strange.notes.copy()
    for field in ("start_tick", "length_ticks"):
        notes[field] = notes[field] * song.ticks_per_quarter // donor.ticks_per_quarter
    return replace(strange, notes=notes)


CORRUPTIONS: dict[str, Corruption] = {
    function.__name__: function
    for function in (noise, pitchrand, pitchperm, stepperm, jitter, onebar, shufbar, shiftfrac, leadsemi)
}
