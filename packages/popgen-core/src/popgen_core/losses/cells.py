"""How surprising the notes of each group are: cross-entropy summed over frames, song by song while it is in cache."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable
from torch.nn import functional

__all__ = ["cell_sums"]


def cell_sums(logits: Tensor, truth: Tensor, mask: Tensor) -> Tensor:
    """Binary cross-entropy, mean over a group's pitches, summed over the frames inside the mask -> (group,) float32.

    logits, truth (batch, frame, group, pitch), mask (batch, frame); no gradient goes to truth or mask. On a CPU song
    by song, forward and backward, without a float32 copy of all logits; elsewhere by PyTorch's own.
    """
    if logits.device.type == "cpu":
        return CellSums.apply(logits, truth, mask)  # type: ignore[no-any-return, no-untyped-call]
    costs = functional.binary_cross_entropy_with_logits(precise(logits), truth, reduction="none").mean(-1)
    return (costs * mask[..., None]).sum((0, 1))


class CellSums(torch.autograd.Function):
    """A cell costs softplus(logit) - truth x logit, and its slope is sigmoid(logit) - truth."""

    @staticmethod
    def forward(ctx: Any, logits: Tensor, truth: Tensor, mask: Tensor) -> Tensor:
        """logits, truth (batch, frame, group, pitch), mask (batch, frame) -> (group,)."""
        ctx.save_for_backward(logits, truth, mask)
        sums = precise(logits.new_zeros(logits.shape[2]))
        for song, wanted, counts in zip(logits, truth, mask, strict=True):
            logit = precise(song)  # (frame, group, pitch)
            costs = functional.softplus(logit).addcmul_(logit, wanted, value=-1)
            sums += counts.to(costs.dtype) @ costs.mean(-1)
        return sums

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, slope: Tensor) -> tuple[Tensor, None, None]:
        """Gradient of the sums (group,) -> gradient of the logits (batch, frame, group, pitch)."""
        logits, truth, mask = ctx.saved_tensors
        to_logits, share = torch.empty_like(logits), slope / logits.shape[-1]
        for song, wanted, counts, made in zip(logits, truth, mask, to_logits, strict=True):
            surplus = precise(song).sigmoid().sub_(wanted)  # (frame, group, pitch)
            made.copy_(surplus.mul_((counts[:, None] * share)[..., None]))
        return to_logits, None, None


def precise(x: Tensor) -> Tensor:
    """x in float32 at least."""
    return x.to(torch.promote_types(x.dtype, torch.float32))
