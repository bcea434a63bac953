"""linear.v1: one linear layer over the frame before; the encoder that every better one is measured against."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor, nn

from popgen_core.contracts.sizes import Sizes
from popgen_core.contracts.tensors import Inputs

__all__ = ["FrameLinear"]


class FrameLinear(nn.Module):
    """All groups, channels and pitches of the last frame, and the controls of this one, each through one matrix."""

    context = 0

    @dataclass(frozen=True)
    class Config:
        """No options."""

    def __init__(self, config: Config, sizes: Sizes) -> None:
        super().__init__()
        self.notes = nn.Linear(sizes.roll.cells * len(sizes.roll.channels), sizes.width)
        self.place = nn.Linear(sizes.controls.width, sizes.width, bias=False)

    def forward(self, inputs: Inputs) -> Tensor:
        """past (batch, frame, group, channel, pitch), controls (batch, frame, feature) -> (batch, frame, width)."""
        return self.notes(inputs.past.flatten(2)) + self.place(inputs.controls)  # type: ignore[no-any-return]

    def start(self, batch: int) -> None:
        """This encoder remembers nothing."""

    def step(self, inputs: Inputs, state: None) -> tuple[Tensor, None]:
        """One frame of Inputs -> row (batch, width)."""
        return self.forward(inputs)[:, 0], None
