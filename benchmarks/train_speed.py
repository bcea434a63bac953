"""Frames a second that recipe `paper` trains on this machine, and the share of its bfloat16 matmul rate in use.

Then the ratio to the straightforward version, with PyTorch's own attention and dropout and its default Adam. All are
measured side by side in one run; absolute times mean little on shared machines.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

import torch
from torch import Tensor, nn
from torch.nn import functional

from popgen_core.assemble import assemble
from popgen_core.backbones import transformer
from popgen_core.contracts.tensors import Inputs, RhythmValues, Target
from popgen_core.model import Model
from popgen_core.plugins import catalogue
from popgen_core.recipe import read_recipe
from popgen_core.train.step import Stepper

BATCH, FRAMES, STEPS = 8, 512, 4


def batch_of(model: Model) -> tuple[Inputs, Target]:
    """Random notes at about the density of real music."""
    roll, controls = model.sizes.roll, model.sizes.controls.width
    groups, pitches = len(roll.groups), roll.pitches
    past = (torch.rand(BATCH, FRAMES + model.context, groups, len(roll.channels), pitches) < 0.02).float()
    cells = (torch.rand(BATCH, FRAMES, groups, pitches) < 0.01).float()
    where = cells.nonzero(as_tuple=True)
    values = RhythmValues(*(torch.rand(len(where[0])) for _ in range(3)))
    target = Target(cells, cells, torch.ones(BATCH, FRAMES), where, values)  # type: ignore[arg-type]
    return Inputs(past, torch.randn(BATCH, FRAMES + model.context, controls)), target


def matmul_rate() -> float:
    """bfloat16 multiply-adds a second of a large matrix product."""
    left, right = torch.randn(2048, 2048).bfloat16(), torch.randn(2048, 2048).bfloat16()
    for _ in range(3):
        left @ right
    began = time.perf_counter()
    for _ in range(10):
        left @ right
    return 10 * 2048**3 / (time.perf_counter() - began)


def plain_attention(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    """PyTorch's own causal attention; all (batch, head, frame, size)."""
    return functional.scaled_dot_product_attention(query, key, value, is_causal=True)


@contextmanager
def straightforward() -> Iterator[None]:
    """Inside, `transformer.v1` has PyTorch's own attention and dropout."""
    attention, dropout = transformer.causal_attention, transformer.Dropout.forward
    transformer.causal_attention, transformer.Dropout.forward = plain_attention, nn.Dropout.forward
    try:
        yield
    finally:
        transformer.causal_attention, transformer.Dropout.forward = attention, dropout


def stepper_of(seed: int, plain: bool, *changes: str) -> Stepper:
    """Recipe `paper` with these changes, its weights drawn from a seed, ready to train; plain: with default Adam."""
    torch.manual_seed(seed)
    parts = assemble(read_recipe("paper", catalogue(), changes))
    model, config = Model(parts), parts.recipe.train
    stepper = Stepper(model, parts.loss, torch.ones(len(model.sizes.roll.groups)), config, torch.device("cpu"))
    if plain:
        betas = (config.beta1, config.beta2)
        stepper.optimizer = torch.optim.Adam(
            model.parameters(), config.learning_rate, betas, weight_decay=config.weight_decay
        )
    return stepper


def timed_step(stepper: Stepper, plain: bool, inputs: Inputs, target: Target, number: int) -> tuple[float, float]:
    """Train one step -> its seconds and its loss."""
    began = time.perf_counter()
    with straightforward() if plain else nullcontext():
        loss = stepper.step(inputs, target, number, STEPS).loss
    return time.perf_counter() - began, loss


def compare() -> None:
    """Print how much faster than the straightforward version we train, steps taken in turn, and the losses of both."""
    still = [stepper_of(1, plain, "backbone.dropout=0", "train.learning_rate=1e-3") for plain in (False, True)]
    inputs, target = batch_of(still[0].model)
    losses: tuple[list[float], list[float]] = ([], [])
    for number in range(3):
        for plain in (False, True):
            losses[plain].append(timed_step(still[plain], plain, inputs, target, number)[1])
    seconds: tuple[list[float], list[float]] = ([], [])
    steppers = [stepper_of(1, plain) for plain in (False, True)]
    for number in range(STEPS + 1):
        for plain in (False, True):
            seconds[plain].append(timed_step(steppers[plain], plain, inputs, target, number)[0])
    ours, theirs = (sum(times[1:]) for times in seconds)  # the first step of each warms up
    shown = ["; ".join(f"{loss:.4f}" for loss in row) for row in losses]
    print(f"{theirs / ours:.2f} times the straightforward version; losses {shown[0]} (ours), {shown[1]} (plain)")


def main() -> None:
    parts = assemble(read_recipe("paper", catalogue()))
    model = Model(parts)
    parameters = sum(parameter.numel() for parameter in model.parameters())
    weights = torch.ones(len(model.sizes.roll.groups))
    stepper = Stepper(model, parts.loss, weights, parts.recipe.train, torch.device("cpu"))
    inputs, target = batch_of(model)
    stepper.step(inputs, target, 0, STEPS)
    rate = matmul_rate()
    began = time.perf_counter()
    for number in range(STEPS):
        stepper.step(inputs, target, number, STEPS)
    frames = STEPS * BATCH * FRAMES / (time.perf_counter() - began)
    rate = (rate + matmul_rate()) / 2
    attention = 2 * parts.backbone.config.layers * model.sizes.width * FRAMES / 2  # multiply-adds a frame, causal
    work = 3 * frames * (parameters + attention)  # forward once, backward twice
    precision = "bfloat16" if stepper.bfloat16 else "float32"
    print(f"{torch.get_num_threads()} threads, {precision}, {parameters:,} parameters")
    print(f"recipe paper: {frames:,.0f} frames trained a second")
    print(f"matmul: {rate / 1e9:,.0f} G multiply-adds a second; training uses {work / rate:.0%} of that rate")
    compare()


if __name__ == "__main__":
    main()
