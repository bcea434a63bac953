"""Temperature that decides which notes sound, not how many."""

from __future__ import annotations

import torch
from torch import Tensor

__all__ = ["shifted", "tempered"]

ROUNDS = 6  # of Newton's method
FEWEST = 1e-6  # expected notes of a group, below which nothing is told apart


def tempered(logits: Tensor, temperature: float) -> Tensor:
    """Logits (batch, group, pitch) -> chances at a temperature, each group's sum that of temperature 1.

    Dividing rare logits alone empties the music: at 0.8 a chance of 0.01 falls to 0.003. So the logits of a group are
    then moved together until it expects as many notes as the model meant (to a percent or so): the temperature decides
    which, not how many.
    """
    if temperature == 1:
        return torch.sigmoid(logits)
    return torch.sigmoid(logits / temperature + shifted(logits, temperature))


def shifted(logits: Tensor, temperature: float, start: Tensor | None = None, rounds: int = ROUNDS) -> Tensor:
    """By how much each group's divided logits are to be moved, (batch, group, 1); `start`: where to begin looking."""
    meant = torch.sigmoid(logits)
    divided, wanted = logits / temperature, meant.sum(-1, keepdim=True).clamp(min=FEWEST).log()
    shift = torch.zeros_like(wanted) if start is None else start
    for _ in range(rounds):  # Newton's method on the logarithm of the sum
        chances = torch.sigmoid(divided + shift)
        sum_now = chances.sum(-1, keepdim=True).clamp(min=FEWEST)
        slope = ((chances * (1 - chances)).sum(-1, keepdim=True) / sum_now).clamp(min=0.1)
        shift = shift + ((wanted - sum_now.log()) / slope).clamp(-4, 4)
    return shift
