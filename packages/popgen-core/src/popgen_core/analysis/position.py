"""Where each frame stands: phase in beat and bar, meter, bar of the phrase, tempo; the controls of every model."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from popgen_core.music.bars import Places, pick_up_bars, places
from popgen_core.music.grid import Grid
from popgen_core.music.song import Song

__all__ = ["METERS", "POSITION", "position_controls", "position_rows"]

METERS = ((4, 4), (3, 4), (6, 8), (2, 4))  # any other meter is the fifth feature
BEAT_WAVES = (1, 2)  # periods a beat and
BAR_WAVES = (1, 2, 3, 4, 8)  # a bar, of the sine and cosine pairs that tell the phase
PHRASE_BARS = 4

# the controls and how many features each takes
POSITION = (
    ("beat", 2 * len(BEAT_WAVES)),
    ("bar", 2 * len(BAR_WAVES)),
    ("meter", len(METERS) + 1),
    ("phrase", PHRASE_BARS),
    ("tempo", 1),
)


def position_controls(song: Song, grid: Grid, start: int, stop: int) -> NDArray[np.float32]:
    """Frames start..stop-1 of a song on a grid -> (frame, feature) in the order of POSITION.

    Phases are sine-cosine pairs, meter and bar of the four-bar phrase one-hot, tempo log2 of its ratio to 120 BPM.
    Phrases are counted from the first whole bar on. Frames before the song (negative) are all zero.
    """
    frames = np.arange(start, stop)
    ticks = grid.ticks(song, np.maximum(frames, 0))
    at = places(song, ticks)
    at_bars = at.bar - pick_up_bars(song)
    features = position_rows(at, ticks / song.ticks_per_quarter, at_bars, song.tempo_bpm(ticks))
    features[frames < 0] = 0.0
    return features


def position_rows(
    at: Places, beat: NDArray[np.float64], bar: NDArray[np.int64], bpm: NDArray[np.float64]
) -> NDArray[np.float32]:
    """Places in bars, beats from the start, bars from the first whole one, and tempos -> (frame, feature)."""
    features = np.concatenate(
        [
            _waves(beat, BEAT_WAVES),
            _waves(at.beat_in_bar / at.bar_beats, BAR_WAVES),
            _meter(at.numerator, at.denominator),
            np.eye(PHRASE_BARS)[bar % PHRASE_BARS],
            np.log2(bpm / 120.0)[:, None],
        ],
        axis=1,
    )
    return features.astype(np.float32)


def _waves(phase: NDArray[np.float64], periods: tuple[int, ...]) -> NDArray[np.float64]:
    angles = 2 * np.pi * phase[:, None] * np.array(periods)
    return np.concatenate([np.sin(angles), np.cos(angles)], axis=1)


def _meter(numerator: NDArray[np.int64], denominator: NDArray[np.int64]) -> NDArray[np.float64]:
    known = [(numerator == top) & (denominator == bottom) for top, bottom in METERS]
    columns = np.stack([*known, ~np.any(known, axis=0)], axis=1)
    return columns.astype(np.float64)
