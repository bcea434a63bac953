"""Events of windows as dense batches: what each cell holds in each frame, and which events are seen as onsets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from popgen_core.contracts.tensors import RhythmValues
from popgen_core.music.roll import RollSpec

__all__ = ["joined", "rolls_of", "values_of"]


def joined(parts: Sequence[NDArray[Any]]) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """Events of several windows one after another, and the number of the window of each."""
    return np.concatenate(parts), np.repeat(np.arange(len(parts)), [len(part) for part in parts])


def rolls_of(
    events: NDArray[Any], row: NDArray[np.int64], shape: tuple[int, int], spec: RollSpec
) -> tuple[torch.Tensor, NDArray[np.int64]]:
    """Events of the windows `row`, their frames from 0 -> (batch, frame, group, channel, pitch) float32 of onset,
    active and velocity; and which events are seen as onsets: the loudest of each cell."""
    batch, frames = shape
    rolls = np.zeros((batch, frames, len(spec.groups), len(spec.channels), spec.pitches), dtype=np.float32)
    flat, at = rolls.reshape(-1), {name: number * spec.pitches for number, name in enumerate(spec.channels)}
    a_frame = len(spec.groups) * len(spec.channels) * spec.pitches  # cells from one frame to the next
    first = np.maximum(events["frame"], 0).astype(np.int64)
    lengths = np.maximum(np.minimum(events["last"], frames - 1) - first + 1, 0)
    cell = (row * frames + first) * a_frame + events["group"] * np.int64(len(spec.channels) * spec.pitches)
    cell += events["pitch"]
    before = np.cumsum(lengths) - lengths
    steps = np.arange(lengths.sum()) - np.repeat(before, lengths)  # frames since the beginning of each event
    flat[np.repeat(cell + at["active"], lengths) + steps * a_frame] = 1.0
    begun = np.flatnonzero((events["frame"] >= 0) & (events["frame"] < frames))
    loudest = begun[_loudest(cell[begun], events["velocity"][begun])]
    flat[cell[loudest] + at["onset"]] = 1.0
    flat[cell[loudest] + at["velocity"]] = events["velocity"][loudest]
    return torch.from_numpy(rolls), loudest


def _loudest(cell: NDArray[np.int64], velocity: NDArray[np.float32]) -> NDArray[np.int64]:
    """One event a cell, in the order of the cells: where onsets share one, the loudest, of equals the first."""
    if (np.diff(cell) > 0).all():  # rolls are sorted, and few cells hold two onsets
        return np.arange(len(cell))
    order = np.lexsort((-velocity, cell))
    return order[np.diff(cell[order], prepend=-1) > 0]


def values_of(
    events: NDArray[Any], row: NDArray[np.int64], onsets: NDArray[np.int64], lead: int
) -> tuple[tuple[Any, Any, Any, Any], RhythmValues]:
    """The chosen onsets as index tensors, their frames counted from `lead`, and rhythm values by event."""

    def index(values: NDArray[Any]) -> torch.Tensor:
        return torch.from_numpy(values.astype(np.int64))

    chosen = np.take(events, onsets)
    where = (index(row[onsets]), index(chosen["frame"] - lead), index(chosen["group"]), index(chosen["pitch"]))
    rhythm = RhythmValues(
        velocity=torch.from_numpy(chosen["velocity"].copy()),
        duration=torch.from_numpy(np.log1p(chosen["duration"])),
        offset=torch.from_numpy(chosen["offset"].copy()),
    )
    return where, rhythm
