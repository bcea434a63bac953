"""One model spread over processes: gradients are sums over them all, and its whole state can be had and given back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from typing import Any, Literal

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.fsdp import FSDPModule, fully_shard, register_fsdp_forward_method
from torch.distributed.tensor import DTensor, distribute_tensor
from torch.nn.parallel import DistributedDataParallel

from popgen_core.contracts.tensors import Prediction
from popgen_core.model import Model
from popgen_core.train.norm import norms_over
from popgen_core.train.processes import Processes

__all__ = ["Kind", "clip", "full_state", "gathered", "load_full_state", "quiet", "spread"]

Kind = Literal["ddp", "fsdp"]


def spread(model: Model, processes: Processes, kind: Kind) -> nn.Module:
    """The model for training on several processes: called like the model, with batch norms over them all.

    "ddp": each holds the whole of it; "fsdp": each holds a share of every weight and of the optimiser's figures. All
    begin with the first process's weights. Make the optimiser from what this returns; alone that is the model.
    """
    if processes.size == 1:
        return model
    norms_over(model, processes)
    model.register_forward_hook(_all_used)
    return _replicated(model, processes) if kind == "ddp" else _sharded(model, processes)


def _replicated(model: Model, processes: Processes) -> nn.Module:
    wrapped = DistributedDataParallel(
        model,
        device_ids=[processes.device] if processes.device.type == "cuda" else None,
        gradient_as_bucket_view=True,
    )
    wrapped.broadcast_buffers = False  # from here on: the norms keep them equal
    wrapped.register_comm_hook(None, lambda _, bucket: _added(bucket))  # torch refuses annotations that are strings
    return wrapped


def _added(bucket: Any) -> Any:
    """The sum of a bucket of gradients; DistributedDataParallel would take the mean."""
    work = dist.all_reduce(bucket.buffer(), async_op=True)
    return work.get_future().then(lambda done: done.value()[0])


def _sharded(model: Model, processes: Processes) -> nn.Module:
    for tensor in (*model.parameters(), *model.buffers()):
        dist.broadcast(tensor.detach(), src=0)
    mesh = init_device_mesh(processes.device.type, (processes.size,))
    stacks = [module for module in model.backbone.modules() if isinstance(module, nn.ModuleList)]
    for layer in [*(layer for stack in reversed(stacks) for layer in stack), model]:  # inner before outer
        part = fully_shard(layer, mesh=mesh)
        part.set_gradient_divide_factor(1.0)
        part.set_force_sum_reduction_for_comms(True)  # gloo knows no scaled sum
    register_fsdp_forward_method(model, "drawn")
    return model


class Together(torch.autograd.Function):
    """The same values; as soon as one of them is used, all have a gradient, if only zero."""

    @staticmethod
    def forward(ctx: Any, *tensors: Tensor) -> tuple[Tensor, ...]:
        """Any tensors -> copies of them; fully_shard warns of views."""
        return tuple(tensor.clone() for tensor in tensors)

    @staticmethod
    def backward(ctx: Any, *slopes: Tensor) -> tuple[Tensor, ...]:
        """Their gradients, zero for those that were not used."""
        return slopes


def _all_used(model: nn.Module, inputs: object, prediction: Prediction) -> Prediction:
    """A loss may leave out a part, as it does the rhythm where no onset is; processes must not differ in that."""
    rhythm = prediction.rhythm
    onset, active, velocity, duration, offset = Together.apply(  # type: ignore[no-untyped-call]
        prediction.onset, prediction.active, rhythm.velocity, rhythm.duration, rhythm.offset
    )
    rhythm = replace(rhythm, velocity=velocity, duration=duration, offset=offset)
    return replace(prediction, onset=onset, active=active, rhythm=rhythm)


@contextmanager
def quiet(model: nn.Module) -> Iterator[None]:
    """Meanwhile gradients add up on each process: for all micro-batches of a step but its last, forward included."""
    if isinstance(model, FSDPModule):
        model.set_requires_gradient_sync(False)
        try:
            yield
        finally:
            model.set_requires_gradient_sync(True)
        return
    with model.no_sync() if isinstance(model, DistributedDataParallel) else nullcontext():
        yield


def clip(model: nn.Module, limit: float) -> float:
    """Scale gradients down to a norm of `limit` at most -> their norm before; both are over the whole model."""
    norm = nn.utils.clip_grad_norm_(model.parameters(), limit)
    return float(norm.full_tensor() if isinstance(norm, DTensor) else norm)


def gathered(model: nn.Module) -> dict[str, Tensor]:
    """Whole weights as tensors of their own on the CPU, named as in the model alone; to be called by all processes."""
    plain = model.module if isinstance(model, DistributedDataParallel) else model
    return {name: _whole(value) for name, value in plain.state_dict().items()}


def full_state(model: nn.Module, optimizer: torch.optim.Optimizer) -> dict[str, Any]:
    """`model` and `optimizer` as state_dicts of one process alone, on the CPU; to be called by all processes."""
    state = optimizer.state_dict()
    figures = {
        number: {name: _whole(value) for name, value in of_one.items()} for number, of_one in state["state"].items()
    }
    return {"model": gathered(model), "optimizer": state | {"state": figures}}


def load_full_state(
    model: nn.Module, optimizer: torch.optim.Optimizer, state: dict[str, Any] | None, processes: Processes
) -> None:
    """Put back what `full_state` gave, by any number and kind of processes; all take the first process's `state`."""
    given = processes.first(state)
    if given is None:
        raise ValueError("the first process has no state to put back")
    plain = model.module if isinstance(model, DistributedDataParallel) else model
    own = plain.state_dict()
    plain.load_state_dict({name: _laid(value, own.get(name)) for name, value in given["model"].items()})
    parameters = [parameter for group in optimizer.param_groups for parameter in group["params"]]
    figures = {
        number: {name: _laid(value, parameters[number]) for name, value in of_one.items()}
        for number, of_one in given["optimizer"]["state"].items()
    }
    optimizer.load_state_dict(given["optimizer"] | {"state": figures})


def _whole(value: Any) -> Any:
    """A tensor shared out, whole and on the CPU; of others a copy there."""
    if not isinstance(value, Tensor):
        return value
    value = value.full_tensor() if isinstance(value, DTensor) else value
    return value.detach().to("cpu", copy=True)


def _laid(value: Any, like: Tensor | None) -> Any:
    """A whole tensor shared out as another one is; else a copy, since an optimiser writes into what it is given."""
    if not isinstance(value, Tensor):
        return value
    if not isinstance(like, DTensor) or not value.ndim:  # counts of steps are no shares
        return value.clone()
    return distribute_tensor(value.to(like.device), like.device_mesh, like.placements)
