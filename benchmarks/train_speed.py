"""Frames a second that recipe `paper` trains on this machine, and the share of its bfloat16 matmul rate in use.

Both are measured side by side in one run; absolute times mean little on shared machines.
"""

from __future__ import annotations

import time

import torch

from popgen_core.assemble import assemble
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


if __name__ == "__main__":
    main()
