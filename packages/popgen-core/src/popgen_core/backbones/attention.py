"""Each frame listens to the frames before it: causal attention, on a processor in blocks that fit its cache."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable
from torch.nn import functional

__all__ = ["blockwise_attention", "causal_attention"]

# The fastest of 64, 128, 256 frames by 4, 8, 16, 64 heads on two cores with 1 MB of cache each (2026-11-22).
BLOCK_FRAMES = 128
BLOCK_HEADS = 16


def causal_attention(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    """softmax(query key^T / sqrt(size)) value over frames up to one's own; all (batch, head, frame, size).

    In bfloat16 on a CPU by `blockwise_attention`, elsewhere by PyTorch's own, which is as fast there.
    """
    if query.device.type == "cpu" and query.dtype == torch.bfloat16:
        return blockwise_attention(query, key, value)
    return functional.scaled_dot_product_attention(query, key, value, is_causal=True)


def blockwise_attention(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    """Causal attention by matrix products of one block of queries with the keys before them.

    query, key, value (batch, head, frame, size), one dtype -> (batch, head, frame, size). Logits and weights are
    rounded to that dtype; sums are float32. Memory grows with the frames, not their square: like FlashAttention
    (Dao et al. 2022), backward computes the weights anew from the logarithm of each row's sum.
    """
    return Blockwise.apply(query, key, value)  # type: ignore[no-any-return, no-untyped-call]


class Blockwise(torch.autograd.Function):
    """Forward and backward of causal attention; below, a "voice" is one head of one song of the batch."""

    @staticmethod
    def forward(ctx: Any, query: Tensor, key: Tensor, value: Tensor) -> Tensor:
        """query, key, value (batch, head, frame, size) -> (batch, head, frame, size)."""
        shape, size = query.shape, query.shape[-1]
        query = widened(query / math.sqrt(size), 0)  # (voice, frame, size + 2)
        key, value = widened(key, 1), widened(value, 1)
        heard = value.new_empty(*value.shape[:2], size)
        sums = torch.empty(value.shape[:2])  # (voice, frame)   the logarithm of what each row's weights add up to
        space, later = workspace(query), later_frames(query)
        for voices, rows, past in blocks(query):
            weights = logits(query[voices, rows], key[voices, past], later, space)  # (voice, row, past)
            top = weights.amax(-1, keepdim=True)
            weights.sub_(top).exp_()
            total = weights.sum(-1, keepdim=True, dtype=torch.float32)
            heard[voices, rows] = torch.bmm(weights, value[voices, past, :size]) / total
            sums[voices, rows] = (total.log_() + top)[..., 0]
        append(query, -sums)
        ctx.save_for_backward(query, key, value, heard)
        return heard.view(shape)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, slope: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Gradient of what was heard -> gradients of query, key, value, all (batch, head, frame, size)."""
        query, key, value, heard = ctx.saved_tensors
        shape, size = slope.shape, slope.shape[-1]
        slope = widened(slope.to(query.dtype), 0)  # (voice, frame, size + 2)
        append(slope, -(slope[..., :size] * heard).sum(-1, dtype=torch.float32))
        to_query = torch.empty_like(heard)
        to_key, to_value = (torch.zeros(heard.shape) for _ in range(2))  # float32: several blocks add up
        space, other, later = workspace(query), workspace(query), later_frames(query)
        for voices, rows, past in blocks(query):
            weights = logits(query[voices, rows], key[voices, past], later, space).exp_()  # (voice, row, past)
            pull = product(slope[voices, rows], value[voices, past], other).mul_(weights)  # gradient of the logits
            to_value[voices, past] += torch.bmm(weights.transpose(1, 2), slope[voices, rows, :size])
            to_key[voices, past] += torch.bmm(pull.transpose(1, 2), query[voices, rows, :size])
            to_query[voices, rows] = torch.bmm(pull, key[voices, past, :size])
        to_query = to_query / math.sqrt(size)
        return to_query.view(shape), to_key.to(query.dtype).view(shape), to_value.to(query.dtype).view(shape)


def widened(x: Tensor, filling: float) -> Tensor:
    """x (batch, head, frame, size) -> (voice, frame, size + 2): two columns for `append`, or ones to meet them."""
    wide = x.new_full((*x.shape[:3], x.shape[3] + 2), filling)
    wide[..., :-2] = x
    return wide.flatten(0, 1)


def append(x: Tensor, row_values: Tensor) -> None:
    """Make products of x (voice, frame, size + 2) with a tensor that ends in ones greater by these (voice, frame).

    One matrix product thus does a subtraction too; two columns, as bfloat16 holds such a sum only in two parts.
    """
    x[..., -2] = row_values
    x[..., -1] = row_values - x[..., -2]


def blocks(x: Tensor) -> Iterator[tuple[slice, slice, slice]]:
    """Voices, frames of a block, and frames up to its end, until all of x (voice, frame, ...) is covered."""
    voices, frames = x.shape[:2]
    for voice in range(0, voices, BLOCK_HEADS):
        for start in range(0, frames, BLOCK_FRAMES):
            stop = min(start + BLOCK_FRAMES, frames)
            yield slice(voice, min(voice + BLOCK_HEADS, voices)), slice(start, stop), slice(0, stop)


def workspace(x: Tensor) -> Tensor:
    """Room for one block's logits of x (voice, frame, ...), used again by every block so that it stays in cache."""
    return x.new_empty(min(x.shape[0], BLOCK_HEADS) * min(x.shape[1], BLOCK_FRAMES) * x.shape[1])


def later_frames(x: Tensor) -> Tensor:
    """What is added to the logits of a block with itself -> (row, row): 0, and minus infinity for later frames."""
    rows = min(x.shape[1], BLOCK_FRAMES)
    return x.new_full((rows, rows), -math.inf).triu(1)


def logits(query: Tensor, key: Tensor, later: Tensor, space: Tensor) -> Tensor:
    """query (voice, row, size + 2), key (voice, past, size + 2) -> (voice, row, past) in `space`, later ones -inf."""
    rows = query.shape[1]
    found = product(query, key, space)
    found[..., -rows:] += later[:rows, :rows]
    return found


def product(left: Tensor, right: Tensor, space: Tensor) -> Tensor:
    """left (voice, row, size), right (voice, past, size) -> their products (voice, row, past), kept in `space`."""
    shape = (left.shape[0], left.shape[1], right.shape[1])
    return torch.bmm(left, right.transpose(1, 2), out=space[: math.prod(shape)].view(shape))
