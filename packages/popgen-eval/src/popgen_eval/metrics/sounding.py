"""When notes sound: stretches of whole ticks, so that sums of them are exact in whatever order they are made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from popgen_core.analysis.piece import Part, Piece

__all__ = ["Stretches", "pitches_at_once", "silent_cells", "stretches", "window_ticks"]

ROUNDING = 1e-9  # of a cell: what a division of whole ticks may be off by


@dataclass(frozen=True)
class Stretches:
    """Notes as (notes,) ticks from the window's start, `end` not included, cut where the window begins and ends."""

    start: NDArray[np.int64]
    end: NDArray[np.int64]
    pitch: NDArray[np.int64]


def window_ticks(piece: Piece) -> int:
    """Length of a window in ticks."""
    return round(piece.bars * piece.bar_beats * piece.song.ticks_per_quarter)


def stretches(piece: Piece, parts: Sequence[Part], drum_beats: float = 0.0) -> Stretches:
    """The notes of some groups; a drum hit lasts `drum_beats` at least. A note held into the window is not in it."""
    resolution, last = piece.song.ticks_per_quarter, window_ticks(piece)
    onset = np.concatenate([np.zeros(0), *(part.onset for part in parts)])
    lengths = (np.maximum(part.length, drum_beats) if part.is_drum else part.length for part in parts)
    length = np.concatenate([np.zeros(0), *lengths])
    start = np.rint(onset * resolution).astype(np.int64)
    end = start + np.rint(length * resolution).astype(np.int64)
    pitch = np.concatenate([np.zeros(0, dtype=np.int64), *(part.pitch for part in parts)])
    return Stretches(np.clip(start, 0, last), np.clip(end, 0, last), pitch)


def _without_doubles(notes: Stretches) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Start and end of the time for which each pitch sounds, whoever plays it, as stretches that do not overlap."""
    order = np.lexsort((notes.start, notes.pitch))
    row = notes.pitch[order] * (int(notes.end.max(initial=0)) + 1)  # each pitch on a stretch of time of its own
    start, end = notes.start[order] + row, notes.end[order] + row
    reached = np.concatenate([[-1], np.maximum.accumulate(end)[:-1]]).astype(np.int64)
    start = np.maximum(start, reached)
    new = end > start
    return (start - row)[new], (end - row)[new]


def pitches_at_once(notes: Stretches) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Notes -> (stretches,) ticks that each stretch lasts, and how many different pitches sound in it."""
    if not len(notes.start):
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    start, end = _without_doubles(notes)
    ticks = np.unique(np.concatenate([start, end]))
    begun = np.bincount(np.searchsorted(ticks, start), minlength=len(ticks))
    ended = np.bincount(np.searchsorted(ticks, end), minlength=len(ticks))
    return np.diff(ticks), np.cumsum(begun - ended)[:-1]


def silent_cells(notes: Stretches, cells: int, cell_ticks: float) -> NDArray[np.bool_]:
    """Notes -> (cells,) whether no note sounds in each; one that ends where a cell begins does not sound in it."""
    first = np.clip(np.floor(notes.start / cell_ticks + ROUNDING).astype(np.int64), 0, cells - 1)
    last = np.clip(np.ceil(notes.end / cell_ticks - ROUNDING).astype(np.int64) - 1, first, cells - 1)
    begun = np.bincount(first, minlength=cells + 1)
    ended = np.bincount(last + 1, minlength=cells + 1)
    return np.asarray(np.cumsum(begun - ended)[:cells] == 0)
