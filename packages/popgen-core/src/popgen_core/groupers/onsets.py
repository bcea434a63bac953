"""All notes of some tracks in one table, and their onsets: single notes and chords, those strummed included."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from popgen_core.music.song import NOTE, Track

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
    pitch: Whole
    velocity: Whole
    place: Whole
    until: Whole
    first: Whole  # (track,) where each track's notes begin
    count: Whole  # (track,) how many there are
    quarter: int  # ticks a beat
    span: int  # a tick more than the song has

    def sums(self, values: NDArray[Any]) -> NDArray[Any]:
        """(note,) numbers -> (track,) their sums."""
        return np.add.reduceat(values, self.first)


@dataclass(frozen=True)
class Onsets:
    """What starts together in one track: (onset,) arrays in the order of the notes."""

    track: Whole
    place: Whole  # ticks, as of notes
    until: Whole  # ticks, as of notes: where the last of its notes ends
    lowest: Whole  # pitch
    highest: Whole  # pitch
    size: Whole  # notes
    first: Whole  # (track,) where each track's onsets begin
    count: Whole  # (track,) how many there are

    def shares(self, which: NDArray[np.bool_]) -> NDArray[np.float64]:
        """(onset,) whether -> (track,) share of its onsets."""
        return np.asarray(np.add.reduceat(which.view(np.int8), self.first, dtype=np.int64) / self.count)


def notes_of(tracks: Sequence[Track], quarter: int) -> Notes:
    """The notes of tracks that all have some; `quarter` is the song's ticks a beat."""
    count = np.array([len(track.notes) for track in tracks])
    start, length, pitch, velocity = (
        np.concatenate([track.notes[field] for track in tracks], dtype=np.int64) for field in NOTE.names or ()
    )
    end = start + length
    span = int(end.max()) + 1
    track = np.repeat(np.arange(len(count)), count)
    offset = track * span
    return Notes(
        track=track,
        length=length,
        pitch=pitch,
        velocity=velocity,
        place=start + offset,
        until=end + offset,
        first=np.cumsum(count) - count,
        count=count,
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
    track = notes.track[at]
    count = np.bincount(track, minlength=len(notes.count))
    return Onsets(
        track=track,
        place=notes.place[at],
        until=np.maximum.reduceat(notes.until, at),
        lowest=np.minimum.reduceat(notes.pitch, at),
        highest=np.maximum.reduceat(notes.pitch, at),
        size=np.diff(at, append=len(notes.track)),
        first=np.cumsum(count) - count,
        count=count,
    )
