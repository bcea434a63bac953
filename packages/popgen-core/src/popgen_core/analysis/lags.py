"""How many frames back a beat, a bar and some bars lie: where what is played now may have been played before."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from popgen_core.music.bars import places
from popgen_core.music.grid import Grid
from popgen_core.music.song import Song

__all__ = ["BARS_BACK", "LAGS", "lags_in", "lags_of"]

BARS_BACK = (1, 2, 4, 8)
LAGS = 1 + len(BARS_BACK)  # a beat, and these bars


def lags_of(song: Song, grid: Grid, frames: int) -> NDArray[np.int64]:
    """Frames 0..frames-1 of a song on a grid -> (frame, LAGS): how many frames ago the same place of the beat before
    was, and of the bar 1, 2, 4 and 8 bars before, if beats and bars were as long as here."""
    at = grid.ticks(song, np.arange(frames))
    here = places(song, at)
    quarters = np.stack([_beats(here.numerator, here.denominator), here.bar_beats], axis=1)
    ends = at[:, None] + quarters * song.ticks_per_quarter
    return _rows(grid.positions(song, ends.ravel()).reshape(ends.shape) - np.arange(frames)[:, None])


def lags_in(meter: tuple[int, int], frames_a_quarter: float) -> NDArray[np.int64]:
    """(LAGS,) of a song that stays in one meter and one tempo."""
    top, bottom = (np.array([number]) for number in meter)
    lengths = np.stack([_beats(top, bottom), 4.0 * top / bottom], axis=1) * frames_a_quarter
    return np.asarray(_rows(lengths)[0])


def _rows(lengths: NDArray[np.float64]) -> NDArray[np.int64]:
    """(frame, 2) lengths of the felt beat and of the bar in frames -> (frame, LAGS), at least 1 each."""
    back = np.stack([lengths[:, 0], *(lengths[:, 1] * bars for bars in BARS_BACK)], axis=1)
    return np.maximum(np.rint(back), 1).astype(np.int64)


def _beats(numerator: NDArray[np.int64], denominator: NDArray[np.int64]) -> NDArray[np.float64]:
    """Length of the felt beat in quarters: three units in 6/8, 9/8 and 12/8, else one."""
    compound = (denominator >= 8) & (numerator % 3 == 0) & (numerator > 3)
    return np.asarray(4.0 / denominator * np.where(compound, 3, 1))
