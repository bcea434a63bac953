"""transformer.v1: the paper's causal Transformer (section 2.2): 6 layers, 8 heads, sinusoidal positions."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated

import torch
from pydantic import Field
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.checkpoint import checkpoint

from popgen_core.backbones.attention import attend, causal_attention
from popgen_core.backbones.blas import may_be_numpy, numpy_on_one_thread
from popgen_core.backbones.dropout import Dropout
from popgen_core.backbones.stepwise import StepLayer
from popgen_core.contracts.sizes import Sizes
from popgen_core.errors import RecipeError

__all__ = ["Cache", "Layer", "Transformer"]

PACE = 16  # frames between two parts of a cache that is prepared ahead: few enough that no part takes long


def sinusoids(frames: int, width: int) -> Tensor:
    """Positions 0..frames-1 as sines and cosines -> (frame, width) (Vaswani et al. 2017, section 3.5)."""
    angles = torch.arange(frames)[:, None] * torch.exp(torch.arange(0, width, 2) * (-math.log(10_000.0) / width))
    waves = torch.zeros(frames, width)
    waves[:, 0::2] = angles.sin()
    waves[:, 1::2] = angles.cos()[:, : width // 2]
    return waves


class Layer(nn.Module):
    """Attention to earlier frames, then two linear layers; each added to what came in, normalised beforehand."""

    def __init__(self, width: int, heads: int, feed_forward: int, dropout: float) -> None:
        super().__init__()
        self.heads = heads
        self.before_attention = nn.LayerNorm(width)
        self.query_key_value = nn.Linear(width, 3 * width)
        self.attended = nn.Linear(width, width)
        self.before_thought = nn.LayerNorm(width)
        self.widen = nn.Linear(width, feed_forward)
        self.narrow = nn.Linear(feed_forward, width)
        self.dropout = Dropout(dropout)

    def forward(self, x: Tensor) -> Tensor:
        """x (batch, frame, width) -> the same shape; frame t attends to frames up to t."""
        return self.finish(x, causal_attention(self.joined(x)))

    def joined(self, x: Tensor, start: int = 0) -> Tensor:
        """x (batch, frame, width), frames from position `start` on -> query, key and value of every frame (batch,
        frame, 3, head, width / heads)."""
        made: Tensor = self.query_key_value(self.before_attention(x))
        return self.placed(made.view(*x.shape[:2], 3, self.heads, -1), start)

    def placed(self, joined: Tensor, start: int) -> Tensor:
        """Queries, keys and values (batch, frame, 3, head, size) told where they stand; here x says it already."""
        return joined

    def split(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """x (batch, frame, width) -> query, key, value (batch, head, frame, width / heads)."""
        query, key, value = self.joined(x).permute(2, 0, 3, 1, 4)
        return query, key, value

    def finish(self, x: Tensor, heard: Tensor) -> Tensor:
        """Add what was heard (batch, frame, head, width / heads), then a thought about it -> (batch, frame, width)."""
        x = x + self.dropout(self.attended(heard.flatten(2)))
        thought: Tensor = self.narrow(self.dropout(functional.relu(self.widen(self.before_thought(x)))))
        y: Tensor = x + self.dropout(thought)
        return y

    def follow(self, x: Tensor, keys: Tensor, values: Tensor) -> Tensor:
        """`forward` for frames x (batch, frame, width) after earlier ones, of which keys (batch, head, size, earlier +
        frame) and values (batch, head, earlier + frame, size) are given, with room for those of x."""
        new = x.shape[1]
        query, key, value = self.joined(x, keys.shape[-1] - new).permute(2, 0, 3, 1, 4)  # (batch, head, frame, size)
        keys[..., -new:] = key.transpose(-1, -2)
        values[..., -new:, :] = value
        return self.finish(x, attend(query, keys, values).transpose(1, 2))

    def stepwise(self) -> StepLayer:
        """The layer as it is now, for one frame at a time in numpy."""
        return StepLayer(self)

    def weights(self, x: Tensor) -> Tensor:
        """x (batch, frame, width) -> attention weights (batch, head, frame, frame)."""
        query, key, _ = self.split(x)
        logits = query @ key.transpose(-1, -2) / math.sqrt(query.shape[-1])
        later = torch.ones(logits.shape[-2:], dtype=torch.bool, device=x.device).triu(1)
        return logits.masked_fill(later, -torch.inf).softmax(-1)


@dataclass
class Memory:
    """Keys (layer, batch, head, width / heads, frame) and values (layer, batch, head, frame, width / heads) of the
    frames that are listened to; the first `length` frames of each are filled."""

    keys: Tensor
    values: Tensor
    length: int = 0


@dataclass
class Cache:
    """What a stream remembers: the inputs since its first kept frame (batch, frame, width), what is listened to now,
    and what will be once that is full: made little by little beforehand, so that no frame takes long.

    `layers`: as they are for one frame in numpy; none where numpy cannot be them.
    """

    inputs: Tensor
    now: Memory
    later: Memory
    layers: list[StepLayer]


class Transformer(nn.Module):
    """Causal Transformer layers over frames with sinusoidal positions counted from the window's start.

    The paper does not say where its layers normalise; ours do so before each part, which trains without warm-up.
    """

    @dataclass(frozen=True)
    class Config:
        """Sizes of the stack; defaults are the paper's."""

        layers: Annotated[int, Field(ge=1, le=64, description="number of layers")] = 6
        heads: Annotated[int, Field(ge=1, le=64, description="attention heads a layer; must divide the width")] = 8
        feed_forward: Annotated[int, Field(ge=1, description="width inside a layer's linear pair")] = 1024
        dropout: Annotated[float, Field(ge=0, lt=1, description="share of values dropped in training")] = 0.1
        window: Annotated[int, Field(ge=2, description="frames that can be attended to")] = 512
        keep: Annotated[int, Field(ge=1, description="newest frames kept when a stream's cache is full")] = 384
        recompute: Annotated[
            bool, Field(description="keep each layer's input alone in training and compute the rest again: less memory")
        ] = False

    def __init__(self, config: Config, sizes: Sizes) -> None:
        super().__init__()
        if sizes.width % config.heads:
            raise RecipeError(f"width {sizes.width} cannot be shared by {config.heads} heads", hint="use a multiple")
        if config.keep >= config.window:
            raise RecipeError(f"backbone.keep {config.keep} must be less than backbone.window {config.window}")
        self.config, self.width, self.window = config, sizes.width, config.window
        self.layers = nn.ModuleList(
            Layer(sizes.width, config.heads, config.feed_forward, config.dropout) for _ in range(config.layers)
        )
        self.last_norm = nn.LayerNorm(sizes.width)
        self.dropout = Dropout(config.dropout)
        self.register_buffer("positions", sinusoids(config.window, sizes.width), persistent=False)
        self.positions: Tensor

    def forward(self, x: Tensor) -> Tensor:
        """x (batch, frame, width) -> (batch, frame, width)."""
        x = self.dropout(x + self.positions[: x.shape[1]])
        for layer in self.layers:
            x = checkpoint(layer, x, use_reentrant=False) if self.config.recompute and self.training else layer(x)
        return self.last_norm(x)  # type: ignore[no-any-return]

    def start(self, batch: int) -> Cache:
        """An empty cache for a stream of `batch` songs."""
        weight, size = self.last_norm.weight, self.width // self.config.heads
        shape = (len(self.layers), batch, self.config.heads)
        now, later = (
            Memory(weight.new_zeros(*shape, size, self.window), weight.new_zeros(*shape, self.window, size))
            for _ in range(2)
        )
        layers = [layer.stepwise() for layer in self.layers] if may_be_numpy(weight) else []  # type: ignore[operator]
        return Cache(weight.new_zeros(batch, self.window, self.width), now, later, layers)

    @torch.no_grad()
    def step(self, x: Tensor, cache: Cache) -> tuple[Tensor, Cache]:
        """One frame x (batch, width) and the cache, which is changed in place -> (batch, width) and the cache."""
        if cache.now.length == self.window:
            self.turn_over(cache)
        cache.inputs[:, cache.now.length] = x
        y = self.advance_stepwise(x, cache) if cache.layers else self.advance(x[:, None], cache.now)[:, 0]
        if cache.now.length % PACE == 0:
            self.prepare(cache, cache.later.length + math.ceil(self.config.keep * PACE / self.dropped))
        return y, cache

    @property
    def keep(self) -> int:
        """Newest frames that a full cache goes on from."""
        return self.config.keep

    @property
    def dropped(self) -> int:
        """Frames that a full cache forgets."""
        return self.window - self.config.keep

    def turn_over(self, cache: Cache) -> None:
        """Forget all but the newest `keep` inputs: their keys and values anew, from position 0, take over."""
        self.prepare(cache, self.config.keep)
        cache.inputs[:, : self.config.keep] = cache.inputs[:, self.dropped :].clone()
        cache.now, cache.later = cache.later, cache.now
        cache.later.length = 0

    def prepare(self, cache: Cache, frames: int) -> None:
        """Have as many frames of the later memory ready, or all whose inputs are known yet."""
        ready, known = cache.later.length, cache.now.length - self.dropped
        if ready < min(frames, known):
            self.advance(cache.inputs[:, self.dropped :][:, ready : min(frames, known)], cache.later)

    def advance(self, x: Tensor, memory: Memory) -> Tensor:
        """New frames x (batch, frame, width), listening to those in memory too, which they join -> the same shape."""
        start, memory.length = memory.length, memory.length + x.shape[1]
        x = x + self.positions[start : memory.length]
        for layer, keys, values in zip(self.layers, memory.keys, memory.values, strict=True):
            x = layer.follow(x, keys[..., : memory.length], values[..., : memory.length, :])  # type: ignore[operator]
        return self.last_norm(x)  # type: ignore[no-any-return]

    def advance_stepwise(self, x: Tensor, cache: Cache) -> Tensor:
        """`advance` of what is listened to now, for one frame x (batch, width) -> the same shape."""
        memory = cache.now
        start, memory.length = memory.length, memory.length + 1
        y = (x + self.positions[start]).numpy()
        with numpy_on_one_thread():
            for layer, keys, values in zip(cache.layers, memory.keys.numpy(), memory.values.numpy(), strict=True):
                y = layer.follow(y, keys[..., : memory.length], values[..., : memory.length, :])
        return self.last_norm(torch.from_numpy(y))  # type: ignore[no-any-return]

    def attention(self, x: Tensor) -> Tensor:
        """x (batch, frame, width) -> weights (layer, batch, head, frame, frame); rows sum to 1."""
        x = x + self.positions[: x.shape[1]]
        seen = []
        for layer in self.layers:
            seen.append(layer.weights(x))  # type: ignore[operator]
            x = layer(x)
        return torch.stack(seen)
