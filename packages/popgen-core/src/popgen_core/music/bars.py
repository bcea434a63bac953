"""Bar lines and places inside a bar, by a song's meter map."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from popgen_core.music.song import Song

__all__ = ["Places", "bar_lines", "bar_ticks", "pick_up_bars", "places"]


@dataclass(frozen=True)
class Places:
    """Where each of some ticks falls: number of its bar, position and length of that bar in beats, its meter."""

    bar: NDArray[np.int64]
    beat_in_bar: NDArray[np.float64]
    bar_beats: NDArray[np.float64]
    numerator: NDArray[np.int64]
    denominator: NDArray[np.int64]


def bar_ticks(song: Song) -> NDArray[np.float64]:
    """Length of a bar in ticks for each row of the meter map."""
    return np.asarray(song.ticks_per_quarter * 4.0 * song.meters["numerator"] / song.meters["denominator"])


def _first_bars(song: Song) -> NDArray[np.int64]:
    """Number of the bar that each meter begins; a change inside a bar begins a new one."""
    counts = np.ceil(np.diff(song.meters["tick"]) / bar_ticks(song)[:-1] - 1e-9)
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)


def _whole(ticks: NDArray[np.float64]) -> NDArray[np.float64]:
    """Ticks within a millionth of a whole one as whole: one that comes from seconds may miss its bar line by less."""
    nearest = np.rint(ticks)
    return np.where(np.abs(ticks - nearest) < 1e-6, nearest, ticks)


def places(song: Song, ticks: NDArray[np.float64] | NDArray[np.int64]) -> Places:
    """Bar number, beat inside the bar and meter at each tick."""
    ticks = _whole(np.asarray(ticks, dtype=np.float64))
    at = np.maximum(np.searchsorted(song.meters["tick"], ticks, side="right") - 1, 0)
    length = bar_ticks(song)[at]
    since = ticks - song.meters["tick"][at]
    bars = np.floor(since / length + 1e-9)
    return Places(
        bar=_first_bars(song)[at] + bars.astype(np.int64),
        beat_in_bar=np.maximum(since - bars * length, 0.0) / song.ticks_per_quarter,
        bar_beats=length / song.ticks_per_quarter,
        numerator=song.meters["numerator"][at].astype(np.int64),
        denominator=song.meters["denominator"][at].astype(np.int64),
    )


def pick_up_bars(song: Song) -> int:
    """1 where the song begins with a pick-up: one bar that is shorter than those that follow; else 0."""
    if len(song.meters) < 2:
        return 0
    first, second = bar_ticks(song)[:2]
    return int(song.meters["tick"][1] <= first < second)


def bar_lines(song: Song, end_tick: int | None = None) -> NDArray[np.float64]:
    """Ticks of all bar lines from 0 up to and including the first at or after `end_tick` (default: the song's end)."""
    end = song.end_tick if end_tick is None else end_tick
    lines: list[NDArray[np.float64]] = []
    starts = song.meters["tick"]
    for row, length in enumerate(bar_ticks(song)):
        if starts[row] >= end and row:
            break
        until = min(end, starts[row + 1]) if row + 1 < len(starts) else end
        lines.append(starts[row] + length * np.arange(max(int(np.ceil((until - starts[row]) / length - 1e-9)), 1)))
    last = lines[-1][-1] + bar_ticks(song)[len(lines) - 1]
    after = starts[len(lines)] if len(lines) < len(starts) else np.inf
    return np.concatenate([*lines, [min(last, after)]])
