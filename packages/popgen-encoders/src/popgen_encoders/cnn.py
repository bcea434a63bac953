"""cnn.v1: the paper's encoder (section 2.2): each group through its own causal CNN, then mixed into one vector."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import torch
from pydantic import Field
from torch import Tensor, nn
from torch.nn import functional

from popgen_core.contracts.sizes import Sizes
from popgen_core.contracts.tensors import Inputs

__all__ = ["GroupCNN"]


class CausalBlock(nn.Module):
    """One convolution over time for each group apart, looking back only; batch norm, ReLU, dropout."""

    def __init__(self, groups: int, taken: int, made: int, kernel: int, dropout: float) -> None:
        super().__init__()
        self.lead = kernel - 1  # frames before the first that the convolution needs
        self.taken = groups * taken
        self.convolution = nn.Conv1d(groups * taken, groups * made, kernel, groups=groups)
        self.norm = nn.BatchNorm1d(groups * made)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor) -> Tensor:
        """x (batch, group x feature, frame) -> (batch, group x feature', frame); silence before the first frame."""
        return self.valid(functional.pad(x, (self.lead, 0)))

    def valid(self, x: Tensor) -> Tensor:
        """x with `lead` frames before the first wanted one -> the wanted frames."""
        return self.dropout(functional.relu(self.norm(self.convolution(x))))  # type: ignore[no-any-return]


class GroupCNN(nn.Module):
    """Every group's last frames through its own stack of causal convolutions, then all groups and the controls mixed.

    The paper names CNN, batch normalisation and dropout but no sizes: kernels, layers and channels are ours.
    """

    @dataclass(frozen=True)
    class Config:
        """Sizes of the convolutions."""

        channels: Annotated[int, Field(ge=1, description="features a group")] = 128
        layers: Annotated[int, Field(ge=1, le=8, description="convolutions one after another")] = 1
        kernel: Annotated[int, Field(ge=1, le=64, description="frames that each convolution sees")] = 4
        dropout: Annotated[float, Field(ge=0, lt=1, description="share of values dropped in training")] = 0.1

    def __init__(self, config: Config, sizes: Sizes) -> None:
        super().__init__()
        groups = len(sizes.roll.groups)
        taken = [len(sizes.roll.channels) * sizes.roll.pitches] + [config.channels] * (config.layers - 1)
        self.tracks = nn.ModuleList(
            CausalBlock(groups, size, config.channels, config.kernel, config.dropout) for size in taken
        )
        self.mix = nn.Linear(groups * config.channels, sizes.width)
        nn.init.kaiming_normal_(self.mix.weight)  # rows of size 1: what sounds is heard beside the positions
        self.place = nn.Linear(sizes.controls.width, sizes.width, bias=False)
        self.context = config.layers * (config.kernel - 1)

    def forward(self, inputs: Inputs) -> Tensor:
        """past (batch, frame, group, channel, pitch), controls (batch, frame, feature) -> (batch, frame, width)."""
        x: Tensor = inputs.past.flatten(2).transpose(1, 2)  # (batch, group x channel x pitch, frame)
        for block in self.tracks:
            x = block(x)  # (batch, group x feature, frame)   each group by its own convolution
        x = self.mix(x.transpose(1, 2))  # (batch, frame, width)   all groups become one frame
        x = x + self.place(inputs.controls)  # (batch, frame, width)   where in the bar
        return x

    def blocks(self) -> list[CausalBlock]:
        """The convolutions, in order."""
        return [block for block in self.tracks if isinstance(block, CausalBlock)]

    def start(self, batch: int) -> list[Tensor]:
        """For each convolution the frames that came before: silence."""
        weight = self.mix.weight
        return [weight.new_zeros(batch, block.taken, block.lead) for block in self.blocks()]

    def step(self, inputs: Inputs, state: list[Tensor]) -> tuple[Tensor, list[Tensor]]:
        """One frame of Inputs and the last frames of each convolution -> row (batch, width) and the next state."""
        x = inputs.past[:, 0].flatten(1)[:, :, None]  # (batch, group x channel x pitch, 1)
        kept = []
        for block, before in zip(self.blocks(), state, strict=True):
            recent = torch.cat([before, x], dim=2)
            kept.append(recent[:, :, recent.shape[2] - before.shape[2] :])
            x = block.valid(recent)  # (batch, group x feature, 1)
        return self.mix(x[:, :, 0]) + self.place(inputs.controls[:, 0]), kept
