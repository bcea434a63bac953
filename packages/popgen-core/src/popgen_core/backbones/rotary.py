"""rotary.v1: the paper's Transformer with rotary positions: a frame knows how long ago another was, not where it stood.

Su et al. 2021 (RoFormer): queries and keys are turned by angles that grow with the frame, so that their product depends
on the distance alone; "one bar ago" is then the same everywhere in a song.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from popgen_core.backbones.stepwise import Floats, StepLayer
from popgen_core.backbones.transformer import Layer, Transformer
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
    """A layer whose queries and keys are turned."""

    cosine: Tensor
    sine: Tensor

    def __init__(self, width: int, heads: int, feed_forward: int, dropout: float, window: int) -> None:
        super().__init__(width, heads, feed_forward, dropout)
        turns = angles(window, width // heads)
        self.register_buffer("cosine", turns.cos(), persistent=False)
        self.register_buffer("sine", turns.sin(), persistent=False)

    def placed(self, joined: Tensor, start: int) -> Tensor:
        """Queries and keys turned as far as their frames stand from the first: joined (batch, frame, 3, head, size)."""
        where = slice(start, start + joined.shape[1])
        places = turned(joined[:, :, :2], self.cosine[where], self.sine[where])
        return torch.cat([places, joined[:, :, 2:]], dim=2)

    def stepwise(self) -> StepLayer:
        """The layer as it is now, for one frame at a time in numpy."""
        return RotaryStep(self)


class RotaryStep(StepLayer):
    """`RotaryLayer` for one frame at a time in numpy."""

    def __init__(self, layer: RotaryLayer) -> None:
        super().__init__(layer)
        self.cosine = layer.cosine.float().numpy()[:, None].copy()  # (frame, 1, size / 2)
        self.sine = torch.stack([-layer.sine, layer.sine], 1).float().numpy().copy()  # (frame, 2, size / 2)

    def placed(self, joined: Floats, position: int) -> Floats:
        """Queries and keys of one frame turned: joined (song, 3, head, size), changed in place."""
        pairs = joined.reshape(*joined.shape[:3], 2, -1)[:, :2]  # (song, 2, head, 2, size / 2)
        beside = pairs[..., ::-1, :] * self.sine[position]  # of each pair the other one
        pairs *= self.cosine[position]
        pairs += beside
        return joined


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
