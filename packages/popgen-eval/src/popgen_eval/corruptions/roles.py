"""Ways to spoil one role of a song: its lead, its bass, its chords."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.random import Generator

from popgen_core.music.song import Song, Track
from popgen_eval.corruptions.spoiling import Corruption, Notes, bar_of, changed, strange

__all__ = ["CHORD_GROUPS", "ROLES", "bass_swapping"]

SEMITONES_OFF = (-1, 1, 6)
MOST_SEMITONES = 6  # of `leadtr`
MOST_STEPS = 15  # sixteenths, of `bassshift`
CHORD_GROUPS = ("chords", "strings", "guitar")  # those whose voices `voicing` and `octchord` scatter
LOWEST_OCTAVE, HIGHEST_OCTAVE = 3, 6  # of `voicing`: MIDI pitches 36 to 83
MOST_OCTAVES = 2  # up or down, of `octchord`


def leadsemi(song: Song, random: Generator) -> Song:
    """The lead (without one, the highest pitched track) a semitone or a tritone off."""
    return _lead_moved(song, int(random.choice(SEMITONES_OFF)))


def leadtr(song: Song, random: Generator) -> Song:
    """The lead (without one, the highest pitched track) 1 to 6 semitones higher than all others play."""
    return _lead_moved(song, int(random.integers(1, MOST_SEMITONES + 1)))


def _lead_moved(song: Song, by: int) -> Song:
    pitched = [track for track in song.tracks if not track.is_drum]
    top = max(pitched, key=lambda track: (track.name == "lead", track.notes["pitch"].mean()), default=None)

    def change(track: Track, notes: Notes) -> None:
        if track is top:
            notes["pitch"] = np.clip(notes["pitch"].astype(np.int64) + by, 0, 127)

    return changed(song, change)


def bassshift(song: Song, random: Generator) -> Song:
    """The bass 1 to 15 sixteenths later."""
    by = round(random.integers(1, MOST_STEPS + 1) * song.ticks_per_quarter / 4)

    def change(track: Track, notes: Notes) -> None:
        if track.name == "bass":
            notes["start_tick"] += by

    return changed(song, change)


def bassodd(song: Song, random: Generator) -> Song:
    """The onsets of the bass in each bar at random odd sixteenths of it, those that no beat or half beat falls on."""
    bar, step = bar_of(song), song.ticks_per_quarter / 4
    odd = np.arange(1, round(bar / step), 2)

    def change(track: Track, notes: Notes) -> None:
        if track.name != "bass":
            return
        onsets, which = np.unique(notes["start_tick"], return_inverse=True)
        moved = onsets.copy()
        for number in np.unique(onsets // bar):
            inside = onsets // bar == number
            moved[inside] = number * bar + np.rint(np.resize(random.permutation(odd), inside.sum()) * step)
        notes["start_tick"] = moved[which]

    return changed(song, change)


def voicing(song: Song, random: Generator) -> Song:
    """Every note of chords, strings and guitar in a random one of four octaves."""

    def change(track: Track, notes: Notes) -> None:
        if track.name in CHORD_GROUPS:
            octave = random.integers(LOWEST_OCTAVE, HIGHEST_OCTAVE + 1, len(notes))
            notes["pitch"] = notes["pitch"] % 12 + 12 * octave

    return changed(song, change)


def octchord(song: Song, random: Generator) -> Song:
    """What chords, strings and guitar play in each half bar moved as a block, up to two octaves up or down."""
    half = bar_of(song) / 2

    def change(track: Track, notes: Notes) -> None:
        if track.name in CHORD_GROUPS and len(notes):
            number = (notes["start_tick"] // half).astype(np.int64)
            octaves = random.integers(-MOST_OCTAVES, MOST_OCTAVES + 1, number.max() + 1)[number]
            moved = notes["pitch"].astype(np.int64) + 12 * octaves
            notes["pitch"] = np.where((moved >= 0) & (moved <= 127), moved, notes["pitch"])

    return changed(song, change)


def bass_swapping(others: Sequence[Song]) -> Corruption:
    """A corruption that takes the bass from one of `others`, where one has a bass."""

    def bassswap(song: Song, random: Generator) -> Song:
        tracks = (strange(song, t, others, random) if t.name == "bass" else t for t in song.tracks)
        return replace(song, tracks=tuple(tracks))

    return bassswap


EACH: tuple[Callable[[Song, Generator], Song], ...] = (leadsemi, leadtr, bassshift, bassodd, voicing, octchord)
ROLES: dict[str, Corruption] = {function.__name__: function for function in EACH}
