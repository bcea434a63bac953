"""gru.v1: gated recurrent layers, which hold all that they heard in one state of constant size."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from popgen_core.contracts.sizes import Sizes
from pydantic import Field
from torch import Tensor, nn

__all__ = ["Recurrent"]


class Recurrent(nn.Module):
    """Gated recurrent units (Cho et al. 2014) over frames, added to what came in.

    A stream forgets nothing by rule (the contract's `keep` is absent): its state has heard every frame since the first,
    and a frame costs the same however long the song is.
    """

    @dataclass(frozen=True)
    class Config:
        """Sizes of the stack, and the longest window that it is trained on."""

        layers: Annotated[int, Field(ge=1, le=16, description="recurrent layers one above another")] = 2
        dropout: Annotated[float, Field(ge=0, lt=1, description="share of values dropped in training")] = 0.1
        window: Annotated[int, Field(ge=2, description="frames of a training window at most")] = 512

    def __init__(self, config: Config, sizes: Sizes) -> None:
        super().__init__()
        self.window = config.window
        self.before = nn.LayerNorm(sizes.width)
        self.memory = nn.GRU(sizes.width, sizes.width, config.layers, batch_first=True)
        self.dropout = nn.Dropout(config.dropout)
        self.after = nn.LayerNorm(sizes.width)

    def forward(self, x: Tensor) -> Tensor:
        """x (batch, frame, width) -> (batch, frame, width)."""
        return self.advance(x, self.start(len(x)))[0]

    def start(self, batch: int) -> Tensor:
        """What is remembered before the first frame: nothing -> (layer, batch, width)."""
        return self.after.weight.new_zeros(self.memory.num_layers, batch, self.memory.hidden_size)

    def step(self, x: Tensor, cache: Tensor) -> tuple[Tensor, Tensor]:
        """One frame x (batch, width) and what is remembered -> (batch, width) and what is remembered then."""
        y, cache = self.advance(x[:, None], cache)
        return y[:, 0], cache

    def advance(self, x: Tensor, memory: Tensor) -> tuple[Tensor, Tensor]:
        """Frames x (batch, frame, width) after what is remembered (layer, batch, width) -> both, as they are then."""
        heard, memory = self.memory(self.before(x), memory)  # (batch, frame, width)   what came before
        return self.after(x + self.dropout(heard)), memory

    def attention(self, x: Tensor) -> None:
        """None: there is no attention."""
