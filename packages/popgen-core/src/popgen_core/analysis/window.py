"""The bars that a piece is judged on: a stretch of one meter, cut out of a song at bar lines.

A song that changes its meter inside the stretch is judged on the bars of its most frequent meter there (the first of
several equally frequent ones), laid end to end; the others, and bars cut short by a change, are counted and left out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from popgen_core.music.bars import bar_lines, places
from popgen_core.music.song import Song

__all__ = [
    "STEPS_PER_BEAT",
    "Meter",
    "Placed",
    "Window",
    "bar_count",
    "first_sounding_bar",
    "meters_of",
    "place",
    "window_of",
]

STEPS_PER_BEAT = 4  # a step is a sixteenth
Meter = tuple[int, int]  # numerator, denominator


@dataclass(frozen=True)
class Window:
    """Bars of one meter. `lines` (song bars + 2) are all bar lines in ticks, `index` (song bars + 1) the place of each
    song bar in the window, -1 for one outside; `left_out` counts bars of other meters, `tempo_bpm` is the mean tempo.
    """

    lines: NDArray[np.float64]
    index: NDArray[np.int64]
    bars: int
    bar_beats: float
    meter: Meter
    tempo_bpm: float
    left_out: int

    @property
    def steps(self) -> int:
        """Sixteenths a bar: 16 in 4/4, 12 in 3/4 and 6/8."""
        return round(self.bar_beats * STEPS_PER_BEAT)


@dataclass(frozen=True)
class Placed:
    """Where ticks fall in a window: onset in beats from its start, the nearest step, and which ticks are inside.

    The onset is real performance time: a note played just before a bar line that is nearest to belongs to the bar
    after it, and so may be slightly negative.
    """

    onset: NDArray[np.float64]
    step: NDArray[np.int64]
    inside: NDArray[np.bool_]


def _last_onset(song: Song) -> int:
    return max((int(track.notes["start_tick"].max(initial=-1)) for track in song.tracks), default=-1)


def bar_count(song: Song) -> int:
    """Bars of a song up to and including the one in which its last note begins; 0 without notes."""
    last = _last_onset(song)
    return len(bar_lines(song, last + 1)) - 1 if last >= 0 else 0


def first_sounding_bar(song: Song) -> int:
    """Number of the bar that the first note is in, played a little early or not; 0 without notes."""
    onsets = [track.notes["start_tick"].min() for track in song.tracks if len(track.notes)]
    half_step = song.ticks_per_quarter / STEPS_PER_BEAT / 2
    return int(places(song, np.array([min(onsets) + half_step])).bar[0]) if onsets else 0


def meters_of(song: Song) -> list[Meter]:
    """The meters of a song's bars from the first sounding one to the last, each once, in order of their first bars."""
    lines = bar_lines(song, max(_last_onset(song) + 1, 1))[first_sounding_bar(song) : -1]
    at = places(song, lines)
    return list(dict.fromkeys(_meters(at.numerator, at.denominator)))


def window_of(song: Song, first_bar: int, bars: int, meter: Meter | None = None) -> Window:
    """Up to `bars` bars of a song from `first_bar` on: those of `meter`, of the most frequent one unless told."""
    lines = bar_lines(song, max(_last_onset(song) + 1, 1))
    lines = np.append(lines, lines[-1] + 4 * song.ticks_per_quarter)  # notes may be carried over the last line
    at = places(song, lines[:-1])
    inside = np.zeros(len(lines) - 1, dtype=np.bool_)
    inside[max(first_bar, 0) : max(first_bar + bars, 0)] = _last_onset(song) >= 0
    inside[-1] = False
    whole = np.abs(np.diff(lines) / song.ticks_per_quarter - at.bar_beats) < 1e-6
    meter = meter or _usual(_meters(at.numerator[inside & whole], at.denominator[inside & whole]))
    kept = inside & whole & (at.numerator == meter[0]) & (at.denominator == meter[1])
    index = np.where(kept, np.cumsum(kept) - 1, -1).astype(np.int64)
    return Window(
        lines=lines,
        index=index,
        bars=int(kept.sum()),
        bar_beats=4.0 * meter[0] / meter[1],
        meter=meter,
        tempo_bpm=_mean_tempo(song, lines, kept),
        left_out=int((inside & ~kept).sum()),
    )


def _meters(numerators: NDArray[np.int64], denominators: NDArray[np.int64]) -> list[Meter]:
    return [(int(n), int(d)) for n, d in zip(numerators, denominators, strict=True)]


def _usual(meters: list[Meter]) -> Meter:
    """The most frequent meter, the first of equally frequent ones; 4/4 of none."""
    return max(dict.fromkeys(meters), key=meters.count, default=(4, 4))


def _mean_tempo(song: Song, lines: NDArray[np.float64], kept: NDArray[np.bool_]) -> float:
    """Beats over minutes in the bars that are kept; the first tempo of the song where there are none."""
    ticks = np.diff(lines)[kept].sum()
    seconds = np.diff(song.seconds(lines))[kept].sum()
    return float(60 * ticks / song.ticks_per_quarter / seconds) if seconds > 0 else float(song.tempo_bpm(0))


def place(window: Window, ticks: NDArray[np.int64], ticks_per_quarter: int) -> Placed:
    """Where each of these ticks falls: nearest sixteenth of its bar, half to even, carried to the next bar."""
    bar = np.clip(np.searchsorted(window.lines, ticks, side="right") - 1, 0, len(window.index) - 1)
    length = (np.diff(window.lines) / ticks_per_quarter)[bar]
    beat = (ticks - window.lines[bar]) / ticks_per_quarter
    carried = (np.rint(beat * STEPS_PER_BEAT) >= length * STEPS_PER_BEAT) & (bar + 1 < len(window.index))
    bar, beat = bar + carried, beat - carried * length
    index = window.index[bar]
    step = index * window.steps + np.rint(beat * STEPS_PER_BEAT).astype(np.int64)
    return Placed(onset=index * window.bar_beats + beat, step=step, inside=index >= 0)
