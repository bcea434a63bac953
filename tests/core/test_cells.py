"""The cross-entropy of cells, summed song by song: the same as written out, forward and backward."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from popgen_core.losses.cells import cell_sums

LN2 = math.log(2)


def written_out(logits: Tensor, truth: Tensor, mask: Tensor) -> Tensor:
    """Every cell's cost at once, by PyTorch's own."""
    costs = functional.binary_cross_entropy_with_logits(logits.float(), truth, reduction="none")
    return (costs.mean(-1) * mask[..., None]).sum((0, 1))


def batch_of(batch: int = 3, frames: int = 5, groups: int = 2, pitches: int = 7) -> tuple[Tensor, Tensor, Tensor]:
    """Random logits, truth (one channel of a roll, as windows give it), and a mask that ends within each song."""
    generator = torch.Generator().manual_seed(3)
    logits = 4 * torch.randn(batch, frames, groups, pitches, generator=generator)
    roll = (torch.rand(batch, frames, groups, 3, pitches, generator=generator) < 0.3).float()
    mask = (torch.arange(frames) < torch.arange(1, batch + 1)[:, None]).float()
    return logits, roll[:, :, :, 1], mask


def gradient(sums: Tensor, logits: Tensor) -> Tensor:
    """Of the sums, the first group counting once, the second twice and so on."""
    [found] = torch.autograd.grad((sums * torch.arange(1, len(sums) + 1)).sum(), [logits])
    return found


def test_a_cell_of_logit_0_costs_ln_2_and_frames_are_summed_pitches_averaged() -> None:
    truth = torch.zeros(2, 3, 1, 4)
    truth[0, 1, 0, 2] = 1.0
    assert cell_sums(torch.zeros(2, 3, 1, 4), truth, torch.ones(2, 3)).tolist() == pytest.approx([6 * LN2])


def test_each_group_has_its_own_sum() -> None:
    logits = torch.tensor([[[[2.0, 2.0], [-1.0, 3.0]]]])
    truth = torch.tensor([[[[0.0, 1.0], [0.0, 1.0]]]])
    # ln(1 + e^2) = 2.126928, ln(1 + e^-2) = 0.126928; ln(1 + e^-1) = 0.313262, ln(1 + e^-3) = 0.048587
    found = cell_sums(logits, truth, torch.ones(1, 1))
    assert found.tolist() == pytest.approx([(2.126928 + 0.126928) / 2, (0.313262 + 0.048587) / 2], abs=1e-6)


def test_the_slope_of_a_cell_is_its_chance_minus_the_truth() -> None:
    logits = torch.tensor([[[[0.0, 0.0]], [[0.0, 0.0]]]], requires_grad=True)  # two frames, one group, two pitches
    truth = torch.tensor([[[[0.0, 1.0]], [[0.0, 0.0]]]])
    cell_sums(logits, truth, torch.tensor([[1.0, 0.0]])).sum().backward()
    assert logits.grad is not None
    assert logits.grad.flatten().tolist() == [0.25, -0.25, 0.0, 0.0]  # half of a pitch's half; behind the end nothing


def test_sums_and_gradients_equal_those_written_out() -> None:
    logits, truth, mask = batch_of()
    logits.requires_grad_()
    ours, plain = cell_sums(logits, truth, mask), written_out(logits, truth, mask)
    assert torch.allclose(ours, plain, rtol=1e-5)
    assert torch.allclose(gradient(ours, logits), gradient(plain, logits), atol=1e-6)


def test_the_gradient_is_the_derivative() -> None:
    logits, truth, mask = (x.double() for x in batch_of())
    assert torch.autograd.gradcheck(lambda x: cell_sums(x, truth, mask), [logits.requires_grad_()])


def test_bfloat16_logits_are_added_up_in_float32() -> None:
    logits, truth, mask = batch_of(frames=500)
    half = logits.bfloat16().requires_grad_()
    ours, plain = cell_sums(half, truth, mask), written_out(half, truth, mask)
    assert ours.dtype == torch.float32
    assert torch.allclose(ours, plain, rtol=1e-5)
    slope = gradient(ours, half)
    assert slope.dtype == torch.bfloat16
    assert torch.allclose(slope, gradient(plain, half), rtol=0.01, atol=1e-6)


@pytest.mark.parametrize("logit", [1e4, -1e4])
def test_extreme_logits_cost_their_size_or_nothing(logit: float) -> None:
    logits = torch.full((1, 1, 1, 2), logit, requires_grad=True)
    found = cell_sums(logits, torch.tensor([[[[0.0, 1.0]]]]), torch.ones(1, 1))
    assert found.tolist() == pytest.approx([5e3])
    assert gradient(found, logits).isfinite().all()


def test_on_another_device_pytorch_adds_up() -> None:
    logits, truth, mask = (x.to("meta") for x in batch_of())
    assert cell_sums(logits.bfloat16(), truth, mask).shape == (2,)
    assert cell_sums(logits.bfloat16(), truth, mask).dtype == torch.float32
