"""Rhythm values as classes, for likelihoods: every velocity, lengths on a logarithmic scale, 64ths of a frame.

Needs no torch by itself: it calculates with whatever tensors it is given.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from popgen_core.contracts.tensors import RhythmValues

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["DURATIONS", "OFFSETS", "SIZES", "VELOCITIES", "classes_of", "length_class", "parted", "values_of"]

VELOCITIES = 127  # class n is velocity n + 1
DURATIONS = 64  # class n is SHORTEST x STEP^n seconds
OFFSETS = 65  # class n is (n - 32) / 64 of a frame
SIZES = (VELOCITIES, DURATIONS, OFFSETS)
SHORTEST, LONGEST = 0.02, 20.0  # seconds; what lies outside counts as these
STEP = math.log(LONGEST / SHORTEST) / (DURATIONS - 1)  # of the logarithm: 11.6 % a class


def classes_of(values: RhythmValues) -> RhythmValues:
    """Values (any shape) -> the class nearest to each, int64."""
    seconds = values.duration.exp().sub(1).clamp(SHORTEST, LONGEST)
    return RhythmValues(
        velocity=(values.velocity * VELOCITIES).round().clamp(1, VELOCITIES).long() - 1,
        duration=((seconds / SHORTEST).log() / STEP).round().long(),
        offset=((values.offset + 0.5) * (OFFSETS - 1)).round().clamp(0, OFFSETS - 1).long(),
    )


def length_class(seconds: float) -> int:
    """The class of one length in seconds."""
    return round(math.log(min(max(seconds, SHORTEST), LONGEST) / SHORTEST) / STEP)


def values_of(classes: RhythmValues) -> RhythmValues:
    """Classes (any shape) -> the value that stands for each: velocity 0..1, log(1 + seconds), frames -0.5..0.5."""
    seconds = (classes.duration * STEP).exp() * SHORTEST
    return RhythmValues(
        velocity=(classes.velocity + 1) / VELOCITIES,
        duration=(seconds + 1).log(),
        offset=classes.offset / (OFFSETS - 1) - 0.5,
    )


def parted(logits: Tensor) -> RhythmValues:
    """Logits (..., all classes) -> those of each value, (..., class)."""
    velocity, duration = VELOCITIES, VELOCITIES + DURATIONS
    return RhythmValues(logits[..., :velocity], logits[..., velocity:duration], logits[..., duration:])
