"""Attention in blocks: the same as written out in full, forward and backward, and no look ahead."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from popgen_core.backbones import attention
from popgen_core.backbones.attention import BLOCK_FRAMES, BLOCK_HEADS, causal_attention


def written_out(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    """softmax(query key^T / sqrt(size)) value with later frames at minus infinity."""
    logits = query @ key.transpose(-1, -2) / math.sqrt(query.shape[-1])
    later = torch.ones(logits.shape[-2:], dtype=torch.bool).triu(1)
    return logits.masked_fill(later, -torch.inf).softmax(-1) @ value


def blockwise_attention(*parts: Tensor) -> Tensor:
    """Query, key, value and what is heard, all (batch, head, frame, size)."""
    return attention.blockwise_attention(torch.stack(parts).permute(1, 3, 0, 2, 4)).transpose(1, 2)


def parts_of(*shape: int) -> list[Tensor]:
    """Query, key, value, and a gradient of what is heard, of one shape."""
    generator = torch.Generator().manual_seed(5)
    return [torch.randn(shape, generator=generator) for _ in range(4)]


def heard_and_gradients(attend: object, parts: list[Tensor]) -> list[Tensor]:
    leaves = [part.clone().requires_grad_() for part in parts[:3]]
    heard = attend(*leaves)  # type: ignore[operator]
    return [heard.detach(), *torch.autograd.grad(heard, leaves, parts[3])]


@pytest.mark.parametrize("frames", [1, 2, BLOCK_FRAMES - 1, BLOCK_FRAMES, BLOCK_FRAMES + 1, 2 * BLOCK_FRAMES + 44])
def test_in_blocks_equals_written_out_for_any_number_of_frames(frames: int) -> None:
    parts = parts_of(2, 3, frames, 8)
    pairs = zip(heard_and_gradients(blockwise_attention, parts), heard_and_gradients(written_out, parts), strict=True)
    for ours, plain in pairs:
        assert torch.allclose(ours, plain, atol=1e-5)


def test_heads_beyond_one_block_of_heads_are_heard_too() -> None:
    parts = parts_of(3, BLOCK_HEADS // 2 + 1, 5, 4)
    pairs = zip(heard_and_gradients(blockwise_attention, parts), heard_and_gradients(written_out, parts), strict=True)
    for ours, plain in pairs:
        assert torch.allclose(ours, plain, atol=1e-5)


def test_large_logits_neither_overflow_nor_lose_the_loudest_frame() -> None:
    query, key, value, slope = parts_of(1, 1, 6, 4)
    parts = [query * 100, key * 100, value, slope]
    for ours, plain in zip(
        heard_and_gradients(blockwise_attention, parts), heard_and_gradients(written_out, parts), strict=True
    ):
        assert torch.allclose(ours, plain, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("key", [30.0, -30.0])
def test_logits_whose_exponentials_no_number_holds_are_compared_all_the_same(key: float) -> None:
    # all logits are 1800 or -1800: every frame hears the mean of the values so far
    value = torch.tensor([3.0, 6.0, 0.0]).view(1, 1, 3, 1).expand(1, 1, 3, 4)
    heard = blockwise_attention(torch.full((1, 1, 3, 4), 30.0), torch.full((1, 1, 3, 4), key), value)
    assert torch.allclose(heard[0, 0, :, 0], torch.tensor([3.0, 4.5, 3.0]))


def test_a_loud_block_of_frames_leaves_the_others_as_they_are() -> None:
    query, key, value, slope = parts_of(1, 1, 2 * BLOCK_FRAMES, 4)
    query[:, :, BLOCK_FRAMES:] *= 100
    for ours, plain in zip(
        heard_and_gradients(blockwise_attention, [query, key, value, slope]),
        heard_and_gradients(written_out, [query, key, value, slope]),
        strict=True,
    ):
        assert torch.allclose(ours, plain, rtol=1e-3, atol=1e-3)


def test_the_first_frame_hears_itself_alone_and_equal_keys_are_averaged() -> None:
    query, value = torch.randn(1, 1, 3, 2), torch.tensor([[[[3.0, 0.0], [6.0, 0.0], [0.0, 9.0]]]])
    heard = blockwise_attention(query, torch.zeros(1, 1, 3, 2), value)
    assert torch.allclose(heard, torch.tensor([[[[3.0, 0.0], [4.5, 0.0], [3.0, 3.0]]]]))


@pytest.mark.parametrize("frame", [3, BLOCK_FRAMES - 1, BLOCK_FRAMES, BLOCK_FRAMES + 3])
def test_no_gradient_reaches_later_frames(frame: int) -> None:
    leaves = [part.requires_grad_() for part in parts_of(1, 2, BLOCK_FRAMES + 10, 4)[:3]]
    blockwise_attention(*leaves)[:, :, frame].sum().backward()
    for leaf in leaves:
        assert leaf.grad is not None
        assert leaf.grad[:, :, frame + 1 :].abs().max() == 0
        assert leaf.grad[:, :, frame].abs().max() > 0


def test_later_frames_change_nothing_that_was_heard_before() -> None:
    query, key, value, _ = parts_of(1, 2, BLOCK_FRAMES + 10, 4)
    before = blockwise_attention(query, key, value)
    changed = [torch.cat([part[:, :, :50], part[:, :, 50:] + 1], dim=2) for part in (query, key, value)]
    assert torch.equal(blockwise_attention(*changed)[:, :, :50], before[:, :, :50])


def test_bfloat16_is_within_one_percent_of_float32() -> None:
    parts = parts_of(2, 4, 300, 32)
    halves = heard_and_gradients(blockwise_attention, [part.bfloat16() for part in parts])
    for ours, plain in zip(halves, heard_and_gradients(written_out, parts), strict=True):
        assert ours.dtype == torch.bfloat16
        assert (ours.float() - plain).norm() < 0.01 * plain.norm()


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_by_blocks_or_by_pytorch_a_layer_gets_the_same(dtype: torch.dtype) -> None:
    joined = torch.randn(2, 20, 3, 4, 8, dtype=dtype)  # (batch, frame, query key value, head, size)
    heard = causal_attention(joined)
    assert heard.shape == (2, 20, 4, 8)
    plain = written_out(*joined.float().permute(2, 0, 3, 1, 4)).transpose(1, 2)
    assert torch.allclose(heard.float(), plain, atol=1e-5 if dtype == torch.float32 else 0.05)
