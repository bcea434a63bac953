"""What a model is told of a song ahead of time: its plan by half bar, and which frames come back where."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from popgen_core.music.bars import places
from popgen_core.music.grid import Grid
from popgen_core.music.song import Song
from popgen_core.plan.features import control_parts, half_bars, plan_rows
from popgen_core.plan.plan import Plan

__all__ = ["Told"]


@dataclass(frozen=True)
class Told:
    """A plan on a grid. `rows` (half bar, feature) in the order of `parts`; `half` (frame,) the row of each frame;
    `returns` (recalled bar, 3): first frame of a bar, first frame of the earlier bar that comes back there, and how
    many frames of it do; `likeness` (recalled bar,) how like it each is, 0..1."""

    parts: tuple[tuple[str, int], ...]
    rows: NDArray[np.float32]
    half: NDArray[np.int64]
    returns: NDArray[np.int64]
    likeness: NDArray[np.float64]

    @classmethod
    def of(cls, plan: Plan, song: Song, grid: Grid, known: Collection[str], groups: Sequence[str], frames: int) -> Told:
        """What a plan says of frames 0..frames-1 of a song on a grid; behind its last bar as in that one."""
        rows = plan_rows(plan, known, groups)
        if not len(rows):
            rows = np.zeros((1, rows.shape[1]), dtype=np.float32)
        half = np.minimum(half_bars(song, grid, 0, frames), len(rows) - 1)
        returns = _returns(plan, song, grid, frames if "recall" in known else 0)
        return cls(control_parts(known, len(groups)), rows, half, *returns)

    def at(self, start: int, stop: int) -> NDArray[np.float32]:
        """(frame, feature) of frames start..stop-1; before the song and behind what was laid out all zeros."""
        made = np.zeros((stop - start, self.rows.shape[1]), dtype=np.float32)
        known = self.half[max(start, 0) : max(stop, 0)]
        made[max(-start, 0) :][: len(known)] = self.rows[known]
        return made


def _returns(plan: Plan, song: Song, grid: Grid, frames: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """(recalled bar, 3) in frames: where each begins, where what it recalls began, and the shorter one's length; and
    (recalled bar,) how like it each is."""
    bar = places(song, grid.ticks(song, np.arange(frames))).bar
    first = np.searchsorted(bar, np.arange(plan.bars + 1))
    length = np.diff(first)
    found = [(number, recall) for number, recall in enumerate(plan.recalls) if recall and first[number] < frames]
    rows = [(first[here], first[there.bar], min(length[here], length[there.bar])) for here, there in found]
    return np.array(rows, dtype=np.int64).reshape(-1, 3), np.array([there.likeness for _, there in found])
