"""What a model's logits and values cost in bits: onsets, and apart from them how long and how loud notes are."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy

from popgen_core.contracts.classes import classes_of
from popgen_core.score.stretches import Stretch

__all__ = [
    "VelocityErrors",
    "VelocitySpread",
    "logit_bits",
    "length_bits",
    "onset_bits",
    "velocity_bits",
    "velocity_errors",
]

LOUDEST = 127
LEAST_SPREAD = 0.5 / LOUDEST  # half a step: a head that is always right still pays for its step


def logit_bits(logits: Tensor, truth: Tensor) -> Tensor:
    """Bits of each cell (any shape), 0 .. infinity, float64: minus log2 of the chance that its logit gave the truth.

    The sum is `baselines.bernoulli_bits` of the logits' sigmoid. Without weights and without a temperature.
    """
    return binary_cross_entropy_with_logits(logits.double(), truth.double(), reduction="none") / math.log(2)


def onset_bits(stretch: Stretch) -> NDArray[np.float64]:
    """(group,) bits of all cells inside the song, those without an onset too."""
    bits = logit_bits(stretch.prediction.onset, stretch.target.onset).sum(-1)  # (batch, frame, group)
    inside: NDArray[np.float64] = (bits * stretch.target.mask[..., None]).sum((0, 1)).numpy()
    return inside


def length_bits(stretch: Stretch) -> float:
    """Bits of how long notes sound in frames, the onsets known.

    One coin for each cell that sounded a frame ago and has no new onset: it goes on or falls silent. That is how
    `independent.v1` draws lengths, so the product over a note's coins is the likelihood of its length; notes that are
    cut off by the next onset or by the end of the song are told up to there.
    """
    coins = stretch.before & (stretch.target.onset < 0.5) & (stretch.target.mask[..., None, None] > 0.5)
    return float(logit_bits(stretch.prediction.active[coins], stretch.target.active[coins]).sum())


@dataclass(frozen=True)
class VelocityErrors:
    """For each onset (onset,): its group, the velocity 1..127 that it has, and the one expected, 1.0 for 127."""

    group: NDArray[np.int64]
    velocity: NDArray[np.int64]
    expected: NDArray[np.float64]

    @classmethod
    def joined(cls, parts: Iterable[VelocityErrors]) -> VelocityErrors:
        """Those of several stretches or songs as one."""
        none = cls(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64), np.empty(0))
        all_parts = [none, *parts]
        return cls(*(np.concatenate([getattr(one, name) for one in all_parts]) for name in vars(none)))


def velocity_errors(stretch: Stretch) -> VelocityErrors:
    """The onsets of a stretch and what a dense velocity head expected of them."""
    expected = stretch.prediction.rhythm.at(stretch.target.where).velocity
    velocity = (stretch.target.rhythm.velocity * LOUDEST).round().clamp(1, LOUDEST)
    return VelocityErrors(stretch.target.where[2].numpy(), velocity.long().numpy(), expected.double().numpy())


def velocity_bits(stretch: Stretch) -> float:
    """Bits of the onsets' velocities, told by chances of all 127."""
    true = classes_of(stretch.target.rhythm).velocity
    return float(cross_entropy(stretch.prediction.rhythm.velocity.double(), true, reduction="sum")) / math.log(2) + 0.0


@dataclass(frozen=True)
class VelocitySpread:
    """A head that was trained by squared errors read as a bell curve around what it expects.

    `sd` (group,), in velocities of 1.0: the root mean square of its errors, at least half a step of 1/127.
    """

    sd: NDArray[np.float64]

    @classmethod
    def fit(cls, errors: VelocityErrors, groups: int) -> VelocitySpread:
        """The spread of each group; one without notes has that of all notes, without any it is 1."""
        squares = (errors.expected - errors.velocity / LOUDEST) ** 2
        overall = float(squares.mean()) if len(squares) else 1.0
        count = np.bincount(errors.group, minlength=groups)
        mean = np.bincount(errors.group, weights=squares, minlength=groups) / np.maximum(count, 1)
        return cls(np.maximum(np.sqrt(np.where(count > 0, mean, overall)), LEAST_SPREAD))

    def bits(self, errors: VelocityErrors) -> float:
        """Bits of velocities: minus log2 of the curve's mass in the step of each, of that in all 127 steps."""
        sd, expected = torch.from_numpy(self.sd[errors.group]), torch.from_numpy(errors.expected)

        def mass(low: Tensor, high: Tensor) -> Tensor:
            return _log_mass((low / LOUDEST - expected) / sd, (high / LOUDEST - expected) / sd)

        velocity = torch.from_numpy(errors.velocity).double()
        half, all_steps = torch.tensor(0.5).double(), torch.tensor(LOUDEST + 0.5).double()
        told = mass(velocity - half, velocity + half) - mass(half, all_steps)
        return float(-told.sum()) / math.log(2) + 0.0


def _log_mass(low: Tensor, high: Tensor) -> Tensor:
    """Natural logarithm of the standard bell curve's mass between low and high, exact far out on either side."""
    right = low + high > 0
    low, high = torch.where(right, -high, low), torch.where(right, -low, high)  # both to the left
    below, above = torch.special.log_ndtr(low), torch.special.log_ndtr(high)
    mass: Tensor = above + torch.log(-torch.expm1(below - above))
    return mass
