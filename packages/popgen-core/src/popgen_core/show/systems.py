"""The rows of a picture, as the systems of a score: some bars each, the same length of music to the same width."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from popgen_core.music.bars import bar_lines, bar_ticks
from popgen_core.music.ending import end_of
from popgen_core.music.song import METER, Song, rows

__all__ = ["System", "in_bars", "systems_of"]

SHORT_SONG = 64  # bars up to which a row holds 16 of them, and 32 in longer songs
FEW, MANY = 16, 32
QUARTERS = 4  # quarter notes that a row holds at most for each of its 16 or 32 bars
SHORT_BARS = 3  # quarter notes for each of its 16 or 32 bars that a row of shorter bars is filled up to
SHORTEST_BAR = 1.25  # quarter notes: the 1/4 that stands in many files gives no bars


@dataclass(frozen=True)
class System:
    """A row: the number of its first bar from 0, and `lines` (bars + 1,) the ticks of its bar lines."""

    first: int
    lines: NDArray[np.float64]

    @property
    def bars(self) -> int:
        """How many bars the row holds."""
        return len(self.lines) - 1


def in_bars(song: Song) -> Song:
    """The song itself, or in 4/4 from its start on if for most of it its meters give no bars that one would count."""
    lengths = np.diff(np.minimum(np.append(song.meters["tick"], song.end_tick), song.end_tick))
    short = bar_ticks(song) < SHORTEST_BAR * song.ticks_per_quarter
    if lengths[short].sum() * 2 <= song.end_tick:
        return song
    return replace(song, meters=rows(METER, [(0, 4, 4)]))


def systems_of(song: Song) -> list[System]:
    """A song -> its rows, from bar 0 to its end.

    Songs of up to 64 bars have rows of at most 16, longer ones of 32, or of 4 quarters for each of these; of bars of
    less than 3 quarters a row holds more. Rows hold whole fours of bars where they can, and are filled as evenly as
    that allows without making more of them.
    """
    lines = bar_lines(song, end_of(song))
    most = FEW if len(lines) - 1 <= SHORT_SONG else MANY
    quarters = (lines - lines[0]) / song.ticks_per_quarter
    cuts = [_cuts(quarters, bars) for bars in range(most, most // 2, -4)]
    starts = [found for found in cuts if len(found) == len(cuts[0])][-1]
    return [System(start, lines[start : stop + 1]) for start, stop in pairwise(starts)]


def _cuts(quarters: NDArray[np.float64], most: int) -> list[int]:
    """(bars + 1,) quarters at the bar lines -> the numbers of the bars that begin rows, and of the end."""
    starts = [0]
    while starts[-1] < len(quarters) - 1:
        starts.append(starts[-1] + _bars(quarters[starts[-1] :] - quarters[starts[-1]], most))
    return starts


def _bars(quarters: NDArray[np.float64], most: int) -> int:
    """Quarters from a bar line to those after it -> how many of these bars go into a row."""
    number = np.arange(len(quarters))
    fits = (quarters <= most * QUARTERS) & ((number <= most) | (quarters <= most * SHORT_BARS))
    count = int(number[fits].max())
    whole = count - count % 4 if count > 4 and count < len(quarters) - 1 else count
    return max(whole, 1)
