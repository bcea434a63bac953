"""Each frame listens to the frames before it: causal attention, on a processor in blocks that fit its cache."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable
from torch.nn import functional

__all__ = ["attend", "blockwise_attention", "causal_attention"]

# The fastest of 64, 128, 256 frames by 4, 8, 16, 32 heads on a core with 1 MB of cache (2026-11-22).
BLOCK_FRAMES = 128
BLOCK_HEADS = 32
FAINT, LOUD = 1e-26, 1e26  # a row's sum of exponentials between these is far from what bfloat16 cannot hold


def causal_attention(joined: Tensor) -> Tensor:
    """softmax(query key^T / sqrt(size)) value over frames up to one's own.

    joined (batch, frame, 3, head, size), the query, key and value of every frame -> (batch, frame, head, size). In
    bfloat16 on a CPU by `blockwise_attention`, elsewhere by PyTorch's own, which is as fast there.
    """
    if joined.device.type == "cpu" and joined.dtype == torch.bfloat16:
        return blockwise_attention(joined)
    query, key, value = joined.permute(2, 0, 3, 1, 4)  # (batch, head, frame, size)
    return functional.scaled_dot_product_attention(query, key, value, is_causal=True).transpose(1, 2)


def attend(query: Tensor, keys: Tensor, values: Tensor) -> Tensor:
    """The newest frames of a stream listen to all before them and to themselves: query (batch, head, frame, size), keys
    (batch, head, size, earlier + frame), values (batch, head, earlier + frame, size) -> as query."""
    new = query.shape[-2]
    logits = (query / math.sqrt(query.shape[-1])) @ keys  # (batch, head, frame, earlier + frame)
    if new > 1:
        logits[..., -new:] += logits.new_full((new, new), -math.inf).triu_(1)
    return logits.softmax(-1) @ values


def blockwise_attention(joined: Tensor) -> Tensor:
    """Causal attention by matrix products of one block of queries with the keys before them.

    joined (batch, frame, 3, head, size) -> (batch, frame, head, size). Logits, weights and each row's sum are rounded
    to the dtype of `joined`. Memory grows with the frames, not their square: like FlashAttention (Dao et al. 2022),
    backward computes the weights anew from the logarithm of each row's sum.
    """
    return Blockwise.apply(joined)  # type: ignore[no-any-return, no-untyped-call]


class Blockwise(torch.autograd.Function):
    """Forward and backward of causal attention; below, a "voice" is one head of one song of the batch."""

    @staticmethod
    def forward(ctx: Any, joined: Tensor) -> Tensor:
        """joined (batch, frame, 3, head, size) -> (batch, frame, head, size)."""
        heard = torch.empty_like(joined[:, :, 0])
        sums = heard.new_empty(heard.transpose(1, 2).shape[:3], dtype=torch.float32)  # (batch, head, frame)
        space, some = workspace(joined), songs_at_once(joined)
        for part, made, logarithms in zip(*(torch.split(x, some) for x in (joined, heard, sums)), strict=True):
            query, key, value = (voices(x) for x in part.unbind(2))  # (voice, frame, size) each
            query /= math.sqrt(query.shape[-1])
            mixed, totals = torch.empty_like(value), logarithms.flatten(0, 1)[..., None]
            for rows, past in blocks_and_earlier(query):
                weights, total, top = weighed(query[:, rows], key[:, past], space)  # (voice, row, past or 1)
                mixed[:, rows] = torch.bmm(weights, value[:, past]) / total
                totals[:, rows] = total.float().log_() + top
            made.copy_(songs(mixed, made.shape))
        ctx.save_for_backward(joined, heard, sums)
        return heard

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, slope: Tensor) -> Tensor:
        """Gradient of what was heard (batch, frame, head, size) -> gradient of joined (batch, frame, 3, head, size)."""
        joined, heard, sums = ctx.saved_tensors
        to_joined, size = torch.empty_like(joined), joined.shape[-1]
        drawn = (slope * heard).sum(-1, dtype=torch.float32).transpose(1, 2)  # (batch, head, frame)
        space, other, some = workspace(joined), workspace(joined), songs_at_once(joined)
        givens = (torch.split(x, some) for x in (joined, slope.to(joined.dtype), sums, drawn, to_joined))
        for part, part_slope, logarithms, part_drawn, to_part in zip(*givens, strict=True):
            query, key, value = part.unbind(2)
            query = widened(query / math.sqrt(size), -logarithms)  # (voice, frame, size + 2)
            key, value, pull = widened(key), widened(value), widened(part_slope, -part_drawn)
            to_key, to_value = torch.empty_like(key[..., :-2]), torch.empty_like(key[..., :-2])
            to_query = torch.zeros_like(to_key, dtype=torch.float32)  # blocks add up
            for past, rows in blocks_and_later(key):
                weights = product(query[:, rows], key[:, past], space).exp_()  # (voice, row, past)
                weights[:, : weights.shape[2]].tril_()  # no row hears frames later than its own
                to_logits = product(pull[:, rows], value[:, past], other).mul_(weights)
                to_value[:, past] = torch.bmm(weights.transpose(1, 2), pull[:, rows, :-2])
                to_key[:, past] = torch.bmm(to_logits.transpose(1, 2), query[:, rows, :-2])
                to_query[:, rows] += torch.bmm(to_logits, key[:, past, :-2])
            for number, found in enumerate((to_query.div_(math.sqrt(size)), to_key, to_value)):
                to_part[:, :, number] = songs(found, part_slope.shape)
        return to_joined


def voices(x: Tensor) -> Tensor:
    """x (song, frame, head, size) -> a copy of it, (voice, frame, size)."""
    return x.transpose(1, 2).clone(memory_format=torch.contiguous_format).flatten(0, 1)


def songs(x: Tensor, shape: torch.Size) -> Tensor:
    """x (voice, frame, size) -> the same values as (song, frame, head, size), which is `shape`."""
    return x.view(shape[0], shape[2], shape[1], shape[3]).transpose(1, 2)


def widened(x: Tensor, summand: Tensor | None = None) -> Tensor:
    """x (song, frame, head, size) -> (voice, frame, size + 2): two columns more, whose products with ones are summands.

    One matrix product thus does an addition too: summand (song, head, frame) in two parts, as bfloat16 holds such a
    sum only in two; without one, the ones.
    """
    song, frame, head, size = x.shape
    wide = x.new_ones(song, head, frame, size + 2)
    wide[..., :-2] = x.transpose(1, 2)
    if summand is not None:
        wide[..., -2] = summand
        wide[..., -1] = summand - wide[..., -2]
    return wide.flatten(0, 1)


def songs_at_once(joined: Tensor) -> int:
    """How many songs of joined (batch, frame, 3, head, size) are taken together."""
    return max(1, BLOCK_HEADS // joined.shape[3])


def blocks_and_earlier(x: Tensor) -> Iterator[tuple[slice, slice]]:
    """Frames of a block, and all frames up to its end, until x (voice, frame, size) is covered."""
    for start in range(0, x.shape[1], BLOCK_FRAMES):
        stop = min(start + BLOCK_FRAMES, x.shape[1])
        yield slice(start, stop), slice(0, stop)


def blocks_and_later(x: Tensor) -> Iterator[tuple[slice, slice]]:
    """Frames of a block, and all frames from its beginning, until x (voice, frame, size) is covered."""
    for start in range(0, x.shape[1], BLOCK_FRAMES):
        yield slice(start, min(start + BLOCK_FRAMES, x.shape[1])), slice(start, x.shape[1])


def workspace(joined: Tensor) -> Tensor:
    """Room for one block's logits of joined (batch, frame, 3, head, size), used again by every block."""
    frames, heads = joined.shape[1], joined.shape[3]
    return joined.new_empty(songs_at_once(joined) * heads * min(frames, BLOCK_FRAMES) * frames)


def product(left: Tensor, right: Tensor, space: Tensor) -> Tensor:
    """left (voice, row, size), right (voice, past, size) -> their products (voice, row, past), kept in `space`."""
    shape = (left.shape[0], left.shape[1], right.shape[1])
    return torch.bmm(left, right.contiguous().transpose(1, 2), out=space[: math.prod(shape)].view(shape))


def weighed(query: Tensor, key: Tensor, space: Tensor) -> tuple[Tensor, Tensor, Tensor | float]:
    """query (voice, row, size), key (voice, past, size) -> weights (voice, row, past), their sums and an offset.

    The weights are exp(logit - offset), 0 for later frames. The offset is zero if all rows' sums are well within range
    then, which saves finding each row's greatest logit; else it is that.
    """
    rows = query.shape[1]
    weights = product(query, key, space).exp_()
    weights[..., -rows:].tril_()  # no row hears frames later than its own
    total = weights.sum(-1, keepdim=True)  # (voice, row, 1)
    least, greatest = total.aminmax()
    if least > FAINT and greatest < LOUD:
        return weights, total, 0.0
    logits = product(query, key, space)
    logits[..., -rows:] += logits.new_full((rows, rows), -math.inf).triu_(1)
    top = logits.amax(-1, keepdim=True)
    weights = logits.sub_(top).exp_()
    return weights, weights.sum(-1, keepdim=True), top
