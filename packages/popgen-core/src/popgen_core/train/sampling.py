"""Scheduled sampling, all frames at once: some of what a model hears is what it would have written there itself.

A first pass without gradient reads the true song; of every frame the model then draws what it would write after it; the
second pass, which learns, hears a mixture of true and drawn frames (paper, section 2.2; Mihaylova and Martins 2019 for
Transformers).
"""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Generator

from popgen_core.contracts.tensors import Inputs
from popgen_core.contracts.training import TrainConfig
from popgen_core.model import Model, as_past

__all__ = ["mixed_inputs", "true_share"]


def true_share(config: TrainConfig, epoch: int) -> float:
    """The share of true input frames in an epoch (from 0): linear from 1 to `true_inputs`, then constant."""
    fallen = min(epoch / config.true_inputs_epochs, 1.0)
    return config.true_inputs * fallen + 1.0 * (1.0 - fallen)


@torch.no_grad()
def mixed_inputs(model: Model, inputs: Inputs, share: float, generator: Generator) -> Inputs:
    """Inputs of context + frame frames, of which about `share` stay true and the others are drawn by the model.

    The context before the window stays true. The model is left in eval mode.
    """
    model.eval()
    batch, frames = len(inputs.past), inputs.past.shape[1] - model.context
    coins = torch.rand(batch, frames, generator=generator, device=inputs.past.device)
    wanted = coins >= share  # (batch, frame)
    wanted[:, -1] = False  # the last frame of a window is heard by none
    drawn = as_past(model.drawn(inputs, wanted, generator), model.sizes.roll.channels)  # (event, 1, ...)
    past = inputs.past.clone()
    past[:, model.context + 1 :][wanted[:, :-1]] = drawn[:, 0]
    return replace(inputs, past=past)
