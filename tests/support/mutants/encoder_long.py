"""Encoders whose faults show in long windows or in batches of some sizes alone, or that leave traces."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

from mutants.encoder_sound import Sound
from popgen_core.contracts.sizes import Sizes
from popgen_core.contracts.tensors import Inputs


class LeaksAtEveryChunk(Sound):
    """Row 31 of every 32 hears the frame after it."""

    def forward(self, inputs: Inputs) -> Tensor:
        x, later = super().forward(inputs), inputs.past.flatten(2).sum(-1, keepdim=True)
        return x + torch.cat([later[:, 1:], 0 * later[:, :1]], dim=1) * _chunk_ends(x)


class LeaksInLongWindows(Sound):
    def forward(self, inputs: Inputs) -> Tensor:
        x, later = super().forward(inputs), inputs.past.flatten(2).sum(-1, keepdim=True).roll(-1, 1)
        return x + later if x.shape[1] > 40 else x


class ForgetsAfter300Frames(Sound):
    def start(self, batch: int) -> Any:
        return super().start(batch), 0

    def step(self, inputs: Inputs, state: Any) -> tuple[Tensor, Any]:
        row, near = super().step(inputs, state[0])
        return row, (near if (state[1] + 1) % 300 else 0 * near, state[1] + 1)


class LargeBatchesMix(Sound):
    def forward(self, inputs: Inputs) -> Tensor:
        x = super().forward(inputs)
        return x + x.roll(1, 0) if len(x) > 3 else x


class StreamedPairsMix(Sound):
    def step(self, inputs: Inputs, state: Any) -> tuple[Tensor, Any]:
        row, state = super().step(inputs, state)
        return (row + row.mean(0) if len(row) == 2 else row), state


class Reseeds(Sound):
    def forward(self, inputs: Inputs) -> Tensor:
        torch.manual_seed(0)
        return super().forward(inputs)


class StepSeedsNumpy(Sound):
    def step(self, inputs: Inputs, state: Any) -> tuple[Tensor, Any]:
        np.random.seed(1)
        return super().step(inputs, state)


class Says(Sound):
    def forward(self, inputs: Inputs) -> Tensor:
        print(inputs.past.shape)
        return super().forward(inputs)


class LosesItsWeightsInAPickle(Sound):
    def __init__(self, config: Any, sizes: Sizes) -> None:
        super().__init__(config, sizes)
        self.made_of = config, sizes

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), self.made_of


def _chunk_ends(x: Tensor) -> Tensor:
    return (torch.arange(x.shape[1]) % 32 == 31).float()[:, None]  # (frame, 1)
