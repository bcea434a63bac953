"""What was played a beat, and 1, 2, 4 and 8 bars ago, as a hint of what is played now."""

from __future__ import annotations

from typing import ClassVar

import torch
from torch import Tensor, nn

from popgen_core.analysis.lags import LAGS
from popgen_core.contracts.sizes import Sizes
from popgen_core.contracts.tensors import Inputs

__all__ = ["Echo"]


class Echo(nn.Module):
    """For each group a number for each of the ways in which a cell may have begun notes at these places before (all,
    some, none of them), as the hidden vector says: whether a pattern goes on, is answered or broken off."""

    ways: ClassVar[int] = 2**LAGS

    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        self.groups = len(sizes.roll.groups)
        self.trust = nn.Linear(sizes.width, 2 * self.groups * self.ways)
        nn.init.zeros_(self.trust.weight)
        nn.init.zeros_(self.trust.bias)

    def forward(self, hidden: Tensor, inputs: Inputs) -> tuple[Tensor, Tensor] | None:
        """hidden (batch, frame, width) -> what is added to onset and to active, (batch, frame, group, pitch) each."""
        if inputs.echo is None:
            return None
        trust = self.trust(hidden).view(*hidden.shape[:2], 2, self.groups, self.ways)
        way = inputs.echo.to(torch.int64)  # (batch, frame, group, pitch)
        return trust[:, :, 0].gather(-1, way), trust[:, :, 1].gather(-1, way)
