"""Gradients and speed of a run in a few figures, and its speed over time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from popgen_core.history.curve import Column, Curve

__all__ = ["Gradients", "Speed", "gradients_of", "speed_of", "speed_over_time", "varies"]

SPANS = 150  # of steps, over each of which the speed is taken
SETTLED = 20  # steps before which a log without frames does not know its speed


@dataclass(frozen=True)
class Gradients:
    """Gradient norms before clipping: the middle one and the largest; the norm above which gradients are scaled down
    (NaN: the recipe does not tell), the share of steps (0..1) that were, and the steps that were skipped."""

    middle: float
    largest: float
    clip: float
    clipped: float
    skipped: int


@dataclass(frozen=True)
class Speed:
    """Training time in seconds, frames trained on (NaN: the log does not tell), and frames a second over all of it."""

    seconds: float
    frames: float
    frames_per_second: float


def gradients_of(curve: Curve, clip: float) -> Gradients | None:
    """The gradient norms of a run in figures; None where its log tells none. A skipped step is one without a loss."""
    norms = curve.gradient_norm[~np.isnan(curve.gradient_norm)]
    if not len(norms):
        return None
    clipped = float((norms > clip).mean()) if clip == clip else float("nan")
    return Gradients(float(np.median(norms)), float(norms.max()), clip, clipped, int(np.isnan(curve.loss).sum()))


def speed_of(curve: Curve) -> Speed | None:
    """How long a run trained and how fast; None where its log does not tell the time."""
    seconds = curve.seconds[~np.isnan(curve.seconds)]
    if not len(seconds):
        return None
    frames = float(curve.frames.sum())  # NaN where one step's are not told
    if frames == frames and seconds[-1] > 0:
        return Speed(float(seconds[-1]), frames, frames / float(seconds[-1]))
    told = curve.frames_per_second[~np.isnan(curve.frames_per_second)]
    return Speed(float(seconds[-1]), float("nan"), float(np.median(told)) if len(told) else float("nan"))


def speed_over_time(curve: Curve) -> tuple[Column, Column]:
    """Hours of training (span,), frames a second (span,).

    Of a log that tells each step's frames: the frames of some steps over their time. Of one that does not: the speed
    that it wrote down, a mean since its session began.
    """
    there = ~np.isnan(curve.seconds)
    seconds, frames = curve.seconds[there], curve.frames[there]
    if len(seconds) < 2 or np.isnan(frames).any():
        return seconds[SETTLED:] / 3600, curve.frames_per_second[there][SETTLED:]
    borders = np.unique(np.linspace(0, len(seconds) - 1, min(SPANS, len(seconds) - 1) + 1).astype(np.int64))
    done = np.cumsum(frames)[borders]
    time = np.diff(seconds[borders])
    usable = time > 0
    return seconds[borders[1:]][usable] / 3600, np.diff(done)[usable] / time[usable]


def varies(values: Column) -> bool:
    """Whether a column holds more than one value."""
    there = values[~np.isnan(values)]
    return len(there) > 0 and not np.allclose(there, there[0], rtol=1e-9, atol=0)
