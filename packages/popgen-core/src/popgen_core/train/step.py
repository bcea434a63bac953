"""One training step: a batch through the model, its loss back through it, clipped, and the optimiser's move."""

from __future__ import annotations

import math
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import Tensor, nn

from popgen_core.contracts.tensors import Inputs, RhythmValues, Target
from popgen_core.contracts.training import TrainConfig
from popgen_core.model import Model

__all__ = ["Step", "Stepper", "learning_rate", "has_bfloat16", "optimizer_of"]

LAST_SHARE = 0.05  # of the learning rate is left at the end of a cosine


@dataclass(frozen=True)
class Step:
    """What one step did: the loss and its parts, the gradient norm before clipping, the learning rate."""

    loss: float
    parts: dict[str, float]
    gradient_norm: float
    learning_rate: float


class Stepper:
    """A model, its loss and its optimiser, moved a batch at a time."""

    def __init__(
        self, model: Model, loss: nn.Module, weights: Tensor, config: TrainConfig, device: torch.device
    ) -> None:
        self.model, self.loss, self.weights, self.config, self.device = model, loss, weights.to(device), config, device
        self.optimizer = optimizer_of(model, config)
        self.bfloat16 = config.precision == "bfloat16" or (config.precision == "auto" and has_bfloat16(device))

    def step(self, inputs: Inputs, target: Target, number: int, total: int) -> Step:
        """Train on one batch; `number` counts steps from 0, `total` is how many the run will have."""
        self.model.train()
        rate = learning_rate(self.config, number, total)
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        inputs, target = moved(inputs, target, self.device)
        with self.precision():
            prediction = self.model(inputs, target)
        parts = self.loss(prediction, target, self.weights)
        self.optimizer.zero_grad(set_to_none=True)
        parts.total.backward()
        norm = nn.utils.clip_grad_norm_(self.model.parameters(), self.config.clip)
        self.optimizer.step()
        return Step(float(parts.total.detach()), {n: float(v) for n, v in parts.parts.items()}, float(norm), rate)

    @torch.no_grad()
    def measure(self, inputs: Inputs, target: Target) -> float:
        """The loss on one batch in eval mode."""
        self.model.eval()
        inputs, target = moved(inputs, target, self.device)
        with self.precision():
            prediction = self.model(inputs, target)
        return float(self.loss(prediction, target, self.weights).total)

    def precision(self) -> AbstractContextManager[object]:
        """Autocast to bfloat16, or nothing."""
        return torch.autocast(self.device.type, dtype=torch.bfloat16) if self.bfloat16 else nullcontext()


def learning_rate(config: TrainConfig, number: int, total: int) -> float:
    """The learning rate of step `number` of `total`: a warm-up over at most a tenth, then constant or a cosine."""
    warmup = min(config.warmup_steps, total // 10)
    if number < warmup:
        return config.learning_rate * (number + 1) / warmup
    if config.schedule == "constant":
        return config.learning_rate
    done = min((number - warmup) / max(total - warmup, 1), 1.0)
    return config.learning_rate * (LAST_SHARE + (1 - LAST_SHARE) * 0.5 * (1 + math.cos(math.pi * done)))


def optimizer_of(model: nn.Module, config: TrainConfig) -> torch.optim.Optimizer:
    """Adam as the recipe says; its fused form, which is the same arithmetic in one pass."""
    kind = torch.optim.Adam if config.optimizer == "adam" else torch.optim.AdamW
    return kind(
        model.parameters(),
        lr=config.learning_rate,
        betas=(config.beta1, config.beta2),
        weight_decay=config.weight_decay,
        fused=True,
    )


def has_bfloat16(device: torch.device) -> bool:
    """Whether bfloat16 arithmetic is in the hardware: on a CPU AVX512-BF16 or AMX, on a GPU compute 8.0 and up."""
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported())
    try:
        flags = Path("/proc/cpuinfo").read_text(encoding="ascii", errors="ignore")
    except OSError:
        return False
    return "avx512_bf16" in flags or "amx_bf16" in flags


def moved(inputs: Inputs, target: Target, device: torch.device) -> tuple[Inputs, Target]:
    """The same batch on a device."""
    if device.type == "cpu":
        return inputs, target
    values = target.rhythm
    return (
        replace(inputs, past=inputs.past.to(device), controls=inputs.controls.to(device)),
        Target(
            target.onset.to(device),
            target.active.to(device),
            target.mask.to(device),
            tuple(index.to(device) for index in target.where),  # type: ignore[arg-type]
            RhythmValues(values.velocity.to(device), values.duration.to(device), values.offset.to(device)),
        ),
    )
