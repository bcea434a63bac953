"""Ways to spoil every track of a song: its pitches, its times, the order of its bars, where its tracks come from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.random import Generator

from popgen_core.baselines.bars import repeated_bar, shuffled_bars
from popgen_core.music.song import Song, Track
from popgen_eval.corruptions.spoiling import Corruption, Notes, bar_of, bars_of, changed, strange

__all__ = ["MIX", "swapping"]

LOWEST, HIGHEST = 36, 84  # of a random pitch
JITTER = 0.12  # beat
MOST_STEPS = 15  # sixteenths that `shift` moves a track by, at most: less than a bar of 4/4


def shufbar(song: Song, random: Generator) -> Song:
    """The bars in random order."""
    return shuffled_bars(song, random)


def onebar(song: Song, random: Generator) -> Song:
    """The busiest bar, over and over."""
    return repeated_bar(song)


def pitchrand(song: Song, random: Generator) -> Song:
    """Every pitch at random; drums as they are."""

    def change(track: Track, notes: Notes) -> None:
        if not track.is_drum:
            notes["pitch"] = random.integers(LOWEST, HIGHEST + 1, len(notes))

    return changed(song, change)


def pitchperm(song: Song, random: Generator) -> Song:
    """The pitches of each track in random order; drums as they are."""

    def change(track: Track, notes: Notes) -> None:
        if not track.is_drum:
            notes["pitch"] = random.permutation(notes["pitch"])

    return changed(song, change)


def jitter(song: Song, random: Generator) -> Song:
    """Every onset off by 0.12 beat (standard deviation)."""

    def change(track: Track, notes: Notes) -> None:
        off = random.normal(0, JITTER * song.ticks_per_quarter, len(notes))
        notes["start_tick"] = np.maximum(notes["start_tick"] + np.rint(off).astype(np.int64), 0)

    return changed(song, change)


def stepperm(song: Song, random: Generator) -> Song:
    """The onsets of each track in each bar at random sixteenths of it, notes of one onset together."""
    bar, step = bar_of(song), song.ticks_per_quarter / 4
    steps = round(bar / step)

    def change(track: Track, notes: Notes) -> None:
        onsets, which = np.unique(notes["start_tick"], return_inverse=True)
        moved = onsets.copy()
        for number in np.unique(onsets // bar):
            inside = onsets // bar == number
            places = np.resize(random.permutation(steps), inside.sum())
            moved[inside] = number * bar + np.rint(places * step).astype(np.int64)
        notes["start_tick"] = moved[which]

    return changed(song, change)


def noise(song: Song, random: Generator) -> Song:
    """As many notes of as many lengths, anywhere; of any pitch but for drums."""
    end = bars_of(song) * bar_of(song)

    def change(track: Track, notes: Notes) -> None:
        notes["start_tick"] = random.integers(0, end, len(notes))
        if not track.is_drum:
            notes["pitch"] = random.integers(LOWEST, HIGHEST + 1, len(notes))

    return changed(song, change)


def gridnoise(song: Song, random: Generator) -> Song:
    """As many notes of as many lengths on random sixteenths; the pitches of each track in random order, drums' too."""
    step = song.ticks_per_quarter / 4
    steps = round(bars_of(song) * bar_of(song) / step)

    def change(track: Track, notes: Notes) -> None:
        notes["start_tick"] = np.rint(random.integers(0, steps, len(notes)) * step)
        notes["pitch"] = random.permutation(notes["pitch"])

    return changed(song, change)


def onsetrand(song: Song, random: Generator) -> Song:
    """Every onset anywhere in its bar, on a grid or off it."""
    bar = bar_of(song)

    def change(track: Track, notes: Notes) -> None:
        notes["start_tick"] = notes["start_tick"] // bar * bar + random.integers(0, bar, len(notes))

    return changed(song, change)


def shift(song: Song, random: Generator) -> Song:
    """All tracks but the first later, each by its own 1 to 15 sixteenths."""

    def change(track: Track, notes: Notes) -> None:
        if track is not song.tracks[0]:
            notes["start_tick"] += round(random.integers(1, MOST_STEPS + 1) * song.ticks_per_quarter / 4)

    return changed(song, change)


def shiftbar(song: Song, random: Generator) -> Song:
    """All tracks but the first later by whole bars, each by its own number; what goes over the end comes first."""
    bar, bars = bar_of(song), bars_of(song)

    def change(track: Track, notes: Notes) -> None:
        if track is not song.tracks[0] and bars > 1:
            notes["start_tick"] = (notes["start_tick"] + random.integers(1, bars) * bar) % (bars * bar)

    return changed(song, change)


def shiftfrac(song: Song, random: Generator) -> Song:
    """All tracks but the first later, each by its own 0.1 to 3.9 beats."""

    def change(track: Track, notes: Notes) -> None:
        if track is not song.tracks[0]:
            notes["start_tick"] += int(random.uniform(0.1, 3.9) * song.ticks_per_quarter)

    return changed(song, change)


def swapping(others: Sequence[Song]) -> Corruption:
    """A corruption that takes each track but the first from one of `others`, where one has that group."""

    def swap(song: Song, random: Generator) -> Song:
        return replace(song, tracks=(*song.tracks[:1], *(strange(song, t, others, random) for t in song.tracks[1:])))

    return swap


PITCHES = (noise, gridnoise, pitchrand, pitchperm)
TIMES = (onsetrand, stepperm, jitter, onebar, shufbar, shift, shiftfrac, shiftbar)
MIX: dict[str, Corruption] = {function.__name__: function for function in (*PITCHES, *TIMES)}
