"""rotary.v1: the paper's Transformer with rotary positions: a frame knows how long ago another was, not where it stood.

Su et al. 2021 (RoFormer): queries and keys are turned by angles that grow with the frame, so that their product depends
on the distance alone; "one bar ago" is then the same everywhere in a song.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from popgen_core.backbones.transformer import Cache, Layer, Transformer
from popgen_core.contracts.sizes import Sizes
from popgen_core.errors import RecipeError

__all__ = ["Rotary", "turned"]

BASE = 10_000.0  # the slowest pair of features turns once in about 2 pi x BASE frames


def angles(frames: int, size: int) -> Tensor:
    """Angles of frames 0..frames-1 -> (frame, size / 2), the fastest pair one radian a frame."""
    speeds = BASE ** (-torch.arange(0, size, 2) / size)
    return torch.arange(frames)[:, None] * speeds


def turned(x: Tensor, cosine: Tensor, sine: Tensor) -> Tensor:
    """x (batch, frame, part, head, size), each pair (i, i + size / 2) turned by its frame's angle (frame, size / 2)."""
    first, second = x.chunk(2, dim=-1)
    cosine, sine = (values[:, None, None, :].to(x.dtype) for values in (cosine, sine))
    return torch.cat([first * cosine - second * sine, second * cosine + first * sine], dim=-1)


class RotaryLayer(Layer):
    """A layer whose queries and keys are turned; `start` is the position of the first frame that it hears."""

    cosine: Tensor
    sine: Tensor

    def __init__(self, width: int, heads: int, feed_forward: int, dropout: float, window: int) -> None:
        super().__init__(width, heads, feed_forward, dropout)
        turns = angles(window, width // heads)
        self.register_buffer("cosine", turns.cos(), persistent=False)
        self.register_buffer("sine", turns.sin(), persistent=False)
        self.start = 0

    def joined(self, x: Tensor) -> Tensor:
        """x (batch, frame, width) -> query, key and value of every frame (batch, frame, 3, head, width / heads)."""
        made = super().joined(x)
        where = slice(self.start, self.start + x.shape[1])
        places = turned(made[:, :, :2], self.cosine[where], self.sine[where])
        return torch.cat([places, made[:, :, 2:]], dim=2)


class Rotary(Transformer):
    """`transformer.v1` with rotary positions in place of sinusoidal ones."""

    @dataclass(frozen=True)
    class Config(Transformer.Config):
        """Sizes of the stack; width / heads must be even."""

    def __init__(self, config: Config, sizes: Sizes) -> None:
        super().__init__(config, sizes)
        if sizes.width // config.heads % 2:
            raise RecipeError(
                f"width {sizes.width} in {config.heads} heads leaves an odd number of features to turn",
                hint="make the width a multiple of twice the heads",
            )
        self.layers = nn.ModuleList(
            RotaryLayer(sizes.width, config.heads, config.feed_forward, config.dropout, config.window)
            for _ in range(config.layers)
        )
        self.positions.zero_()

    def advance(self, x: Tensor, cache: Cache) -> Tensor:
        """New frames x (batch, frame, width), attending to the cached ones too -> (batch, frame, width)."""
        for layer in self.layers:
            layer.start = cache.length  # type: ignore[assignment]
        try:
            return super().advance(x, cache)
        finally:
            for layer in self.layers:
                layer.start = 0  # type: ignore[assignment]
