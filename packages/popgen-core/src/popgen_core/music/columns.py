"""The notes of several tracks as plain columns, one track after another: what all counting and measuring works on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["NOTE", "Columns", "columns_of"]

NOTE = np.dtype([("start_tick", "<i8"), ("length_ticks", "<i8"), ("pitch", "u1"), ("velocity", "u1")])


@dataclass(frozen=True)
class Columns:
    """The notes of all tracks, in the tracks' order and each track's own: one array (note,) a field, times in ticks.

    `count` (track,) is how many notes each track has.
    """

    start: NDArray[np.int64]
    length: NDArray[np.int64]
    pitch: NDArray[np.uint8]
    velocity: NDArray[np.uint8]
    count: NDArray[np.int64]

    @cached_property
    def end(self) -> NDArray[np.int64]:
        """(note,) the tick at which each note has ended."""
        return self.start + self.length

    @cached_property
    def track(self) -> NDArray[np.int64]:
        """(note,) the number of each note's track."""
        return np.arange(len(self.count)).repeat(self.count)

    @property
    def first(self) -> NDArray[np.int64]:
        """(track,) where each track's notes begin."""
        return np.asarray(self.count.cumsum() - self.count)

    def of(self, tracks: NDArray[np.bool_]) -> Columns:
        """(track,) which -> the notes of those tracks alone; the others stay, without notes."""
        count = self.count * tracks
        kept = np.flatnonzero(tracks.repeat(self.count))
        first, after = (int(kept[0]), int(kept[-1]) + 1) if len(kept) else (0, 0)
        which = slice(first, after) if after - first == len(kept) else kept  # tracks side by side need no copy
        return Columns(self.start[which], self.length[which], self.pitch[which], self.velocity[which], count)

    def joined(self, tracks: Sequence[int]) -> Columns:
        """The notes of some tracks as those of one."""
        ends = self.count.cumsum().tolist()
        places = [slice(ends[at] - int(self.count[at]), ends[at]) for at in tracks]
        start, length, pitch, velocity = (
            np.concatenate([column[place] for place in places])
            for column in (self.start, self.length, self.pitch, self.velocity)
        )
        return Columns(start, length, pitch, velocity, np.array([len(start)]))

    def rows(self, order: NDArray[np.int64]) -> NDArray[Any]:
        """The notes in some order as NOTE rows."""
        rows = np.empty(len(order), dtype=NOTE)
        rows["start_tick"], rows["length_ticks"] = self.start.take(order), self.length.take(order)
        rows["pitch"], rows["velocity"] = self.pitch.take(order), self.velocity.take(order)
        return rows


def columns_of(tables: Sequence[NDArray[Any]]) -> Columns:
    """NOTE rows of each track -> their columns. `np.concatenate` of whole rows takes five times as long."""
    count = np.array([len(table) for table in tables], dtype=np.int64)
    if not tables:
        return Columns(count, count, np.empty(0, np.uint8), np.empty(0, np.uint8), count)
    return Columns(
        start=np.concatenate([table["start_tick"] for table in tables], dtype=np.int64),
        length=np.concatenate([table["length_ticks"] for table in tables], dtype=np.int64),
        pitch=np.concatenate([table["pitch"] for table in tables]),
        velocity=np.concatenate([table["velocity"] for table in tables]),
        count=count,
    )
