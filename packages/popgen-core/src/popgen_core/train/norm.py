"""Batch norm over the rows of all processes together, as if one process held the whole batch."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable
from torch.nn.modules.batchnorm import _BatchNorm

from popgen_core.train.processes import Processes

__all__ = ["JoinedNorm", "counting", "norms_over"]

PLAIN = (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d)


class JoinedNorm(_BatchNorm):
    """`torch.nn.BatchNorm` whose training statistics are those of all processes; each may hold other numbers of rows.

    torch.nn.SyncBatchNorm does this on GPUs only. In eval mode this is torch's own; names in a state are the same.
    """

    def __init__(self, norm: _BatchNorm, processes: Processes) -> None:
        super().__init__(norm.num_features, norm.eps, norm.momentum, norm.affine, norm.track_running_stats)
        self.weight, self.bias = norm.weight, norm.bias
        self.running_mean, self.running_var = norm.running_mean, norm.running_var
        self.num_batches_tracked = norm.num_batches_tracked
        self.processes, self.counts = processes, True
        self.train(norm.training)

    def _check_input_dim(self, input: Tensor) -> None:
        """Any number of dimensions will do."""

    @torch.compiler.disable  # type: ignore[untyped-decorator]  # it asks the other processes
    def forward(self, input: Tensor) -> Tensor:
        """(batch, feature, ...) -> the same shape; each feature with mean 0 and variance 1 over all processes."""
        if not self.training:
            return super().forward(input)
        normal, mean, variance, rows = Normalised.apply(  # type: ignore[no-untyped-call]
            input, self.eps, self.processes, self.counts
        )
        self._remember(mean, variance, rows)
        if self.weight is not None:
            normal = torch.addcmul(column(self.bias, input), normal, column(self.weight, input))
        return normal.to(input.dtype)

    @torch.no_grad()
    def _remember(self, mean: Tensor, variance: Tensor, rows: Tensor) -> None:
        """Move the running statistics as torch does: the variance of n rows by n - 1."""
        if self.running_mean is None or self.running_var is None or self.num_batches_tracked is None:
            return
        self.num_batches_tracked.add_(1)
        share = 1 / float(self.num_batches_tracked) if self.momentum is None else self.momentum
        self.running_mean.lerp_(mean, share)
        self.running_var.lerp_(variance * (rows / (rows - 1).clamp(min=1)).to(variance.dtype), share)


class Normalised(torch.autograd.Function):
    """Rows of several processes, each feature moved to mean 0 and variance 1 over them all."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, eps: float, processes: Processes, counts: bool) -> tuple[Tensor, ...]:
        """x (batch, feature, ...) -> the same in float32; mean, variance (feature,) and the number of rows, of all."""
        x = x.float()
        sums = x.new_zeros(2 * x.shape[1] + 1, dtype=torch.float64)  # in which squares lose nothing
        if counts and x.numel():
            variance, mean = torch.var_mean(x, others(x), correction=0)
            mean, variance = mean.double(), variance.double()
            rows = x.numel() // x.shape[1]
            sums = torch.cat([mean, variance + mean**2, mean.new_ones(1)]) * rows
        sums = processes.sum(sums)
        rows_of_all = sums[-1]
        mean, square = (sums[:-1] / rows_of_all).chunk(2)
        variance = square - mean**2
        slope = (variance + eps).rsqrt().float()
        mean, variance = mean.float(), variance.float()
        normal = (x - column(mean, x)) * column(slope, x)
        ctx.save_for_backward(normal, slope, rows_of_all)
        ctx.processes, ctx.counts = processes, counts
        ctx.mark_non_differentiable(mean, variance, rows_of_all)
        return normal, mean, variance, rows_of_all

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, wanted: Tensor, *_: Tensor) -> tuple[Tensor | None, ...]:
        """Gradient of what came out (batch, feature, ...) -> of x; rows move the statistics of all processes."""
        normal, slope, rows = ctx.saved_tensors
        sums = torch.cat([wanted.sum(others(wanted)), (wanted * normal).sum(others(wanted))]).double()
        by_mean, by_variance = (ctx.processes.sum(sums) / rows).float().chunk(2)
        if ctx.counts:
            wanted = wanted - column(by_mean, wanted) - normal * column(by_variance, wanted)
        return wanted * column(slope, wanted), None, None, None


def others(x: Tensor) -> list[int]:
    """All dimensions of x but the second."""
    return [0, *range(2, x.dim())]


def column(values: Tensor, x: Tensor) -> Tensor:
    """values (feature,) -> a shape that goes with x (batch, feature, ...)."""
    return values.view(-1, *[1] * (x.dim() - 2))


def norms_over(model: nn.Module, processes: Processes) -> None:
    """Put a norm over all processes in the place of every batch norm; its weights and statistics stay the same ones."""
    if processes.size == 1:
        return
    for parent in list(model.modules()):
        for name, child in list(parent.named_children()):
            if isinstance(child, PLAIN):
                setattr(parent, name, JoinedNorm(child, processes))


@contextmanager
def counting(model: nn.Module, counts: bool) -> Iterator[None]:
    """Meanwhile the rows of this process count in the norms, or do not (`processes.Share`)."""
    norms = [module for module in model.modules() if isinstance(module, JoinedNorm)]
    for norm in norms:
        norm.counts = counts
    try:
        yield
    finally:
        for norm in norms:
            norm.counts = True
