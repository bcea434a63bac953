"""independent.v1: the paper's decoder: one sigmoid a cell for onset and for active, and three rhythm values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import torch
from pydantic import Field
from torch import Generator, Tensor, nn
from torch.nn import functional

from popgen_core.contracts.sizes import Sizes
from popgen_core.contracts.tensors import Constraints, Frame, Inputs, Prediction, Rates, RhythmValues, Sampling, Target

__all__ = ["Independent"]

HEADS = ("onset", "active", "velocity", "duration", "offset")
ROUNDS = 6  # of Newton's method
FEWEST = 1e-6  # expected notes of a group, below which nothing is told apart
RAREST = 1e-5  # share of frames at which a cell that never sounds in the corpus starts


def tempered(logits: Tensor, temperature: float) -> Tensor:
    """Logits (batch, group, pitch) -> chances at a temperature, each group's sum that of temperature 1.

    Dividing rare logits alone empties the music: at 0.8 a chance of 0.01 falls to 0.003. So the logits of a group are
    then moved together until it expects as many notes as the model meant (to a percent or so): the temperature decides
    which, not how many.
    """
    meant = torch.sigmoid(logits)
    if temperature == 1:
        return meant
    divided, wanted = logits / temperature, meant.sum(-1, keepdim=True).clamp(min=FEWEST).log()
    shift = torch.zeros_like(wanted)
    for _ in range(ROUNDS):  # Newton's method on the logarithm of the sum
        chances = torch.sigmoid(divided + shift)
        sum_now = chances.sum(-1, keepdim=True).clamp(min=FEWEST)
        slope = ((chances * (1 - chances)).sum(-1, keepdim=True) / sum_now).clamp(min=0.1)
        shift = shift + ((wanted - sum_now.log()) / slope).clamp(-4, 4)
    return torch.sigmoid(divided + shift)


def _coins(logits: Tensor, allowed: Tensor, settings: Sampling, generator: Generator) -> Tensor:
    """One coin for each cell (batch, group, pitch) that is allowed, at the chances of this temperature."""
    chances = tempered(logits.float().masked_fill(~allowed, -torch.inf), settings.temperature)
    return torch.rand(chances.shape, generator=generator, device=chances.device) < chances


class Independent(nn.Module):
    """Every cell of a frame is a coin of its own (paper, section 2.2).

    `onset` begins a note; `active` gives it its length: it sounds until its cell is no longer active; the duration
    head places its end inside its last frame. A cell cannot be active without an onset or a note to carry on.
    """

    form: ClassVar[Literal["dense"]] = "dense"

    @dataclass(frozen=True)
    class Config:
        """Where training starts from."""

        bias: Annotated[
            Literal["zero", "corpus"],
            Field(description="starting note logits: zero (every cell at one half), or the corpus's rates"),
        ] = "zero"

    def __init__(self, config: Config, sizes: Sizes) -> None:
        super().__init__()
        self.config = config
        self.shape = (len(sizes.roll.groups), sizes.roll.pitches)
        self.onset_channel = sizes.roll.channels.index("onset")
        self.active_channel = sizes.roll.channels.index("active")
        self.heads = nn.Linear(sizes.width, len(HEADS) * sizes.roll.cells)

    def prime(self, rates: Rates) -> None:
        """Start the note logits at the corpus's rates, when the config says so."""
        if self.config.bias == "zero":
            return
        with torch.no_grad():
            bias = self.heads.bias.view(len(HEADS), *self.shape)
            bias[0] = rates.onset.clamp(RAREST, 1 - RAREST).logit()
            bias[1] = rates.active.clamp(RAREST, 1 - RAREST).logit()

    def forward(self, hidden: Tensor, target: Target | None = None) -> Prediction:
        """hidden (batch, frame, width) -> logits and rhythm (batch, frame, group, pitch).

        With a target the rhythm is that of its onsets alone, by event: one cell in three hundred of a song.
        """
        weights = self.heads.weight.view(len(HEADS), -1, hidden.shape[-1])  # (head, cell, width)
        onset, active, *rhythm = zip(weights, self.heads.bias.view(len(HEADS), -1), strict=True)
        if target is None:
            values = [self.everywhere(hidden, *head) for head in rhythm]
        else:
            values = [self.at(target.where, hidden, *head) for head in rhythm]
        return Prediction(self.everywhere(hidden, *onset), self.everywhere(hidden, *active), RhythmValues(*values))

    def everywhere(self, hidden: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        """One head, weight (cell, width), bias (cell,), on hidden (batch, frame, width) -> every cell's value."""
        made = functional.linear(hidden, weight, bias)  # (batch, frame, cell)
        return made.view(*hidden.shape[:2], *self.shape)  # (batch, frame, group, pitch)

    def at(self, where: tuple[Tensor, ...], hidden: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        """One head on hidden (batch, frame, width), for the cells `where` alone -> (event,)."""
        batch, frame, group, pitch = where
        cell = group * self.shape[1] + pitch  # (event,)
        heard = functional.embedding(batch * hidden.shape[1] + frame, hidden.flatten(0, 1))  # (event, width)
        return (heard * functional.embedding(cell, weight)).sum(-1) + bias[cell]

    def sample(
        self, hidden: Tensor, inputs: Inputs, constraints: Constraints, settings: Sampling, generator: Generator
    ) -> Frame:
        """hidden (batch, width) and this frame's Inputs -> one drawn frame, (batch, group, pitch) each."""
        made = self.forward(hidden[:, None])
        before = inputs.past[:, -1, :, self.active_channel] > 0.5  # (batch, group, pitch)
        begin, goes_on = constraints.playable.expand_as(before), before & constraints.playable
        onset = _coins(made.onset[:, 0], begin, settings, generator)
        carried = _coins(made.active[:, 0], goes_on, settings, generator)
        rhythm = RhythmValues(
            velocity=made.rhythm.velocity[:, 0].clamp(0.0, 1.0),
            duration=made.rhythm.duration[:, 0].clamp(min=0.0),
            offset=made.rhythm.offset[:, 0].clamp(-0.5, 0.5),
        )
        return Frame(onset, onset | carried, rhythm)
