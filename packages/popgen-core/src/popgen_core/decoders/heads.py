"""What decoders share: a value for every cell or for onsets alone, coins, and values held within their ranges."""

from __future__ import annotations

import torch
from torch import Generator, Tensor
from torch.nn import functional

from popgen_core.contracts.tensors import RhythmValues, Sampling
from popgen_core.decoders.tempering import temperature_of, tempered

__all__ = ["at_onsets", "coins", "everywhere", "within_ranges"]


def everywhere(hidden: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """One head, weight (group, pitch, width), bias (group, pitch), on hidden (batch, frame, width) -> every cell's
    value, (batch, frame, group, pitch)."""
    made = functional.linear(hidden, weight.flatten(0, 1), bias.flatten())  # (batch, frame, cell)
    return made.view(*hidden.shape[:2], *bias.shape)


def at_onsets(where: tuple[Tensor, ...], hidden: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """One head on hidden (batch, frame, width), for the cells `where` alone -> (event,)."""
    batch, frame, group, pitch = where
    cell = group * bias.shape[1] + pitch  # (event,)
    heard = functional.embedding(batch * hidden.shape[1] + frame, hidden.flatten(0, 1))  # (event, width)
    return (heard * functional.embedding(cell, weight.flatten(0, 1))).sum(-1) + bias.flatten()[cell]


def coins(logits: Tensor, allowed: Tensor, settings: Sampling, generator: Generator) -> Tensor:
    """One coin for each cell (batch, group, pitch) that is allowed, at the chances of this temperature."""
    chances = tempered(logits.float().masked_fill(~allowed, -torch.inf), temperature_of(settings))
    return torch.rand(chances.shape, generator=generator, device=chances.device) < chances


def within_ranges(rhythm: RhythmValues) -> RhythmValues:
    """Dense values of one frame (batch, 1, group, pitch) within their ranges, (batch, group, pitch) each."""
    return RhythmValues(
        velocity=rhythm.velocity[:, 0].clamp(0.0, 1.0),
        duration=rhythm.duration[:, 0].clamp(min=0.0),
        offset=rhythm.offset[:, 0].clamp(-0.5, 0.5),
    )
