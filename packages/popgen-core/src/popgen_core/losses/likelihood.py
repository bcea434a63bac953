"""likelihood.v1: how unlikely the notes were, no more: onsets, lengths, velocities, offsets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import torch
from pydantic import Field
from torch import Tensor, nn
from torch.nn import functional

from popgen_core.contracts.classes import classes_of
from popgen_core.contracts.sizes import Sizes
from popgen_core.contracts.tensors import LossParts, Prediction, Target
from popgen_core.losses.cells import cell_sums, precise

__all__ = ["LikelihoodLoss"]


class LikelihoodLoss(nn.Module):
    """Negative log-likelihood of the notes, by group, in nats a frame over the number of pitches.

    `onset`: every cell's coin. `active`: a coin for each note that may go on, those cells that sounded one frame ago
    and have no new onset; cells that cannot go on cost nothing (the first frame of a window does not know what
    sounded before it, and is left out). `rhythm`: minus the logarithm of the chances of the class that each onset's
    velocity, length and offset has (`contracts.classes`). Divided by the pitches, a part is on the scale of
    `paper.v1`'s, a mean over cells. With weights of 1 and a rhythm weight of 1 the total is a likelihood.
    """

    form: ClassVar[Literal["events"]] = "events"

    @dataclass(frozen=True)
    class Config:
        """How the parts add up."""

        rhythm_weight: Annotated[float, Field(ge=0, description="weight of velocities, lengths and offsets")] = 0.25

    def __init__(self, config: Config, sizes: Sizes) -> None:
        super().__init__()
        self.config, self.pitches = config, sizes.roll.pitches

    def forward(self, prediction: Prediction, target: Target, weights: Tensor) -> LossParts:
        """Prediction by event, target, weights (group,) with mean 1 -> total, and the parts onset, active, rhythm."""
        frames = weights / max(target.counted().frames, 1.0)  # (group,)
        rhythm = self.config.rhythm_weight / self.pitches * self._rhythm(prediction, target)
        by_group = {  # (group,) each
            "onset": frames * cell_sums(prediction.onset, target.onset, target.mask),
            "active": frames / self.pitches * self._goes_on(prediction, target),
            "rhythm": frames * rhythm,
        }
        total = torch.stack(list(by_group.values())).sum()
        told = {name: value.detach() for name, value in by_group.items()}
        return LossParts(total, {name: value.sum() for name, value in told.items()}, told)

    @staticmethod
    def _goes_on(prediction: Prediction, target: Target) -> Tensor:
        """Nats of whether notes go on, summed -> (group,)."""
        coins = (target.active[:, :-1] > 0.5) & (target.onset[:, 1:] < 0.5) & (target.mask[:, 1:, None, None] > 0.5)
        where = coins.nonzero(as_tuple=True)
        logits, truth = precise(prediction.active[:, 1:][where]), target.active[:, 1:][where]
        nats = functional.binary_cross_entropy_with_logits(logits, truth.to(logits.dtype), reduction="none")
        return nats.new_zeros(target.onset.shape[2]).index_add(0, where[2], nats)

    @staticmethod
    def _rhythm(prediction: Prediction, target: Target) -> Tensor:
        """Nats of the three values of each onset, summed -> (group,)."""
        true = classes_of(target.rhythm)
        costs = [
            functional.cross_entropy(precise(getattr(prediction.rhythm, name)), getattr(true, name), reduction="none")
            for name in ("velocity", "duration", "offset")
        ]
        nats = torch.stack(costs).sum(0)  # (event,)
        return nats.new_zeros(target.onset.shape[2]).index_add(0, target.where[2], nats)
