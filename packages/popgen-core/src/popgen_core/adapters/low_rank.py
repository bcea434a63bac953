"""Low-rank adapters: beside each matrix of a model a thin product that learns while the matrix stays as it is.

Hu et al. 2021 (LoRA): W + B A, with B (made, rank) at zero in the beginning and A (rank, taken) at random.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize

from popgen_core.errors import RecipeError

__all__ = ["LARGEST_RANK", "RANK", "AdapterConfig", "adaptable", "adapter_tensors", "wrap"]

RANK, LARGEST_RANK = 8, 256
DOWN, UP = "down", "up"  # the names of A and B
ATTENTION = ("in_proj_weight", "q_proj_weight", "k_proj_weight", "v_proj_weight")  # of torch.nn.MultiheadAttention
V = TypeVar("V")


@dataclass(frozen=True)
class AdapterConfig:
    """How much an adapter can say: its `rank`, 1 to 256, and in which `parts` of the model it has a word."""

    rank: int = RANK
    parts: tuple[str, ...] = ("encoder", "backbone", "decoder")

    def __post_init__(self) -> None:
        if not 1 <= self.rank <= LARGEST_RANK:
            raise RecipeError(f"--rank {self.rank} is not between 1 and {LARGEST_RANK}")


class LowRank(nn.Module):
    """What is added to one matrix (made, taken)."""

    def __init__(self, made: int, taken: int, rank: int) -> None:
        super().__init__()
        self.down = nn.Parameter(torch.empty(rank, taken))
        self.up = nn.Parameter(torch.zeros(made, rank))
        nn.init.kaiming_uniform_(self.down, a=math.sqrt(5))

    def forward(self, weight: Tensor) -> Tensor:
        """weight (made, taken) -> the same shape."""
        return weight + self.up @ self.down


def adaptable(model: nn.Module, parts: tuple[str, ...]) -> Iterator[tuple[str, nn.Module, str]]:
    """The matrices of linear layers and of attention in some parts of a model: the tensor's name, whose it is, and what
    it is called there. Nothing is asked of a layer but what PyTorch gives it, so those of plug-ins are found too."""
    for place, module in model.named_modules():
        if place.split(".")[0] not in parts:
            continue
        known = ATTENTION if isinstance(module, nn.MultiheadAttention) else ()
        for name in ("weight",) if isinstance(module, nn.Linear) else known:
            if isinstance(getattr(module, name, None), nn.Parameter):
                yield f"{place}.{name}", module, name


def wrap(model: nn.Module, config: AdapterConfig) -> None:
    """Hold all of a model's weights and let low ranks beside its matrices learn in their stead.

    Raises RecipeError for a model without any such matrix.
    """
    for parameter in model.parameters():
        parameter.requires_grad_(False)
    found = list(adaptable(model, config.parts))
    if not found:
        raise RecipeError("--adapter: the model has no linear layer to adapt", hint="leave --adapter away")
    for name, module, own in found:
        weight = getattr(module, own)
        made, taken = weight.shape
        try:
            parametrize.register_parametrization(module, own, LowRank(made, taken, min(config.rank, made, taken)))
        except (RuntimeError, ValueError, KeyError) as error:
            why = " ".join(str(error).split())
            raise RecipeError(f"--adapter: {name} cannot be adapted: {why}", hint="leave --adapter away") from error


def adapter_tensors(state: Mapping[str, V]) -> dict[str, V]:
    """Of the state of a wrapped model what adapters hold: `<name of the matrix>/down` and `/up`."""
    found = {}
    for name, value in state.items():
        place, marked, rest = name.partition(".parametrizations.")
        own, _, which = rest.partition(".0.")
        if marked and which in (DOWN, UP):
            found[f"{place}.{own}/{which}"] = value
    return found
