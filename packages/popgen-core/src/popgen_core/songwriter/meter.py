"""Meters as a songwriter feels them: the sixteenths of a bar, its beats, and how heavy each of them is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["COMMON", "COMPOUND", "STEP_TICKS", "TICKS_PER_QUARTER", "WALTZ", "Meter"]

TICKS_PER_QUARTER = 480
STEP_TICKS = TICKS_PER_QUARTER // 4  # a step is a sixteenth


@dataclass(frozen=True)
class Meter:
    """A time signature with its felt beats: `steps` sixteenths a bar, `beat` sixteenths a beat (6 in 6/8)."""

    numerator: int
    denominator: int
    beat: int

    @property
    def steps(self) -> int:
        """Sixteenths a bar."""
        return 16 * self.numerator // self.denominator

    @property
    def half(self) -> int:
        """Where the bar divides: the step at which a second chord may come."""
        return 6 if self.beat == 6 else 8

    @property
    def weights(self) -> NDArray[np.float64]:
        """Metrical weight of each step of a bar, 0..1: bar line, middle, beats, eighths, sixteenths."""
        weights = np.full(self.steps, 0.12)
        weights[::2] = 0.35
        weights[:: self.beat] = 0.65
        if self.steps != 3 * self.beat:
            weights[self.half] = 0.8
        weights[0] = 1.0
        return weights

    def strong(self, step: int) -> bool:
        """Whether a step of the song falls on a felt beat."""
        return step % self.steps % self.beat == 0


COMMON = Meter(4, 4, 4)
WALTZ = Meter(3, 4, 4)
COMPOUND = Meter(6, 8, 6)
