"""A sound backbone, which listens to a few frames."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated, Any

import torch
from pydantic import Field
from torch import Tensor, nn

from popgen_core.contracts.sizes import Sizes


class Sound(nn.Module):
    """One head of attention, with learnt positions; a stream goes through all of its cache anew for each frame."""

    @dataclass(frozen=True)
    class Config:
        window: Annotated[int, Field(ge=2, description="frames that are listened to")] = 24
        keep: Annotated[int, Field(ge=1, description="newest frames kept when the cache is full")] = 16

    def __init__(self, config: Config, sizes: Sizes) -> None:
        super().__init__()
        self.window: Any = config.window
        self.keep: Any = config.keep
        self.width = sizes.width
        self.joined = nn.Linear(sizes.width, 3 * sizes.width)
        self.positions = nn.Parameter(torch.zeros(config.window, sizes.width))
        self.dropout = nn.Dropout(0.1)

    def forward(self, x: Tensor) -> Tensor:
        value = self.joined(self.placed(x)).chunk(3, dim=-1)[2]
        return self.dropout(x + self.weights(x) @ value)

    def placed(self, x: Tensor) -> Tensor:
        return x + self.positions[: x.shape[1]]

    def weights(self, x: Tensor) -> Tensor:
        """x (batch, frame, width) -> (batch, frame, frame)."""
        query, key, _ = self.joined(self.placed(x)).chunk(3, dim=-1)
        logits = query @ key.transpose(1, 2) / math.sqrt(self.width)
        return logits.masked_fill(self.hidden(x), -torch.inf).softmax(-1)

    def hidden(self, x: Tensor) -> Tensor:
        """(frame, frame), True for what is later."""
        return torch.ones(x.shape[1], x.shape[1], dtype=torch.bool, device=x.device).triu(1)

    def start(self, batch: int) -> Any:
        return self.joined.weight.new_zeros(batch, 0, self.width)

    def step(self, x: Tensor, cache: Any) -> tuple[Tensor, Any]:
        kept = cache[:, -self.keep :] if cache.shape[1] == self.window else cache
        heard = torch.cat([kept, x[:, None]], dim=1)
        return self.forward(heard)[:, -1], heard

    def attention(self, x: Tensor) -> Any:
        return self.weights(x)[None, :, None]
