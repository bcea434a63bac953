"""The notes behind the canonical roll: how long each sounds in sixteenths, how loud it is, how it ends."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from popgen_core.baselines.canonical import GRID, PITCHES
from popgen_core.music.grid import frames_nearest
from popgen_core.music.roll import RollSpec, roll_from_song
from popgen_core.music.song import Song

__all__ = ["CanonicalNotes", "canonical_notes"]


@dataclass(frozen=True)
class CanonicalNotes:
    """One row a cell in which notes begin, in the order of the canonical roll's onsets.

    `onsets` (note, 3): frame, group and pitch. `sixteenths` (note,): for how many the cell sounds from there, 1 or
    more, up to the next onset in it. `ended` (note,): true where it falls silent; false where the next onset or the
    end of the song cuts it off, so that its length is not told. `velocity` (note,) 1..127 and `seconds` (note,): those
    of the loudest note that begins there.
    """

    groups: tuple[str, ...]
    onsets: NDArray[np.int64]
    sixteenths: NDArray[np.int64]
    ended: NDArray[np.bool_]
    velocity: NDArray[np.int64]
    seconds: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.onsets)


def canonical_notes(song: Song, groups: tuple[str, ...]) -> CanonicalNotes:
    """A grouped song -> the notes of its canonical roll. Raises SongError for a track that is none of the groups."""
    roll = roll_from_song(song, GRID, RollSpec(groups, pitches=PITCHES), pitches="fold")
    # by cell, then frame, of one frame the loudest first
    events = np.take(roll.events, np.lexsort([-roll.events["velocity"], roll.events["frame"], _cell(roll.events)]))
    cell, frame = _cell(events), events["frame"].astype(np.int64)
    until = _sounds_until(cell, events["last"].astype(np.int64) + 1)  # (event,) first frame of silence
    first = np.flatnonzero(np.append(True, (np.diff(cell) != 0) | (np.diff(frame) != 0))[: len(events)])
    until = np.maximum.reduceat(until, first) if len(first) else until[:0]
    cell, frame, loudest = cell[first], frame[first], np.take(events, first)
    end = int(frames_nearest(GRID.positions(song, song.end_tick)))  # as the canonical roll has it
    following = np.full(len(first), max(roll.frames, end))
    same = np.diff(cell) == 0
    following[:-1][same] = frame[1:][same]
    order = np.lexsort((cell, frame))
    return CanonicalNotes(
        groups=groups,
        onsets=np.stack([frame, *np.divmod(cell, PITCHES)], axis=1)[order],
        sixteenths=(np.minimum(until, following) - frame)[order],
        ended=(until < following)[order],
        velocity=np.rint(loudest["velocity"] * 127).astype(np.int64).clip(1, 127)[order],
        seconds=loudest["duration"].astype(np.float64)[order],
    )


def _cell(events: NDArray[np.void]) -> NDArray[np.int64]:
    """(event,) number of the cell of each: group x pitches + pitch."""
    return np.asarray(events["group"].astype(np.int64) * PITCHES + events["pitch"])


def _sounds_until(cell: NDArray[np.int64], until: NDArray[np.int64]) -> NDArray[np.int64]:
    """(event,) the latest `until` of all events so far in the same cell; events are sorted by cell."""
    span = int(until.max(initial=0)) + 1
    return np.asarray(np.maximum.accumulate(cell * span + until) - cell * span)
