"""Small trainings that one process or several do alike: what two processes must do as one alone would."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass, fields, replace
from typing import Any

import torch
from tiny_recipe import TINY
from torch import Tensor, nn
from torch.nn import functional

from popgen_core.assemble import assemble
from popgen_core.contracts.sizes import Sizes
from popgen_core.contracts.tensors import Inputs, Prediction, RhythmValues, Target
from popgen_core.model import Model
from popgen_core.plugins import catalogue
from popgen_core.recipe import read_recipe
from popgen_core.train.norm import counting, norms_over
from popgen_core.train.processes import Processes, silenced
from popgen_core.train.spread import Kind, clip, full_state, gathered, load_full_state, quiet, spread

# windows a micro-batch; two micro-batches a step. Of one window two processes take a window and a stand-in.
STEPS = ((3, 2), (4, 1), (1, 3))
CLIP = 0.5  # the gradients of the tiny model have a norm of 3.5 to 4


@dataclass(frozen=True)
class Trained:
    """What a training gave: losses of the steps, gradient norms, and the weights afterwards."""

    losses: list[float]
    norms: list[float]
    weights: dict[str, Tensor]


class Apart(nn.Module):
    """A decoder whose onsets, activity and rhythm have weights of their own, which a loss may leave unused."""

    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        self.shape = (len(sizes.roll.groups), sizes.roll.pitches)
        self.heads = nn.ModuleList(nn.Linear(sizes.width, sizes.roll.cells) for _ in range(5))

    def forward(self, hidden: Tensor, target: Target | None = None, inputs: Inputs | None = None) -> Prediction:
        """hidden (batch, frame, width) -> logits and rhythm (batch, frame, group, pitch)."""
        onset, active, *rhythm = (head(hidden).unflatten(-1, self.shape) for head in self.heads)
        return Prediction(onset, active, RhythmValues(*rhythm))


def tiny_model() -> Model:
    """cnn.v1 of two convolutions and transformer.v1 of one layer, without dropout, always the same."""
    torch.manual_seed(3)
    model = Model(assemble(read_recipe("paper", catalogue(), TINY)))
    model.decoder = Apart(model.sizes)
    return model


def window(number: int, model: Model, frames: int = 16) -> tuple[Inputs, Target]:
    """One window of random notes, the last frames of it behind the song's end; every third one without an onset."""
    chance, roll = torch.Generator().manual_seed(number), model.sizes.roll
    shape = (1, frames, len(roll.groups), roll.pitches)
    past = torch.rand(1, model.context + frames, len(roll.groups), len(roll.channels), roll.pitches, generator=chance)
    controls = torch.rand(1, model.context + frames, model.sizes.controls.width, generator=chance)
    onset, active = ((torch.rand(shape, generator=chance) < share).float() for share in (0.02, 0.1))
    mask = (torch.arange(frames)[None] < frames - number % 4).float()
    onset *= 0 if number % 3 == 0 else mask[..., None, None]
    where = onset.nonzero(as_tuple=True)
    values = RhythmValues(*(torch.rand(len(where[0]), generator=chance) for _ in range(3)))
    return Inputs((past > 0.9).float(), controls), Target(onset, active, mask, where, values)  # type: ignore[arg-type]


def moved(values: Any, device: torch.device) -> Any:
    """Tensors on a device: one, a tuple, or the fields of a dataclass."""
    if isinstance(values, Tensor):
        return values.to(device)
    if isinstance(values, tuple):
        return tuple(moved(value, device) for value in values)
    found = {field.name: getattr(values, field.name) for field in fields(values)}
    return replace(values, **{name: moved(value, device) for name, value in found.items() if value is not None})


def batch(windows: Sequence[tuple[Inputs, Target]]) -> tuple[Inputs, Target]:
    """Windows one after another."""
    targets = [target for _, target in windows]
    past, controls = (torch.cat([getattr(inputs, name) for inputs, _ in windows]) for name in ("past", "controls"))
    onset, active, mask = (torch.cat([getattr(it, name) for it in targets]) for name in ("onset", "active", "mask"))
    row = torch.cat([torch.full_like(it.where[0], number) for number, it in enumerate(targets)])
    where = (row, *(torch.cat([it.where[axis] for it in targets]) for axis in (1, 2, 3)))
    rhythm = RhythmValues(
        *(torch.cat([getattr(it.rhythm, name) for it in targets]) for name in ("velocity", "duration", "offset"))
    )
    return Inputs(past, controls), Target(onset, active, mask, where, rhythm)  # type: ignore[arg-type]


def loss_sum(prediction: Prediction, target: Target, totals: Tensor) -> Tensor:
    """Cross-entropy and rhythm errors as sums over this process's cells, divided by the totals (frames, onsets)."""
    loss = totals.new_zeros(())
    for name in ("onset", "active"):
        cells = functional.binary_cross_entropy_with_logits(
            getattr(prediction, name), getattr(target, name), reduction="none"
        )
        loss = loss + (cells.mean((-1, -2)) * target.mask).sum() / totals[0]
    if len(target.where[0]):  # so that some processes leave the rhythm out, as a loss may
        for name in ("velocity", "duration", "offset"):
            errors = getattr(prediction.rhythm, name)[target.where] - getattr(target.rhythm, name)
            loss = loss + (errors**2).sum() / totals[1]
    return loss


def train_step(
    model: nn.Module, plain: Model, optimizer: torch.optim.Optimizer, processes: Processes, first: int, sizes: Any
) -> tuple[float, float]:
    """One step over micro-batches of windows numbered from `first` -> its loss and its gradient norm."""
    micro = []
    for size in sizes:
        share = processes.share([window(number, plain) for number in range(first, first + size)])
        inputs, target = batch(share.items)
        target = target if share.counts else silenced(target)
        micro.append((moved(inputs, processes.device), moved(target, processes.device), share.counts))
        first += size
    counted = torch.tensor([[it.mask.sum().item(), len(it.where[0])] for _, it, _ in micro], dtype=torch.float64)
    totals = processes.sum(counted.sum(0)).clamp(min=1).float().to(processes.device)
    optimizer.zero_grad(set_to_none=True)
    loss = torch.zeros((), device=processes.device)
    for number, (inputs, target, counts) in enumerate(micro):
        with counting(model, counts), quiet(model) if number + 1 < len(micro) else nullcontext():
            part = loss_sum(model(inputs, target), target, totals)
            part.backward()  # type: ignore[no-untyped-call]
        loss = loss + part.detach()
    norm = clip(model, CLIP)
    optimizer.step()
    return float(processes.sum(loss)), norm


def begun(processes: Processes, kind: Kind) -> dict[str, Tensor]:
    """What a spread model begins with, where each process had made another one."""
    model = tiny_model()
    with torch.no_grad():
        for tensor in (*model.parameters(), *model.buffers()):
            tensor.add_(processes.rank)
    return gathered(spread(model, processes, kind))


def made_ready(processes: Processes, kind: Kind, optimizer: str) -> tuple[nn.Module, Model, torch.optim.Optimizer]:
    """The tiny model for training, itself, and its optimiser."""
    plain = tiny_model().to(processes.device)
    model = spread(plain, processes, kind)
    if optimizer == "sgd":
        return model, plain, torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    return model, plain, torch.optim.AdamW(model.parameters(), lr=1e-3, fused=True)


def figures(processes: Processes) -> dict[str, Any]:
    """What the two tell each other."""
    rank = processes.rank
    values = torch.tensor([1.0, rank], dtype=torch.float64)
    processes.barrier()
    return {
        "leads": processes.leads,
        "sum": processes.sum(values).tolist(),
        "own": values.tolist(),
        "agree": [processes.agree(flag) for flag in (False, rank == 1, rank == 0, True)],
        "first": processes.first(f"said by {rank}"),
        "gather": processes.gather({"rank": rank}),
    }


def train_tiny(processes: Processes, kind: Kind, optimizer: str) -> Trained:
    """Three steps of two micro-batches each."""
    model, plain, moves = made_ready(processes, kind, optimizer)
    model.train()
    done = [train_step(model, plain, moves, processes, 10 * number, sizes) for number, sizes in enumerate(STEPS)]
    return Trained([loss for loss, _ in done], [norm for _, norm in done], gathered(model))


def save_and_go_on(processes: Processes, kind: Kind) -> tuple[dict[str, Any], dict[str, Any], bool]:
    """The state after a step, the state after it was put back into a new model, and whether both go on alike."""
    model, plain, moves = made_ready(processes, kind, "adamw")
    train_step(model, plain, moves, processes, 0, (3, 2))
    with torch.no_grad():
        model.eval()(*moved(window(1, plain), processes.device))  # as a run measures before it saves
    saved = full_state(model, moves)
    other, other_plain, other_moves = made_ready(processes, kind, "adamw")
    train_step(other, other_plain, other_moves, processes, 50, (2, 2))  # elsewhere
    with torch.no_grad():
        other.eval()(*moved(window(2, other_plain), processes.device))
    load_full_state(other, other_moves, saved if processes.leads else None, processes)
    loaded = full_state(other, other_moves)
    ends = [
        train_step(it, it_plain, it_moves, processes, 10, (2, 3))
        for it, it_plain, it_moves in ((model, plain, moves), (other, other_plain, other_moves))
    ]
    after = gathered(model), gathered(other)
    return saved, loaded, ends[0] == ends[1] and all(torch.equal(after[0][name], after[1][name]) for name in after[0])


def normalised(
    processes: Processes, rows: Sequence[int], counts: Sequence[bool], momentum: float | None, dtype: torch.dtype
) -> dict[str, Tensor]:
    """A norm over rows of which each process holds some -> what it made of them, gradients, state and eval's result.

    Alone, a process holds all rows that count.
    """
    chance = torch.Generator().manual_seed(1)
    x = (5 + 2 * torch.randn(sum(rows), 3, 7, generator=chance)).to(dtype)
    slope = torch.randn(sum(rows), 3, 7, generator=chance)
    parts = list(zip(x.split(list(rows)), slope.split(list(rows)), strict=True))
    mine, wanted = (
        parts[processes.rank]
        if processes.size > 1
        else (torch.cat([part[n] for part, counted in zip(parts, counts, strict=True) if counted]) for n in range(2))
    )
    model = nn.Sequential(nn.BatchNorm1d(3, momentum=momentum))
    with torch.no_grad():
        model[0].weight.copy_(torch.tensor([0.5, 1.0, 2.0]))
        model[0].bias.copy_(torch.tensor([0.0, 1.0, -1.0]))
    norms_over(model, processes)
    here = processes.size == 1 or counts[processes.rank]
    mine = mine.clone().requires_grad_()
    with counting(model, here):
        model(mine + 1)  # so that the running statistics move twice
        y = model(mine)
    (y * wanted * here).sum().backward()
    weights = {name: processes.sum(parameter.grad) for name, parameter in model.named_parameters()}
    return {"y": y.detach(), "x": mine.grad, **weights, **model.state_dict(), "eval": model.eval()(mine).detach()}
