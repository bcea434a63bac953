"""The optimiser and the learning rate of a step."""

from __future__ import annotations

import math

import torch
from torch import nn

from popgen_core.contracts.training import TrainConfig

__all__ = ["learning_rate", "optimizer_of"]

LAST_SHARE = 0.05  # of the learning rate is left at the end
HELD = 0.8  # of a run whose rate is held and then falls


def learning_rate(config: TrainConfig, number: int, total: int) -> float:
    """The learning rate of step `number` of `total`: a warm-up over at most a tenth, then constant, a cosine, or held
    for four fifths and then a cosine; a run that is still held can be given more steps."""
    warmup = min(config.warmup_steps, total // 10)
    if number < warmup:
        return config.learning_rate * (number + 1) / warmup
    if config.schedule == "constant":
        return config.learning_rate
    begin = max(int(HELD * total), warmup) if config.schedule == "hold" else warmup
    done = min(max((number - begin) / max(total - begin, 1), 0.0), 1.0)
    return config.learning_rate * (LAST_SHARE + (1 - LAST_SHARE) * 0.5 * (1 + math.cos(math.pi * done)))


def optimizer_of(model: nn.Module, config: TrainConfig) -> torch.optim.Optimizer:
    """Adam for the weights that learn, as the recipe says; its fused form, the same arithmetic in one pass."""
    kind = torch.optim.Adam if config.optimizer == "adam" else torch.optim.AdamW
    return kind(
        [parameter for parameter in model.parameters() if parameter.requires_grad],
        lr=config.learning_rate,
        betas=(config.beta1, config.beta2),
        weight_decay=config.weight_decay,
        fused=True,
    )
