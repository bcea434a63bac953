"""cnn.v1: the paper's encoder (section 2.2): each group through its own causal CNN, then mixed into one vector."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import torch
from pydantic import Field
from torch import Tensor, nn
from torch.nn import functional

from popgen_core.backbones.dropout import Dropout
from popgen_core.contracts.sizes import Sizes
from popgen_core.contracts.tensors import Inputs

__all__ = ["Coming", "GroupCNN", "looked_up"]


class CausalBlock(nn.Module):
    """One convolution over time for each group apart, looking back only; batch norm, ReLU, dropout."""

    def __init__(self, groups: int, taken: int, made: int, kernel: int, dropout: float) -> None:
        super().__init__()
        self.lead = kernel - 1  # frames before the first that the convolution needs
        self.taken = groups * taken
        self.convolution = nn.Conv1d(groups * taken, groups * made, kernel, groups=groups)
        self.norm = nn.BatchNorm1d(groups * made)
        self.dropout = Dropout(dropout)

    def forward(self, x: Tensor) -> Tensor:
        """x (batch, frame, group x feature) -> (batch, frame, group x feature'); silence before the first frame."""
        return self.settled(convolved(x, self.convolution, self.lead)[:, : x.shape[1]])

    def settled(self, x: Tensor) -> Tensor:
        """x (batch, frame, feature), convolved -> the same shape, normalised over batch and frames, ReLU, dropout."""
        rows = self.norm(x.flatten(0, 1)).view_as(x)
        return self.dropout(functional.relu(rows))  # type: ignore[no-any-return]


def convolved(x: Tensor, convolution: nn.Conv1d, padding: int) -> Tensor:
    """x (batch, frame, feature), `padding` frames of silence before and behind -> (batch, frame', feature').

    On a CPU the features of a frame stay side by side in memory, which PyTorch knows of images alone ("channels last"):
    taking the frames for an image one pixel high trains the encoder twice as fast as a convolution of features before
    frames, though a single frame takes twice as long (2026-11-22).
    """
    features = x.transpose(1, 2)  # (batch, feature, frame)
    weight, bias, groups = convolution.weight, convolution.bias, convolution.groups
    if x.device.type != "cpu":
        return functional.conv1d(features, weight, bias, padding=padding, groups=groups).transpose(1, 2)
    image = features.unsqueeze(2)  # (batch, feature, 1, frame)
    made = functional.conv2d(image, weight.unsqueeze(2), bias, padding=(0, padding), groups=groups)
    return made.squeeze(2).transpose(1, 2)


def looked_up(x: Tensor, table: Tensor, begins: Tensor) -> Tensor:
    """Sums of the table's rows of what is not zero in x, few of a frame, instead of a matrix product with all of it.

    x (batch, ...), which as one row (event,) goes through table (feature, made) again and again; `begins` (row,): where
    in it each row begins -> (row, made).
    """
    flat = x.flatten()
    loud = flat.nonzero()[:, 0]  # (event,)
    values = flat.take(loud).to(table.dtype)
    first = torch.searchsorted(loud, begins)  # (row,)
    return functional.embedding_bag(loud % len(table), table, first, mode="sum", per_sample_weights=values)


@dataclass
class Coming:
    """A block in a stream: what each value that is not zero, few of a frame, adds to this frame and the next ones.

    `table` (group x feature, kernel x feature') holds it; `shift` (feature' of all groups) is what silence makes;
    `begins` (batch x group,) where each group's values begin; `sums` (batch x group, lead x feature') is what the
    frames up to the last add to this one and the next.
    """

    table: Tensor
    shift: Tensor
    begins: Tensor
    sums: Tensor

    @torch.no_grad()
    def take(self, x: Tensor) -> Tensor:
        """One frame x (batch, group x feature) -> (batch, group x feature') and move on by one frame."""
        added = looked_up(x, self.table, self.begins)  # (batch x group, kernel x feature')
        added[:, : self.sums.shape[1]] += self.sums
        now, self.sums = added.tensor_split([added.shape[1] - self.sums.shape[1]], dim=1)
        return torch.relu_(now.reshape(len(x), -1) + self.shift)


@torch.no_grad()
def coming(block: CausalBlock, batch: int) -> Coming:
    """A block of eval mode, its batch norm folded into its convolution, before a stream of `batch` songs."""
    convolution, norm = block.convolution, block.norm
    factor = norm.weight / torch.sqrt(norm.get_buffer("running_var") + norm.eps)  # (group x feature',)
    weight = convolution.weight * factor[:, None, None]  # (group x feature', feature, kernel)
    made = weight.view(convolution.groups, -1, *weight.shape[1:]).flip(-1)  # the newest frame first
    table = made.permute(0, 2, 3, 1).reshape(block.taken, -1)  # (group x feature, kernel x feature')
    shift = (convolution.get_parameter("bias") - norm.get_buffer("running_mean")) * factor + norm.bias
    begins = torch.arange(0, batch * block.taken, block.taken // convolution.groups, device=weight.device)
    lead = table.new_zeros(len(begins), block.lead * len(shift) // convolution.groups)
    return Coming(table, shift, begins, lead)


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
        x: Tensor = inputs.past.flatten(2)  # (batch, frame, group x channel x pitch)
        for block in self.tracks:
            x = block(x)  # (batch, frame, group x feature)   each group by its own convolution
        x = self.mix(x)  # (batch, frame, width)   all groups become one frame
        x = x + self.place(inputs.controls)  # (batch, frame, width)   where in the bar
        return x

    def blocks(self) -> list[CausalBlock]:
        """The convolutions, in order."""
        return [block for block in self.tracks if isinstance(block, CausalBlock)]

    def start(self, batch: int) -> list[Coming]:
        """For each convolution what past frames add to coming ones: nothing yet."""
        return [coming(block, batch) for block in self.blocks()]

    def step(self, inputs: Inputs, state: list[Coming]) -> tuple[Tensor, list[Coming]]:
        """One frame of Inputs and the state, which is changed in place -> row (batch, width) and the state."""
        x = inputs.past.flatten(1)  # (batch, group x channel x pitch)
        for each in state:
            x = each.take(x)  # (batch, group x feature)   each group by its own convolution
        return self.mix(x) + self.place(inputs.controls[:, 0]), state
