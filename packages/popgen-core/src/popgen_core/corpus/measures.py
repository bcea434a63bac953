"""What a song's notes say of the file that they came in: notes on top of each other, velocities that never change."""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from popgen_core.music.bars import pick_up_bars
from popgen_core.music.columns import Columns
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
    notes = song.columns
    drums = np.array([track.is_drum for track in song.tracks], dtype=np.bool_)
    pitched = notes.pitch.compress(~drums.repeat(notes.count))
    meters = [f"{top}/{bottom}" for _, top, bottom in song.meters.tolist()]
    return Measures(
        overlapping=_overlapping(notes),
        flatness=_flatness(notes),
        tempo=round(60e6 / _longest(song.tempos["tick"], song.tempos["microseconds"].tolist(), song.end_tick), 2),
        meter=_longest(song.meters["tick"], meters, song.end_tick),
        tempos=_changes(song.tempos["microseconds"].tolist()),
        meters=_changes(meters) - pick_up_bars(song),  # the whole bars after a pick-up are no change
        lowest=int(pitched.min(initial=128) % 128),
        highest=int(pitched.max(initial=0)),
    )


def _overlapping(notes: Columns) -> int:
    """Notes that begin before an earlier one of their pitch and track has ended; each track's are sorted by start."""
    lane = notes.track << 7 | notes.pitch
    order = np.argsort(lane.astype(np.uint16) if len(notes.count) < 2**9 else lane, kind="stable")
    apart = lane.take(order) * (int(notes.end.max(initial=0)) + 1)  # lanes never reach each other
    latest = np.maximum.accumulate(notes.end.take(order) + apart)  # of all earlier notes of the lane
    return int(np.count_nonzero((notes.start.take(order) + apart)[1:] < latest[:-1]))


def _flatness(notes: Columns) -> float:
    tracks = len(notes.count)
    counts = np.bincount(notes.track << 7 | notes.velocity, minlength=tracks << 7).reshape(tracks, 128)
    return round(float(counts.max(axis=1, initial=0).sum() / max(len(notes.start), 1)), 3)


def _longest(ticks: NDArray[np.int64], values: list[Any], end_tick: int) -> Any:
    """The value that is in force for the most ticks up to the end."""
    if len(values) == 1:
        return values[0]
    lengths = np.diff(np.append(np.minimum(ticks, end_tick), end_tick)).tolist()
    total: Counter[Any] = Counter()
    for value, length in zip(values, lengths, strict=True):
        total[value] += length
    return max(total, key=lambda value: total[value])


def _changes(values: list[Any]) -> int:
    return sum(before != after for before, after in itertools.pairwise(values))
