"""Frames a second that recipe `paper` trains on this machine, and the share of its bfloat16 matmul rate in use.

Then the ratio to the straightforward version (`straightforward.py`) and the losses of both. Steps are taken in turn
and medians compared; absolute times mean little on shared machines.
"""

from __future__ import annotations

import math
import time
from contextlib import nullcontext
from statistics import median

import torch

from popgen_core.assemble import assemble
from popgen_core.contracts.tensors import Inputs, RhythmValues, Target
from popgen_core.model import Model
from popgen_core.plugins import catalogue
from popgen_core.recipe import read_recipe
from popgen_core.train.step import Stepper, Turn
from popgen_core.train.windows import Batch
from straightforward import plain_optimizer, straightforward

BATCH, FRAMES = 8, 512
WARM, STEPS = 4, 6  # the first steps of a process wait for memory from the system
PAST, ONSETS, ACTIVE = 0.005, 0.0015, 0.01  # shares of cells that are not zero in pop songs at 20 frames a second


def batch_of(model: Model, batch: int = BATCH, frames: int = FRAMES) -> Batch:
    """Random notes at the density of real music."""
    roll, controls = model.sizes.roll, model.sizes.controls.width
    cells = (batch, frames, len(roll.groups), roll.pitches)
    lead = frames + model.context
    past = (torch.rand(batch, lead, len(roll.groups), len(roll.channels), roll.pitches) < PAST).float()
    onset, active = ((torch.rand(cells) < share).float() for share in (ONSETS, ACTIVE))
    where = onset.nonzero(as_tuple=True)
    values = RhythmValues(*(torch.rand(len(where[0])) for _ in range(3)))
    target = Target(onset, active.maximum(onset), torch.ones(batch, frames), where, values)  # type: ignore[arg-type]
    return Batch(Inputs(past, torch.randn(batch, lead, controls)), target, ())


def matmul_rate() -> float:
    """bfloat16 multiply-adds a second of a large matrix product."""
    left, right = torch.randn(2048, 2048).bfloat16(), torch.randn(2048, 2048).bfloat16()
    for _ in range(3):
        left @ right
    began = time.perf_counter()
    for _ in range(10):
        left @ right
    return 10 * 2048**3 / (time.perf_counter() - began)


def arithmetic(model: Model, frames: int) -> float:
    """Multiply-adds that training needs for a frame of a window: products with weights, and causal attention.

    Forward once, backward twice, but no gradient of the roll; rhythm heads, which onsets alone need, are left out.
    """
    parameters = sum(parameter.numel() for parameter in model.parameters())
    rhythm = model.decoder.heads.weight.numel() * 3 / 5
    attention = len(model.backbone.layers) * model.sizes.width * frames  # half of the frames, twice: logits and sums
    heard = model.encoder.tracks[0].convolution.weight.numel()
    return 3.0 * (parameters - rhythm + attention) - heard


def stepper_of(seed: int, plain: bool, *changes: str) -> Stepper:
    """Recipe `paper` with these changes, its weights drawn from a seed, ready to train; plain: with default Adam."""
    torch.manual_seed(seed)
    parts = assemble(read_recipe("paper", catalogue(), changes))
    model, config = Model(parts), parts.recipe.train
    stepper = Stepper(model, parts.loss, torch.ones(len(model.sizes.roll.groups)), config)
    if plain:
        stepper.optimizer = plain_optimizer(model, config)
    return stepper


def timed_step(stepper: Stepper, plain: bool, batch: Batch) -> tuple[float, float]:
    """Train one step -> its seconds and its loss."""
    began = time.perf_counter()
    with straightforward() if plain else nullcontext():
        done = stepper.step([batch], Turn(stepper.config.learning_rate))
    return time.perf_counter() - began, done.loss if done else math.nan


def losses() -> list[str]:
    """The losses of three steps without dropout, ours and plain."""
    rows: tuple[list[str], list[str]] = ([], [])
    still = ("backbone.dropout=0", "encoder.dropout=0", "train.learning_rate=1e-3")
    steppers = [stepper_of(1, plain, *still) for plain in (False, True)]
    batch = batch_of(steppers[0].model)
    for _ in range(3):
        for plain in (False, True):
            rows[plain].append(f"{timed_step(steppers[plain], plain, batch)[1]:.4f}")
    return ["; ".join(row) for row in rows]


def seconds() -> tuple[float, float]:
    """The median seconds of a step, ours and plain, taken in turn."""
    times: tuple[list[float], list[float]] = ([], [])
    steppers = [stepper_of(1, plain) for plain in (False, True)]
    batch = batch_of(steppers[0].model)
    for _ in range(WARM + STEPS):
        for plain in (False, True):
            times[plain].append(timed_step(steppers[plain], plain, batch)[0])
    ours, theirs = (median(row[WARM:]) for row in times)
    return ours, theirs


def beside(*changes: str, true_inputs: float = 1.0) -> float:
    """The median time of a step with these changes, in multiples of one without, taken in turn."""
    times: tuple[list[float], list[float]] = ([], [])
    steppers, turns = (stepper_of(1, False), stepper_of(1, False, *changes)), (Turn(1e-5), Turn(1e-5, true_inputs))
    batch = batch_of(steppers[0].model)
    for _ in range(WARM + STEPS):
        for which in (0, 1):
            began = time.perf_counter()
            steppers[which].step([batch], turns[which])
            times[which].append(time.perf_counter() - began)
    return median(times[1][WARM:]) / median(times[0][WARM:])


def main() -> None:
    stepper = stepper_of(1, False)
    rate = matmul_rate()
    ours, plain = seconds()
    rate = (rate + matmul_rate()) / 2
    frames = BATCH * FRAMES / ours
    work = frames * arithmetic(stepper.model, FRAMES)
    parameters = sum(parameter.numel() for parameter in stepper.model.parameters())
    print(f"{torch.get_num_threads()} threads, {stepper.precision}, {parameters:,} parameters")
    print(f"recipe paper: {frames:,.0f} frames trained a second")
    print(f"matmul: {rate / 1e9:,.0f} G multiply-adds a second; training needs {work / rate:.0%} of that rate")
    shown = losses()
    print(f"{plain / ours:.2f} times the straightforward version; losses {shown[0]} (ours), {shown[1]} (plain)")
    print(
        f"with half of the inputs drawn (scheduled sampling's first pass): {beside(true_inputs=0.5):.2f} times the time"
    )
    print(f"with backbone.recompute: {beside('backbone.recompute=true'):.2f} times the time")


if __name__ == "__main__":
    main()
