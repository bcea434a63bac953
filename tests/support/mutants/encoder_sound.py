"""A sound encoder, which hears everything."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

import torch
from pydantic import Field
from torch import Tensor, nn

from popgen_core.contracts.sizes import Sizes
from popgen_core.contracts.tensors import Inputs


class Sound(nn.Module):
    """The last frames side by side through one matrix; through others what comes back and what is given."""

    hears: Any = ("recall", "given")

    @dataclass(frozen=True)
    class Config:
        reach: Annotated[int, Field(ge=0, description="frames heard before the last one")] = 3

    def __init__(self, config: Config, sizes: Sizes) -> None:
        super().__init__()
        known = {name for name, _ in sizes.controls.parts}
        self.cells = sizes.roll.cells * len(sizes.roll.channels)
        self.context: Any = config.reach
        self.reach, self.ahead = config.reach, 2 if "given" in known else 0
        self.notes = nn.Linear((config.reach + 1) * self.cells, sizes.width)
        self.place = nn.Linear(sizes.controls.width, sizes.width)
        self.dropout = nn.Dropout(0.1)
        if "recall" in known:
            self.again = nn.Linear(self.cells, sizes.width, bias=False)
        if "given" in known:
            self.now = nn.Linear(self.cells, sizes.width, bias=False)
            self.soon = nn.Linear(self.cells, sizes.width, bias=False)

    def forward(self, inputs: Inputs) -> Tensor:
        past = inputs.past.flatten(2)  # (batch, frame, cell)
        silence = past.new_zeros(len(past), self.reach, self.cells)
        return self.rows(torch.cat([silence, past], dim=1), inputs)

    def rows(self, past: Tensor, inputs: Inputs) -> Tensor:
        """past (batch, reach + frame, cell) and the other inputs -> (batch, frame, width)."""
        frames = inputs.past.shape[1]
        near = torch.cat([past[:, back : back + frames] for back in range(self.reach + 1)], dim=2)
        x: Tensor = torch.relu(self.notes(near)) + self.place(inputs.controls)
        if inputs.recall is not None:
            x = x + self.again(inputs.recall.flatten(2))
        if inputs.given is not None:
            given = inputs.given.flatten(2)
            x = x + self.now(given[:, :frames]) + self.soon(given[:, self.ahead : self.ahead + frames])
        return self.dropout(x)

    def start(self, batch: int) -> Any:
        return self.notes.weight.new_zeros(batch, self.reach, self.cells)

    def step(self, inputs: Inputs, state: Any) -> tuple[Tensor, Any]:
        past = torch.cat([state, inputs.past.flatten(2)], dim=1)
        return self.rows(past, inputs)[:, 0], past[:, 1:].clone()
