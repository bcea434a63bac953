"""One training step: micro-batches through the model, their loss back through it, clipped, and the optimiser's move."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace

import numpy as np
import torch
from torch import Tensor, nn

from popgen_core.contracts.tensors import Inputs, LossParts, RhythmValues, Whole
from popgen_core.contracts.training import TrainConfig
from popgen_core.model import Model
from popgen_core.train.anchor import Anchor
from popgen_core.train.chance import chance_now, put_back
from popgen_core.train.interrupt import Left, leaving
from popgen_core.train.norm import counting
from popgen_core.train.optimise import optimizer_of
from popgen_core.train.precision import narrowed, precision_of
from popgen_core.train.processes import Processes, device_here
from popgen_core.train.sampling import mixed_inputs
from popgen_core.train.spread import clip, quiet, spread
from popgen_core.train.windows import Batch, Window

__all__ = ["Losses", "Step", "Stepper", "Turn"]


@dataclass(frozen=True)
class Turn:
    """Which step this is: its learning rate, the share of true input frames, and the seed of what is drawn in it."""

    learning_rate: float
    true_inputs: float = 1.0
    seed: tuple[int, ...] = (0,)


@dataclass
class Losses:
    """Losses added up: the total, its named parts, and what each group adds to each part."""

    total: float = 0.0
    parts: dict[str, float] = field(default_factory=dict)
    groups: dict[str, list[float]] = field(default_factory=dict)


@dataclass(frozen=True)
class Step:
    """What one step did: the losses, the gradient norm before clipping, and how many frames it trained on.

    `windows` are those that this process trained on, `suspects` those in micro-batches whose loss is no number.
    """

    losses: Losses
    gradient_norm: float
    turn: Turn
    frames: int
    windows: Sequence[Window] = ()
    suspects: Sequence[Window] = ()

    @property
    def loss(self) -> float:
        """All of the loss."""
        return self.losses.total

    @property
    def sound(self) -> bool:
        """Whether loss and gradient are numbers; weights were moved only then."""
        return math.isfinite(self.losses.total) and math.isfinite(self.gradient_norm)


class Before:
    """What a step changes before its optimiser moves: the model's buffers (batch norm's statistics) and chance."""

    def __init__(self, model: nn.Module) -> None:
        self.buffers = [(buffer, buffer.clone()) for buffer in model.buffers()]
        self.chance = chance_now()

    def restore(self) -> None:
        """Undo it, as if the step had not begun."""
        for buffer, kept in self.buffers:
            buffer.copy_(kept)
        put_back(self.chance)


def suspects(batches: Sequence[Batch], told: Sequence[LossParts]) -> list[Window]:
    """The windows of micro-batches whose loss is no number."""
    found = [batch for batch, parts in zip(batches, told, strict=True) if not math.isfinite(float(parts.total))]
    return [window for batch in found for window in batch.windows]


def moved(batch: Batch, whole: Whole, device: torch.device) -> Batch:
    """The same micro-batch on a device, told of the whole that it is a part of."""
    inputs, target = batch.inputs, replace(batch.target, whole=whole)
    if device.type == "cpu":
        return replace(batch, target=target)

    def there(values: Tensor) -> Tensor:
        return values.pin_memory().to(device, non_blocking=True)

    rhythm = target.rhythm
    return replace(
        batch,
        inputs=Inputs(*(None if value is None else there(value) for value in vars(inputs).values())),  # type: ignore[arg-type]
        target=replace(
            target,
            onset=there(target.onset),
            active=there(target.active),
            mask=there(target.mask),
            where=tuple(there(index) for index in target.where),  # type: ignore[arg-type]
            rhythm=RhythmValues(there(rhythm.velocity), there(rhythm.duration), there(rhythm.offset)),
        ),
    )


def _told(values: Mapping[str, Tensor], kind: str) -> dict[str, float | list[float]]:
    """The sums of one kind by name: a number a part, a list of numbers a part and its groups."""
    found = {name.removeprefix(f"{kind} "): value for name, value in values.items() if name.startswith(f"{kind} ")}
    return {name: value.tolist() if kind == "group" else float(value) for name, value in found.items()}


class Stepper:
    """A model, its loss and its optimiser, moved a batch at a time, in one process or in several together."""

    def __init__(
        self,
        model: Model,
        loss: nn.Module,
        weights: Tensor,
        config: TrainConfig,
        processes: Processes | None = None,
        *,
        started: bool = False,
    ) -> None:
        """`started`: the model has the weights of a checkpoint already, and is fine-tuned."""
        self.processes = processes or Processes(device_here())
        self.device = self.processes.device
        self.model, self.loss = model.to(self.device), loss.to(self.device)
        self.weights, self.config = weights.to(self.device), config
        self.precision = precision_of(config, self.device)
        if config.compile:
            model.compile()
        self.learner = spread(model, self.processes, config.parallel)  # the model, as all processes train it
        self.optimizer = optimizer_of(self.learner, config)
        self.anchor = Anchor(self.learner, config.pull) if started else None

    def step(self, batches: Sequence[Batch], turn: Turn, stop: Callable[[], bool] = bool) -> Step | None:
        """Train on the micro-batches of one step; None when `stop` was heard meanwhile, and nothing has changed.

        Where a loss or the gradient is no number the weights stay as they were.
        """
        for group in self.optimizer.param_groups:
            group["lr"] = turn.learning_rate
        before, whole = Before(self.model), self.whole(batches)
        self.optimizer.zero_grad(set_to_none=True)
        told = []
        try:
            with self.leaving(stop):
                for number, batch in enumerate(batches):
                    if self.processes.agree(stop()):
                        raise Left
                    with nullcontext() if number + 1 == len(batches) else quiet(self.learner):
                        told.append(self.learn(batch, whole, turn, number))
        except Left:
            before.restore()
            return None
        except BaseException:
            before.restore()  # memory that ran out, too, leaves the state before the step
            raise
        norm = clip(self.learner, self.config.clip)
        windows = [window for batch in batches for window in batch.windows if batch.counts]
        step = Step(self.added(told), norm, turn, round(whole.frames), windows, suspects(batches, told))
        if step.sound:
            self.optimizer.step()
            if self.anchor:
                self.anchor.draw_back(turn.learning_rate)
        else:
            before.restore()
        return step

    def learn(self, batch: Batch, whole: Whole, turn: Turn, number: int) -> LossParts:
        """Add the gradient of one micro-batch -> its losses, parts of the step's."""
        batch = moved(batch, whole, self.device)
        inputs = batch.inputs
        if turn.true_inputs < 1:
            seed = np.random.default_rng([*turn.seed, number, self.processes.rank]).integers(2**62)
            generator = torch.Generator(self.device).manual_seed(int(seed))
            with narrowed(self.precision, self.device):
                inputs = mixed_inputs(self.model, inputs, turn.true_inputs, generator)
        self.learner.train()
        if self.anchor:
            self.anchor.hold()
        with counting(self.learner, batch.counts):
            with narrowed(self.precision, self.device):
                prediction = self.learner(inputs, batch.target)
            parts: LossParts = self.loss(prediction, batch.target, self.weights)
            parts.total.backward()  # type: ignore[no-untyped-call]
        return replace(parts, total=parts.total.detach())

    @torch.no_grad()
    def measure(self, batches: Iterable[Batch], whole: Whole, stop: Callable[[], bool] = bool) -> Losses | None:
        """The losses on batches that together are `whole`, in eval mode; None when `stop` was heard meanwhile."""
        self.learner.eval()
        told = []
        try:
            with self.leaving(stop):
                for batch in batches:
                    if self.processes.agree(stop()):
                        return None
                    here = moved(batch, whole, self.device)
                    with narrowed(self.precision, self.device):
                        prediction = self.learner(here.inputs, here.target)
                    told.append(self.loss(prediction, here.target, self.weights))
        except Left:
            return None
        return self.added(told)

    def leaving(self, stop: Callable[[], bool]) -> AbstractContextManager[None]:
        """Leave a pass half-way as soon as `stop` says so; several processes, or translated ones, go on to its end."""
        together = self.processes.size > 1 or self.config.compile
        return nullcontext() if together else leaving(self.model, stop)

    def whole(self, batches: Iterable[Batch]) -> Whole:
        """Frames and onsets of these batches, of all processes together."""
        counts = [[float(batch.target.mask.sum()), float(len(batch.target.where[0]))] for batch in batches]
        frames, onsets = self.processes.sum(torch.tensor(counts, dtype=torch.float64).sum(0)).tolist()
        return Whole(frames, onsets)

    def added(self, told: Sequence[LossParts]) -> Losses:
        """The losses of micro-batches summed, over all processes too."""
        sums = {
            "total": self._sum([one.total for one in told]),
            **{f"part {name}": self._sum([one.parts[name] for one in told]) for name in told[0].parts},
            **{f"group {name}": self._sum([one.by_group[name] for one in told]) for name in told[0].by_group},
        }
        joined = self.processes.sum(torch.cat([value.flatten() for value in sums.values()]))
        sizes = [value.numel() for value in sums.values()]
        values = dict(zip(sums, torch.split(joined, sizes), strict=True))
        return Losses(float(values["total"]), *(_told(values, kind) for kind in ("part", "group")))  # type: ignore[arg-type]

    def _sum(self, values: Sequence[Tensor]) -> Tensor:
        return torch.stack([value.detach().double().cpu() for value in values]).sum(0)
