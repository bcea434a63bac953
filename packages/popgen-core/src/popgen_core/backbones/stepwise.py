"""One frame at a time through a Transformer's layers in numpy: the same sums, up to rounding, in half of the time.

A frame of a few songs is so little work that calling PyTorch's functions costs as much as what they do, and numpy's
OpenBLAS multiplies few rows by a matrix faster than PyTorch's MKL, one row up to three times (2026-11-23, AMD EPYC,
one thread).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

if TYPE_CHECKING:
    from popgen_core.backbones.transformer import Layer

__all__ = ["Floats", "StepLayer"]

Floats = NDArray[np.float32]


class StepLayer:
    """A layer with the weights that it has now, inputs first, as numpy multiplies a row by them the fastest.

    The scale and shift of a norm are folded into the linear layer behind it, that of the logits into the queries.
    """

    def __init__(self, layer: Layer) -> None:
        self.heads, width = layer.heads, layer.attended.in_features
        self.joined, self.joined_bias = folded(layer.query_key_value, layer.before_attention)
        self.joined[:, :width] /= math.sqrt(width / self.heads)
        self.joined_bias[:width] /= math.sqrt(width / self.heads)
        self.attended, self.attended_bias = folded(layer.attended)
        self.widen, self.widen_bias = folded(layer.widen, layer.before_thought)
        self.narrow, self.narrow_bias = folded(layer.narrow)
        self.before_attention, self.before_thought = layer.before_attention.eps, layer.before_thought.eps

    def placed(self, joined: Floats, position: int) -> Floats:
        """`Layer.placed` of one frame: joined (song, 3, head, size) -> the same shape."""
        return joined

    def follow(self, x: Floats, keys: Floats, values: Floats) -> Floats:
        """`Layer.follow` of one frame: x (song, width), keys (song, head, size, earlier + 1), values (song, head,
        earlier + 1, size) -> (song, width)."""
        joined = rows_by(levelled(x, self.before_attention), self.joined, self.joined_bias)
        placed = self.placed(joined.reshape(len(x), 3, self.heads, -1), keys.shape[-1] - 1)
        keys[..., -1], values[..., -1, :] = placed[:, 1], placed[:, 2]  # (song, head, size) each
        weights: Floats = np.matmul(placed[:, 0, :, None], keys)  # (song, head, 1, earlier + 1)
        weights -= np.maximum.reduce(weights, -1, keepdims=True)
        np.exp(weights, out=weights)
        heard: Floats = np.matmul(weights, values)  # (song, head, 1, size)
        heard /= np.add.reduce(weights, -1, keepdims=True)
        x = x + rows_by(heard.reshape(len(x), -1), self.attended, self.attended_bias)
        thought = rows_by(levelled(x, self.before_thought), self.widen, self.widen_bias)
        return x + rows_by(np.maximum(thought, 0, out=thought), self.narrow, self.narrow_bias)


def rows_by(x: Floats, weight: Floats, bias: Floats) -> Floats:
    """x (song, taken), weight (taken, made), bias (made,) -> (song, made)."""
    made: Floats = np.dot(x, weight)
    made += bias
    return made


def levelled(x: Floats, least: float) -> Floats:
    """x (song, width), each row moved to mean 0 and scaled to variance 1; `least` is added to the variance."""
    size = np.float32(x.shape[1])
    level: Any = x - np.add.reduce(x, 1, keepdims=True) / size
    variance = np.add.reduce(level * level, 1, keepdims=True) / size  # (song, 1)
    level /= np.sqrt(variance + np.float32(least))
    return level  # type: ignore[no-any-return]


@torch.no_grad()
def folded(linear: nn.Linear, norm: nn.LayerNorm | None = None) -> tuple[Any, Any]:
    """A linear layer's weight (taken, made) and bias (made,), with the scale and shift of a norm before it."""
    weight, bias = linear.weight.detach(), linear.bias.detach()
    if norm is not None:
        weight, bias = weight * norm.weight, bias + weight @ norm.bias
    return np.ascontiguousarray(weight.T.numpy()).copy(), bias.numpy().copy()
