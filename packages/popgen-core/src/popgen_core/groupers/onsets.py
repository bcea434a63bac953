"""All notes of some tracks in one table, and their onsets: single notes and chords, those strummed included."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from popgen_core.music.columns import columns_of
from popgen_core.music.song import Track

__all__ = ["Notes", "Onsets", "notes_of", "onsets_of"]

Whole = NDArray[np.int64]

STRUM = 12  # a note that follows its track's last within a twelfth of a beat belongs to the same (strummed) chord


@dataclass(frozen=True)
class Notes:
    """The notes of all tracks, one track after another, each track's sorted by start: (note,) arrays, times in ticks.

    `place` and `until` are start and end on one line on which the tracks lie one after another, `span` ticks each.
    """

    track: Whole  # which track
    length: Whole
    pitch: NDArray[np.uint8]
    velocity: NDArray[np.uint8]
    place: Whole
    until: Whole
    first: Whole  # (track,) where each track's notes begin
    count: Whole  # (track,) how many there are
    quarter: int  # ticks a beat
    span: int  # a tick more than the song has

    def sums(self, values: NDArray[Any]) -> NDArray[Any]:
        """(note,) numbers -> (track,) their sums."""
        return np.add.reduceat(values, self.first, dtype=np.int64)


@dataclass(frozen=True)
class Onsets:
    """What starts together in one track: (onset,) arrays in the order of the notes."""

    track: Whole
    place: Whole  # ticks, as of notes
    until: Whole  # ticks, as of notes: where the last of its notes ends
    lowest: NDArray[np.int16]  # pitch
    highest: NDArray[np.int16]  # pitch
    size: Whole  # notes
    first: Whole  # (track,) where each track's onsets begin
    count: Whole  # (track,) how many there are

    def shares(self, which: NDArray[np.bool_]) -> NDArray[np.float64]:
        """(onset,) whether -> (track,) share of its onsets."""
        return np.asarray(np.add.reduceat(which.view(np.int8), self.first, dtype=np.int64) / self.count)


def notes_of(tracks: Sequence[Track], quarter: int) -> Notes:
    """The notes of tracks that all have some; `quarter` is the song's ticks a beat."""
    columns = columns_of([track.notes for track in tracks])
    span = int(columns.end.max()) + 1
    offset = columns.track * span
    return Notes(
        track=columns.track,
        length=columns.length,
        pitch=columns.pitch,
        velocity=columns.velocity,
        place=columns.start + offset,
        until=columns.end + offset,
        first=columns.first,
        count=columns.count,
        quarter=quarter,
        span=span,
    )


def onsets_of(notes: Notes) -> Onsets:
    """The onsets of all tracks."""
    begins = np.empty(len(notes.place), dtype=np.bool_)
    begins[0] = True
    np.greater((notes.place[1:] - notes.place[:-1]) * STRUM, notes.quarter, out=begins[1:])
    begins[notes.first] = True
    at = np.flatnonzero(begins)
    track = notes.track.take(at)
    count = np.bincount(track, minlength=len(notes.count))
    size = np.empty_like(at)
    size[:-1] = at[1:] - at[:-1]
    size[-1] = len(notes.track) - at[-1]
    pitch = notes.pitch.astype(np.int16)
    return Onsets(
        track=track,
        place=notes.place.take(at),
        until=np.maximum.reduceat(notes.until, at),
        lowest=np.minimum.reduceat(pitch, at),
        highest=np.maximum.reduceat(pitch, at),
        size=size,
        first=count.cumsum() - count,
        count=count,
    )
