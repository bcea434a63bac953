"""A stretch of sound, cut, faded and brought to a loudness."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from popgen_core.audio.loudness import integrated_loudness

__all__ = ["CEILING", "FADE_SECONDS", "RATE", "Sound", "cut", "faded", "loudest_gain", "scaled"]

RATE = 44_100  # frames a second of all that is written
FADE_SECONDS = 2.0
CEILING = 10 ** (-1 / 20)  # the highest sample that is written: -1 dB of full scale
QUIET = 10 ** (-60 / 20)  # what comes before the first louder sample is no music yet


@dataclass(frozen=True)
class Sound:
    """Samples (frame, channel), 32-bit floats, and frames a second."""

    samples: NDArray[np.float32]
    rate: int = RATE

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return len(self.samples) / self.rate

    @property
    def peak(self) -> float:
        """The largest sample, without sign; 0 of no sound."""
        return float(np.abs(self.samples).max(initial=0))

    def loudness(self) -> float:
        """Integrated loudness, LUFS; minus infinity of silence."""
        return integrated_loudness(self.samples, self.rate) if len(self.samples) else -math.inf


def cut(sound: Sound, seconds: float) -> Sound:
    """The stretch of `seconds` from the first frame that sounds on; what ends earlier stays as short as it is."""
    heard = np.flatnonzero((np.abs(sound.samples) > QUIET).any(axis=1))
    start = int(heard[0]) if len(heard) else 0
    return Sound(sound.samples[start : start + round(seconds * sound.rate)], sound.rate)


def faded(sound: Sound, seconds: float = FADE_SECONDS) -> Sound:
    """The sound with its end faded out; a fade is at most a third of it."""
    frames = min(round(seconds * sound.rate), len(sound.samples) // 3)
    samples = sound.samples.copy()
    samples[len(samples) - frames :] *= np.linspace(1, 0, frames, dtype=np.float32)[:, None]
    return Sound(samples, sound.rate)


def loudest_gain(sound: Sound, target: float) -> tuple[float, bool]:
    """(factor that brings the sound to `target` LUFS, whether it does): the ceiling of its peaks may be nearer.

    Silence stays as it is.
    """
    loudness = sound.loudness()
    if loudness == -math.inf:
        return 1.0, False
    wanted = 10 ** ((target - loudness) / 20)
    most = CEILING / sound.peak
    return min(wanted, most), wanted <= most


def scaled(sound: Sound, gain: float) -> Sound:
    """The sound times a factor."""
    return Sound((sound.samples * np.float32(gain)).astype(np.float32), sound.rate)
