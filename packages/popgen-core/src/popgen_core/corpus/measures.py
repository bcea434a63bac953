"""What a song's notes say of the file that they came in: notes on top of each other, velocities that never change."""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from popgen_core.music.song import Song

__all__ = ["Measures", "measures_of"]


@dataclass(frozen=True)
class Measures:
    """`overlapping` notes begin while their track still sounds the same pitch; `flatness` is the share of notes with
    the commonest velocity of their track, 0..1; `tempo` in BPM and `meter` are in force for most of the song;
    `tempos` and `meters` count changes after the first; `lowest` and `highest` are MIDI pitches, drums left
    out, 0 where there are none."""

    overlapping: int
    flatness: float
    tempo: float
    meter: str
    tempos: int
    meters: int
    lowest: int
    highest: int


def measures_of(song: Song) -> Measures:
    """The measures of a song as it came, its tracks not yet grouped."""
    notes = np.concatenate([track.notes for track in song.tracks])
    whose = np.repeat(np.arange(len(song.tracks)), [len(track.notes) for track in song.tracks])
    drums = np.array([track.is_drum for track in song.tracks])
    pitched = notes["pitch"][~drums[whose]]
    meters = [f"{top}/{bottom}" for _, top, bottom in song.meters.tolist()]
    return Measures(
        overlapping=_overlapping(notes, whose),
        flatness=_flatness(notes, whose),
        tempo=round(60e6 / _longest(song.tempos["tick"], song.tempos["microseconds"].tolist(), song.end_tick), 2),
        meter=_longest(song.meters["tick"], meters, song.end_tick),
        tempos=_changes(song.tempos["microseconds"].tolist()),
        meters=_changes(meters),
        lowest=int(pitched.min(initial=128) % 128),
        highest=int(pitched.max(initial=0)),
    )


def _overlapping(notes: NDArray[Any], whose: NDArray[np.int64]) -> int:
    """Notes that begin before an earlier note of their pitch and track has ended; a track's notes are sorted by start."""
    lane = whose << 7 | notes["pitch"]
    order = np.argsort(lane.astype(np.uint16) if lane[-1:].max(initial=0) < 2**16 else lane, kind="stable")
    start, length = notes["start_tick"].take(order), notes["length_ticks"].take(order)
    apart = lane.take(order) * (int(start.max(initial=0) + length.max(initial=0)) + 1)  # lanes never reach each other
    start += apart
    latest = np.maximum.accumulate(start + length)  # of all earlier notes of the lane
    return int(np.count_nonzero(start[1:] < latest[:-1]))


def _flatness(notes: NDArray[Any], whose: NDArray[np.int64]) -> float:
    tracks = int(whose.max(initial=0)) + 1
    counts = np.bincount(whose << 7 | notes["velocity"], minlength=tracks << 7).reshape(tracks, 128)
    return round(float(counts.max(axis=1).sum() / max(len(notes), 1)), 3)


def _longest(ticks: NDArray[np.int64], values: list[Any], end_tick: int) -> Any:
    """The value that is in force for the most ticks up to the end."""
    lengths = np.diff(np.append(np.minimum(ticks, end_tick), end_tick)).tolist()
    total: Counter[Any] = Counter()
    for value, length in zip(values, lengths, strict=True):
        total[value] += length
    return max(total, key=lambda value: total[value])


def _changes(values: list[Any]) -> int:
    return sum(before != after for before, after in itertools.pairwise(values))
