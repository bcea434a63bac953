"""Temperature and top-p, which decide which notes sound, not how many."""

from __future__ import annotations

import torch
from torch import Tensor

from popgen_core.contracts.tensors import Sampling

__all__ = ["only_likeliest", "shifted", "temperature_of", "tempered"]

ROUNDS = 6  # of Newton's method
FEWEST = 1e-6  # expected notes of a group, below which nothing is told apart


def temperature_of(settings: Sampling) -> float | Tensor:
    """The temperature of every group, or (group, 1) those of each: its own stand in place of the common one."""
    return settings.temperature if settings.by_group is None else settings.by_group[:, None]


def tempered(logits: Tensor, temperature: float | Tensor) -> Tensor:
    """Logits (batch, group, pitch) -> chances at a temperature, each group's sum that of temperature 1.

    Dividing rare logits alone empties the music: at 0.8 a chance of 0.01 falls to 0.003. So the logits of a group are
    then moved together until it expects as many notes as the model meant (to a percent or so): the temperature decides
    which, not how many.
    """
    if _is_one(temperature):
        return torch.sigmoid(logits)
    return torch.sigmoid(logits / temperature + shifted(logits, temperature))


def shifted(logits: Tensor, temperature: float | Tensor, start: Tensor | None = None, rounds: int = ROUNDS) -> Tensor:
    """By how much each group's divided logits are to be moved, (batch, group, 1); `start`: where to begin looking."""
    meant = torch.sigmoid(logits)
    divided, wanted = logits / temperature, meant.sum(-1, keepdim=True).clamp(min=FEWEST).log()
    return _moved(divided, wanted, torch.zeros_like(wanted) if start is None else start, rounds)


def only_likeliest(logits: Tensor, top_p: float) -> Tensor:
    """Logits (batch, group, pitch) at their temperature -> the same, -inf in each group's unlikely cells.

    Kept are the likeliest cells, as few as together hold the share `top_p` of the notes that the group expects; of
    equally likely ones the lower pitches. Those kept are moved together until they expect as many notes as all did:
    top-p decides which, not how many. They are not moved above a mean chance of `top_p`, so none becomes certain.
    """
    chances = torch.sigmoid(logits)
    order = chances.sort(dim=-1, descending=True, stable=True)
    likelier = order.values.cumsum(-1) - order.values  # expected notes of the cells before each one in that order
    expected = order.values.sum(-1, keepdim=True)
    kept = torch.zeros_like(chances, dtype=torch.bool).scatter(-1, order.indices, likelier < top_p * expected)
    inside, own = logits.masked_fill(~kept, -torch.inf), (chances * kept).sum(-1, keepdim=True)
    wanted = expected.minimum(own.maximum(kept.sum(-1, keepdim=True) * top_p)).clamp(min=FEWEST).log()
    return inside + _moved(inside, wanted, torch.zeros_like(wanted), ROUNDS)


def _is_one(temperature: float | Tensor) -> bool:
    return not isinstance(temperature, Tensor) and temperature == 1


def _moved(logits: Tensor, wanted: Tensor, shift: Tensor, rounds: int) -> Tensor:
    """By how much logits are to be moved until the logarithm of each group's expected notes is `wanted`."""
    for _ in range(rounds):  # Newton's method on the logarithm of the sum
        chances = torch.sigmoid(logits + shift)
        sum_now = chances.sum(-1, keepdim=True).clamp(min=FEWEST)
        slope = ((chances * (1 - chances)).sum(-1, keepdim=True) / sum_now).clamp(min=0.1)
        shift = shift + ((wanted - sum_now.log()) / slope).clamp(-4, 4)
    return shift
