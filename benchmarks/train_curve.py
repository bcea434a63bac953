"""How the cost of training a frame grows with threads, window and width, beside the arithmetic that it needs.

Every step has as many frames. Cost and multiply-adds of a frame are in multiples of the narrowest's or shortest's. With
the width, cost must grow no faster than multiply-adds. With the window, what a frame needs grows along a straight line,
exponentials and multiply-adds of attention alike; so each frame more must cost no more than those before: last column.
"""

from __future__ import annotations

import os
import time
from itertools import pairwise

import torch

from popgen_core.train.step import Turn
from train_speed import BATCH, FRAMES, arithmetic, batch_of, stepper_of

WINDOWS = (256, 512, 1024, 2048)
WIDTHS = (128, 256, 512)
WARM, STEPS = 2, 4


def cost(window: int, width: int) -> tuple[float, float]:
    """Seconds a frame of the fastest step, and multiply-adds a frame, at a window and a width."""
    longest = (f"train.window={window}", f"backbone.window={window}", f"backbone.keep={window // 2}")
    stepper = stepper_of(1, False, *longest, f"width={width}", f"backbone.feed_forward={4 * width}")
    batch = batch_of(stepper.model, BATCH * FRAMES // window, window)
    times = []
    for _ in range(WARM + STEPS):
        began = time.perf_counter()
        stepper.step([batch], Turn(stepper.config.learning_rate))
        times.append(time.perf_counter() - began)
    return min(times[WARM:]) / (BATCH * FRAMES), arithmetic(stepper.model, window)


def lines(axis: str, found: dict[int, tuple[float, float]]) -> list[str]:
    """Size -> seconds and multiply-adds a frame, as one line a size, the smallest first."""
    first_seconds, first_work = next(iter(found.values()))
    return [
        f"{torch.get_num_threads()} threads, {axis} {size:4}: {1 / seconds:7,.0f} frames a second"
        f"  cost x {seconds / first_seconds:4.2f}  arithmetic x {work / first_work:4.2f}"
        for size, (seconds, work) in found.items()
    ]


def steepness(found: dict[int, tuple[float, float]]) -> list[str]:
    """For each window but the first: nanoseconds that a frame costs more for each frame that the window is longer."""
    shown = [""]
    for (short, (low, _)), (long, (high, _)) in pairwise(found.items()):
        shown.append(f"  {(high - low) * 1e9 / (long - short):4.0f} ns a frame more")
    return shown


def main() -> None:
    for threads in range(1, min(2, os.cpu_count() or 1) + 1):
        torch.set_num_threads(threads)
        windows = {window: cost(window, 256) for window in WINDOWS}
        for line, more in zip(lines("window", windows), steepness(windows), strict=True):
            print(line + more)
        print("\n".join(lines("width", {width: cost(FRAMES, width) for width in WIDTHS})))


if __name__ == "__main__":
    main()
