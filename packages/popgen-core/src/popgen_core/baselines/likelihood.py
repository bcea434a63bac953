"""What onsets cost: the bits that a predictor needs to tell a song, by the beat and by the note."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from popgen_core.errors import SongError

__all__ = ["Likelihood", "bernoulli_bits"]


@dataclass(frozen=True)
class Likelihood:
    """The code length of songs: minus the log2 of the probability that a predictor gave to what is there.

    `bits` 0 .. infinity, lower is better; `beats`: quarter notes told; `notes`: cells with an onset in them.
    Likelihoods of several songs add up; those of different rolls or controls say nothing about each other.
    """

    bits: float = 0.0
    beats: float = 0.0
    notes: int = 0

    @property
    def bits_per_beat(self) -> float:
        """Bits a quarter note; NaN without beats."""
        return self.bits / self.beats if self.beats else math.nan

    @property
    def bits_per_note(self) -> float:
        """Bits an onset, those for silence included; NaN without notes."""
        return self.bits / self.notes if self.notes else math.nan

    def __add__(self, other: Likelihood) -> Likelihood:
        return Likelihood(self.bits + other.bits, self.beats + other.beats, self.notes + other.notes)


def bernoulli_bits(onsets: ArrayLike, probability: ArrayLike, cells: ArrayLike = 1) -> float:
    """Bits of cells that each hold an onset or none, given the probability of one: the sum of -log2 over all cells.

    `onsets` (any shape): true or 1 where a cell has an onset. Where many cells share a probability, `onsets` counts
    those with one and `cells` counts all. All three broadcast. What was held impossible and came costs infinity. Raises
    SongError for probabilities outside 0..1, NaN among them, and for more onsets than cells or fewer than none.
    """
    chance = np.asarray(probability, dtype=np.float64)
    with_onset = np.asarray(onsets, dtype=np.float64)
    without = np.asarray(cells, dtype=np.float64) - with_onset
    if not ((chance >= 0) & (chance <= 1)).all():
        raise SongError("a probability of an onset must lie between 0 and 1", hint="hand in probabilities, not logits")
    if (with_onset < 0).any() or (without < 0).any():
        raise SongError("onsets must number between none and all of the cells")
    with np.errstate(divide="ignore", invalid="ignore"):  # 0 x infinity is told apart below
        told = np.where(with_onset > 0, with_onset * -np.log2(chance), 0.0)
        silent = np.where(without > 0, without * -np.log1p(-chance) / math.log(2), 0.0)
    return float(told.sum() + silent.sum()) + 0.0  # + 0.0: never minus zero
