"""Where the frames of a song stand: their bar, beat and second, and the bars that are silenced one by one."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from popgen_core.explain.explanation import Column
from popgen_core.music.bars import bar_lines, places
from popgen_core.music.grid import Grid, frames_nearest
from popgen_core.music.song import Song

__all__ = ["Bars"]


@dataclass(frozen=True)
class Bars:
    """The bars of a song on a grid: `lines` (bar + 1,) where they begin and the last one ends, in frames."""

    song: Song
    grid: Grid
    lines: NDArray[np.float64]

    @classmethod
    def of(cls, song: Song, grid: Grid) -> Bars:
        """The bars of a song, its first being 0."""
        return cls(song, grid, grid.positions(song, bar_lines(song)))

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.lines) - 1

    def frames(self, first: int, stop: int) -> tuple[int, int]:
        """Bars first .. stop - 1, as far as the song has them -> their first frame, and the one after their last."""
        ends = frames_nearest(self.lines[[max(first, 0), min(stop, self.count)]])
        return int(ends[0]), int(ends[1])

    def place(self, frame: int) -> tuple[int, float, float]:
        """Where a frame stands: bar and beat, from 1, and seconds."""
        tick = self.grid.ticks(self.song, np.array([frame]))
        at = places(self.song, tick)
        return int(at.bar[0]) + 1, float(at.beat_in_bar[0]) + 1, float(self.song.seconds(tick)[0])

    def between(self, start: int, stop: int) -> tuple[tuple[int, float], ...]:
        """The bar lines in frames start .. stop, each with the number, from 1, of the bar that begins there."""
        here = np.flatnonzero((self.lines >= start) & (self.lines <= stop))
        return tuple((int(line) + 1, round(float(self.lines[line]), 3)) for line in here)

    def beats(self, first: int, stop: int) -> tuple[float, ...]:
        """Where the quarter notes of each bar begin, those in frames first .. stop - 1."""
        lines = bar_lines(self.song)
        ticks = [np.arange(line, after, self.song.ticks_per_quarter) for line, after in pairwise(lines)]
        found = self.grid.positions(self.song, np.concatenate(ticks))
        return tuple(round(float(beat), 3) for beat in found if first <= beat < stop)

    def columns(self, first: int, stop: int, start: int) -> tuple[Column, ...]:
        """What is silenced: all that came before, what came before bar `first`, and bars first .. stop - 1 each, of
        which those that end before frame `start`, the first in view, are left out."""
        first, stop = max(first, 0), min(stop, self.count)
        while first < stop - 1 and self.frames(first, first + 1)[1] <= start:
            first += 1
        begins, ends = self.frames(first, stop)
        made = [Column("all the past", "until then", 0, ends)]
        if begins > 0:
            made.append(Column(name := f"before bar {first + 1}", name, 0, begins))
        alone = range(first, stop)
        return (*made, *(Column(f"bar {bar + 1}", f"in bar {bar + 1}", *self.frames(bar, bar + 1)) for bar in alone))
