"""Onsets on the raster of sixteenths: one row a bar."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["DRUM_VOICES", "HATS", "KICKS", "SNARES", "drum_voice", "onset_grid", "voice_grid"]

DRUM_VOICES = ("kick", "snare", "other")
KICKS = (35, 36)  # General MIDI percussion: acoustic bass drum, bass drum 1
SNARES = (37, 38, 39, 40)  # side stick, acoustic snare, hand clap, electric snare
HATS = (42, 44, 46, 51, 53, 59)  # closed, pedal and open hi-hat, the ride cymbals and the ride's bell


def onset_grid(step: NDArray[np.int64], bars: int, steps: int) -> NDArray[np.bool_]:
    """Steps counted from the window's start -> (bars, steps), true where a note begins."""
    grid = np.zeros(bars * steps, dtype=np.bool_)
    grid[step] = True
    return grid.reshape(bars, steps)


def drum_voice(pitch: NDArray[np.int64]) -> NDArray[np.int64]:
    """Which of `DRUM_VOICES` each drum pitch is."""
    return np.where(np.isin(pitch, KICKS), 0, np.where(np.isin(pitch, SNARES), 1, 2))


def voice_grid(step: NDArray[np.int64], pitch: NDArray[np.int64], bars: int, steps: int) -> NDArray[np.bool_]:
    """Drum hits -> (bars, 3, steps), one row a voice: kick, snare, other."""
    voice = drum_voice(pitch)
    voices = [onset_grid(step[voice == number], bars, steps) for number in range(len(DRUM_VOICES))]
    return np.stack(voices, axis=1)
