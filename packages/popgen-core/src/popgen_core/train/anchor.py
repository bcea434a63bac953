"""What fine-tuning keeps of its start: normalisers stay as they are, and weights are drawn back to where they began.

The pull is that of Li et al. 2018 (L2-SP), apart from the gradient as AdamW's decay is: each step a weight loses the
share `learning rate x pull` of its way from the start, so that it hardly goes farther than 1 / pull.
"""

from __future__ import annotations

import torch
from torch import nn
from torch.nn.modules.batchnorm import _NormBase

__all__ = ["Anchor"]


class Anchor:
    """The weights of a model as they are now."""

    def __init__(self, model: nn.Module, pull: float) -> None:
        self.pull = pull
        self.norms = [module for module in model.modules() if isinstance(module, _NormBase)]
        moving = [parameter for parameter in model.parameters() if parameter.requires_grad] if pull else []
        self.moving = [(parameter, parameter.detach().clone()) for parameter in moving]

    def hold(self) -> None:
        """Let normalisers use the statistics that they came with and not gather new ones: few songs would tell others
        to each layer than those it was trained with."""
        for norm in self.norms:
            norm.eval()

    @torch.no_grad()
    def draw_back(self, learning_rate: float) -> None:
        """Move each weight a little towards where it began."""
        share = min(learning_rate * self.pull, 1.0)
        for parameter, start in self.moving:
            parameter.sub_(parameter - start, alpha=share)
