"""Measures: the bars of a real song, laid on a page of equal bars that the songwriter's players can read.

A bar of two beats in a song in four is a page bar that is cut off half-way, one of six beats two page bars, the second
cut off. What players write behind a cut is never played.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from popgen_core.analysis.window import bar_count
from popgen_core.errors import MidiError
from popgen_core.music.bars import bar_lines
from popgen_core.music.song import METER, Song, rows
from popgen_core.songwriter.meter import COMMON, COMPOUND, STEP_TICKS, TICKS_PER_QUARTER, WALTZ, Meter

__all__ = ["Measures", "measures_of"]

MOST_BARS = 1024  # over half an hour of 4/4 at 120
TWO_QUARTERS = 8 * STEP_TICKS
Ticks = NDArray[np.int64]


@dataclass(frozen=True)
class Measures:
    """`meter` of the page; of each page bar its first tick in the song and the ticks of it that are there, 480 a
    quarter; both of shape (bars,). `pick_up` says that the first bar leads into the second, and the band waits.
    """

    meter: Meter
    start: Ticks
    length: Ticks
    pick_up: bool = False

    @property
    def bars(self) -> int:
        """Bars of the page."""
        return len(self.start)

    @property
    def bar_ticks(self) -> int:
        """Ticks of a page bar."""
        return self.meter.steps * STEP_TICKS

    @property
    def end_tick(self) -> int:
        """The tick of the song at which its last bar ends."""
        return int(self.start[-1] + self.length[-1])

    def there(self, page: Ticks) -> NDArray[np.bool_]:
        """Whether these ticks of the page are there in the song."""
        bar, within = self._place(page)
        return np.asarray((page >= 0) & (page < self.bars * self.bar_ticks) & (within < self.length[bar]))

    def song_ticks(self, page: Ticks) -> Ticks:
        """Ticks of the page as ticks of the song; those behind a cut fall on it."""
        bar, within = self._place(page)
        return np.asarray(self.start[bar] + np.minimum(within, self.length[bar]))

    def page_ticks(self, song: Ticks) -> Ticks:
        """Ticks of the song as ticks of the page."""
        song = np.asarray(song, dtype=np.int64)
        bar = np.clip(np.searchsorted(self.start, song, side="right") - 1, 0, self.bars - 1)
        return np.asarray(bar * self.bar_ticks + song - self.start[bar])

    def meters(self) -> NDArray[Any]:
        """The song's meter map: the page's meter, and others where page bars are cut."""
        kept: list[tuple[int, int, int]] = []
        for start, length in zip(self.start.tolist(), self.length.tolist(), strict=True):
            meter = (self.meter.numerator, self.meter.denominator)
            if length != self.bar_ticks:
                meter = _meter_of(length)
            if not kept or kept[-1][1:] != meter:
                kept.append((start, *meter))
        return rows(METER, kept)

    def _place(self, page: Ticks) -> tuple[Ticks, Ticks]:
        page = np.asarray(page, dtype=np.int64)
        bar = np.clip(page // self.bar_ticks, 0, self.bars - 1)
        return bar, page - bar * self.bar_ticks


def _meter_of(length: int) -> tuple[int, int]:
    """The simplest time signature of so many ticks."""
    for denominator in (4, 8, 16):
        if length * denominator % (4 * TICKS_PER_QUARTER) == 0:
            return length * denominator // (4 * TICKS_PER_QUARTER), denominator
    return max(round(length / 60), 1), 32


def measures_of(song: Song) -> tuple[Measures, int]:
    """The measures of a song from the bar of its first note to that of its last, and the song's tick, of 480 a quarter,
    at which they begin.

    The page is in the meter of most bars: 4/4, 3/4 or 6/8; bars of two quarters or less are read as 4/4.
    Raises MidiError where the song's bars are no music that the songwriter knows.
    """
    count = bar_count(song)
    if count == 0:
        raise MidiError("it holds no notes", reason="no-notes")
    if count > MOST_BARS:
        raise MidiError(f"it has {count:,} bars, at most {MOST_BARS:,} can be arranged", reason="too-long")
    lines = np.rint(bar_lines(song)[: count + 1] * TICKS_PER_QUARTER / song.ticks_per_quarter).astype(np.int64)
    lengths, first_note = np.diff(lines), _first_note(song)
    usual = Counter(lengths.tolist()).most_common(1)[0][0]
    if usual <= TWO_QUARTERS:
        usual = COMMON.steps * STEP_TICKS
        origin = int(lines[max(int(np.searchsorted(lines, first_note, side="right")) - 1, 0)])
        lines = np.arange(origin, lines[-1] + usual, usual)
        lengths = np.diff(lines)
    first = max(int(np.searchsorted(lines, first_note, side="right")) - 1, 0)
    meter = _page_meter(song, usual)
    start, length = _pages(lines[first:-1] - lines[first], lengths[first:], meter.steps * STEP_TICKS)
    pick_up = len(length) > 1 and length[0] < meter.steps * STEP_TICKS == length[1]
    return Measures(meter, start, length, bool(pick_up)), int(lines[first])


def _first_note(song: Song) -> int:
    """The tick of the first note, a 32nd later: one played just before the bar line begins the bar after it."""
    first = min(int(track.notes["start_tick"].min()) for track in song.tracks if len(track.notes))
    return round(first * TICKS_PER_QUARTER / song.ticks_per_quarter) + STEP_TICKS // 2


def _page_meter(song: Song, usual: int) -> Meter:
    """The songwriter's meter for bars of so many ticks: in three or six by what the meter map says, else in four."""
    if usual == WALTZ.steps * STEP_TICKS:
        eighths = song.meters["denominator"][song.meters["numerator"] % 3 == 0]
        return COMPOUND if len(eighths) and (eighths == 8).mean() > 0.5 else WALTZ
    if usual % (COMPOUND.steps * STEP_TICKS) == 0 and usual != 3 * COMMON.steps * STEP_TICKS:
        return COMPOUND  # 12/8 as two bars of 6/8
    return COMMON


def _pages(starts: Ticks, lengths: Ticks, page: int) -> tuple[Ticks, Ticks]:
    """Bars cut into page bars: first tick and length of each."""
    pieces = [
        (start + at, min(page, length - at))
        for start, length in zip(starts.tolist(), lengths.tolist(), strict=True)
        for at in range(0, length, page)
    ]
    first, held = np.array(pieces, dtype=np.int64).T
    return first, held
