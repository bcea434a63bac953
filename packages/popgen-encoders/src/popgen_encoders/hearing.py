"""cnn.v2: the paper's encoder that also hears notes that come back, and given notes a little before they come."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

import torch
from pydantic import Field
from torch import Tensor, nn
from torch.nn import functional

from popgen_core.contracts.sizes import Sizes
from popgen_core.contracts.tensors import Inputs
from popgen_encoders.cnn import Coming, GroupCNN, looked_up

__all__ = ["HearingCNN"]

GLIMPSE = 64  # features of a given frame heard ahead of time


@dataclass
class Hearing:
    """What a stream holds: the convolutions over what was written, and for each matrix over notes that come back or are
    given its table, (group x channel x pitch, made)."""

    tracks: list[Coming]
    tables: dict[str, Tensor]

    def heard(self, name: str, x: Tensor) -> Tensor:
        """Frames x (batch, frame, group, channel, pitch) by a table -> (batch, frame, made)."""
        table = self.tables[name]
        begins = torch.arange(0, x.numel(), len(table), device=x.device)  # (batch x frame,)
        return looked_up(x, table, begins).view(*x.shape[:2], -1)


class HearingCNN(GroupCNN):
    """`cnn.v1`, plus one matrix over the recalled frame, one over the given notes of this frame, and a convolution over
    those of the frames to come. Without the controls `recall` and `given` it is `cnn.v1`."""

    hears: ClassVar[tuple[str, ...]] = ("recall", "given")

    @dataclass(frozen=True)
    class Config(GroupCNN.Config):
        """Sizes of the convolutions, and how far given notes are heard ahead."""

        look: Annotated[int, Field(ge=1, le=96, description="frames that given notes are heard ahead")] = 16

    def __init__(self, config: Config, sizes: Sizes) -> None:
        super().__init__(config, sizes)
        known = {name for name, _ in sizes.controls.parts}
        frame = sizes.roll.cells * len(sizes.roll.channels)
        self.ahead = config.look if "given" in known else 0
        if "recall" in known:
            self.again = nn.Linear(frame, sizes.width, bias=False)
        if "given" in known:
            self.now = nn.Linear(frame, sizes.width, bias=False)
            self.glimpse = nn.Linear(frame, GLIMPSE, bias=False)
            self.soon = nn.Conv1d(GLIMPSE, sizes.width, config.look, bias=False)

    def forward(self, inputs: Inputs) -> Tensor:
        """past, recall (batch, frame, group, channel, pitch), given (batch, frame + ahead, group, channel, pitch),
        controls (batch, frame, feature) -> (batch, frame, width)."""
        return super().forward(inputs) + self.told(inputs)

    def start(self, batch: int) -> Hearing:  # type: ignore[override]
        """What past frames add to coming ones, nothing yet, and tables of what is heard beside them."""
        tables = {
            name: getattr(self, name).weight.detach().T.contiguous()
            for name in ("again", "now", "glimpse")
            if hasattr(self, name)
        }
        return Hearing(super().start(batch), tables)

    def step(self, inputs: Inputs, state: Hearing) -> tuple[Tensor, Hearing]:  # type: ignore[override]
        """One frame of Inputs and the state, which is changed in place -> row (batch, width) and the state."""
        row, _ = super().step(inputs, state.tracks)
        if inputs.recall is not None:
            row = row + state.heard("again", inputs.recall)[:, 0]
        if inputs.given is not None:
            row = row + state.heard("now", inputs.given[:, :1])[:, 0]
            coming = torch.relu(state.heard("glimpse", inputs.given[:, 1:]))  # (batch, ahead, GLIMPSE)
            row = row + functional.linear(coming.transpose(1, 2).flatten(1), self.soon.weight.flatten(1))
        return row, state

    def told(self, inputs: Inputs) -> Tensor:
        """What comes back in each frame, what is given in it, and what will be -> (batch, frame, width)."""
        x = self.mix.weight.new_zeros(())
        if inputs.recall is not None:
            x = x + self.again(inputs.recall.flatten(2))  # (batch, frame, width)   what stood here
        if inputs.given is not None:
            frames = inputs.past.shape[1]
            given = inputs.given.flatten(2)  # (batch, frame + ahead, group x channel x pitch)
            x = x + self.now(given[:, :frames])  # (batch, frame, width)   what is given now
            coming = torch.relu(self.glimpse(given[:, 1:]))  # (batch, frame + ahead - 1, GLIMPSE)
            x = x + self.soon(coming.transpose(1, 2)).transpose(1, 2)  # (batch, frame, width)   and soon
        return x
