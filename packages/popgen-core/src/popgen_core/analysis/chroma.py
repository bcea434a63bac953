"""How long each of the twelve pitch classes sounds in each half bar.

Times are rounded to 1/4096 beat. All sums of such numbers are exact in floating point, in whatever order they are
made, so that moving a song by some semitones moves every figure made from chroma by nothing at all.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["NO_PITCH", "half_bar_chroma", "lowest_pitches"]

UNIT = 4096  # parts of a beat
LONGEST = 8.0  # beats; a note sounds no longer than this (metrics, section 0)
NO_PITCH = 128  # stands for "nothing sounds": above every pitch


def _shares(
    onset: NDArray[np.float64], length: NDArray[np.float64], halves: int, half_beats: float
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Which note sounds in which half bar for how many beats, as (note, half bar, beats) columns."""
    start = np.maximum(onset, 0.0)
    end = start + np.minimum(length, LONGEST)
    first = (start / half_beats).astype(np.int64)
    half = first[:, None] + np.arange(int(LONGEST / half_beats) + 2)  # (notes, half bars that a note can reach)
    beats = np.minimum(end[:, None], (half + 1) * half_beats) - np.maximum(start[:, None], half * half_beats)
    beats = np.rint(beats * UNIT) / UNIT
    note, column = np.nonzero((beats > 0) & (half < halves))
    return note, half[note, column], beats[note, column]


def half_bar_chroma(
    onset: NDArray[np.float64], length: NDArray[np.float64], pitch: NDArray[np.int64], halves: int, half_beats: float
) -> NDArray[np.float64]:
    """Notes, onset and length in beats -> (half bars, 12) beats for which each pitch class sounds."""
    note, half, beats = _shares(onset, length, halves, half_beats)
    cells = np.bincount(half * 12 + pitch[note] % 12, weights=beats, minlength=halves * 12)
    return np.asarray(cells, dtype=np.float64).reshape(halves, 12)


def lowest_pitches(
    onset: NDArray[np.float64], length: NDArray[np.float64], pitch: NDArray[np.int64], halves: int, half_beats: float
) -> NDArray[np.int64]:
    """Notes -> (half bars,) the lowest pitch that sounds in each, `NO_PITCH` where none does."""
    note, half, _ = _shares(onset, length, halves, half_beats)
    lowest = np.full(halves, NO_PITCH, dtype=np.int64)
    np.minimum.at(lowest, half, pitch[note])
    return lowest
