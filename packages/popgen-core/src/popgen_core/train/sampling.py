"""Scheduled sampling, all frames at once: some of what a model hears is what it would have written there itself.

A first pass without gradient reads the true song; of every frame the model then draws what it would write after it; the
second pass, which learns, hears a mixture of true and drawn frames (paper, section 2.2; Mihaylova and Martins 2019 for
Transformers).
"""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Generator

from popgen_core.contracts.tensors import Constraints, Inputs, Sampling
from popgen_core.contracts.training import TrainConfig
from popgen_core.model import Model, as_past

__all__ = ["mixed_inputs", "true_share"]

AS_MEANT = Sampling(temperature=1.0)


def true_share(config: TrainConfig, epoch: int) -> float:
    """The share of true input frames in an epoch (from 0): linear from 1 to `true_inputs`, then constant."""
    return 1.0 - (1.0 - config.true_inputs) * min(epoch / config.true_inputs_epochs, 1.0)


@torch.no_grad()
def mixed_inputs(model: Model, inputs: Inputs, share: float, generator: Generator) -> Inputs:
    """Inputs of context + frame frames, of which about `share` stay true and the others are drawn by the model.

    The context before the window stays true. The model is left in eval mode.
    """
    model.eval()
    hidden = model.hidden(inputs)[:, :-1]  # (batch, frame - 1, width)   the last frame is heard by none
    drawn = torch.rand(hidden.shape[:2], generator=generator, device=hidden.device) >= share  # (batch, frame - 1)
    before, after = inputs.past[:, model.context : -1], inputs.past[:, model.context + 1 :]  # what each frame follows
    here = Inputs(before[drawn][:, None], inputs.controls[:, model.context : -1][drawn][:, None])  # (event, 1, ...)
    everything = torch.ones(after.shape[2], after.shape[4], dtype=torch.bool, device=after.device)
    frame = model.decoder.sample(hidden[drawn].float(), here, Constraints(everything), AS_MEANT, generator)
    past = inputs.past.clone()
    past[:, model.context + 1 :][drawn] = as_past(frame, model.sizes.roll.channels)[:, 0]
    return replace(inputs, past=past)
