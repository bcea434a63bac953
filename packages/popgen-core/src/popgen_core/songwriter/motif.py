"""Motifs: short rhythms with a contour in scale steps, and the ways in which they come back changed."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from popgen_core.songwriter.meter import Meter
from popgen_core.songwriter.notes import draw_onsets, gaps

__all__ = ["Motif", "draw_cadence", "draw_motif", "varied"]


@dataclass(frozen=True)
class Motif:
    """About a bar of melody: onsets and lengths in sixteenths, heights in scale steps from the first note."""

    onsets: tuple[int, ...]
    lengths: tuple[int, ...]
    heights: tuple[int, ...]


def draw_motif(rng: Generator, meter: Meter, busy: float, syncopation: float, figure: NDArray[np.float64]) -> Motif:
    """A motif of three to seven notes on eighths and a few sixteenths; it leaves room to breathe at its end."""
    count = int(np.clip(round(rng.normal(2.6 + 3.6 * busy, 0.9) * meter.steps / 16), 2, 7))
    weights = meter.weights**0.6
    weights[1::2] = 0.06 + 0.3 * syncopation * busy
    weights[-2:] *= 0.4
    weights *= figure[: meter.steps] ** 0.5
    onsets = list(draw_onsets(rng, weights, count))
    if rng.random() < 0.65:
        onsets[0] = 0
    elif onsets[0] > meter.beat:
        onsets[0] = meter.beat // 2
    onsets = sorted(set(onsets))
    lengths = [min(gap, int(rng.choice((4, 6, 8)))) for gap in gaps(tuple(onsets), meter.steps)]
    return Motif(tuple(onsets), tuple(max(length, 1) for length in lengths), _heights(rng, len(onsets)))


def _heights(rng: Generator, count: int) -> tuple[int, ...]:
    """A contour: mostly steps, some thirds and repeats, a rare leap that is answered by a step back."""
    heights, leapt = [0], 0
    for _ in range(count - 1):
        if leapt:
            move = -int(np.sign(leapt))
        else:
            move = int(rng.choice((-1, 1, 0, -2, 2, 4, -3), p=(0.28, 0.28, 0.14, 0.11, 0.11, 0.05, 0.03)))
        if abs(heights[-1] + move) > 5:
            move = -move
        leapt = move if abs(move) > 2 else 0
        heights.append(heights[-1] + move)
    return tuple(heights)


def draw_cadence(rng: Generator, meter: Meter, before: Motif) -> Motif:
    """A phrase's last bar: the head of the motif before it, then a long note and breath."""
    head = int(rng.integers(1, min(3, len(before.onsets)) + 1)) if before.onsets[0] < meter.half else 0
    kept = [onset for onset in before.onsets[:head] if onset < meter.half - 1]
    landing = int(rng.choice([step for step in range(0, meter.half + 1, 2) if not kept or step > kept[-1]]))
    onsets = (*kept, landing)
    rest = int(rng.integers(2, meter.beat + 1))
    lengths = gaps(onsets, max(meter.steps - rest, landing + 2))
    heights = (*before.heights[: len(kept)], 0)
    return Motif(onsets, lengths, heights)


def varied(rng: Generator, motif: Motif, way: str) -> Motif:
    """The motif come back: "i" upside down, "r" in another rhythm, "t" with another tail, "o" ornamented."""
    if way == "i":
        return replace(motif, heights=tuple(-height for height in motif.heights))
    if way == "r":
        return _other_rhythm(rng, motif)
    if way == "t" and len(motif.heights) > 2:
        keep = len(motif.heights) - int(rng.integers(1, 3))
        tail = [
            motif.heights[keep - 1] + int(move)
            for move in np.cumsum(rng.choice((-2, -1, 1, 2), len(motif.heights) - keep))
        ]
        return replace(motif, heights=(*motif.heights[:keep], *tail))
    if way == "o":
        return _ornamented(rng, motif)
    return motif


def _other_rhythm(rng: Generator, motif: Motif) -> Motif:
    """One onset moved an eighth earlier or later where there is room."""
    onsets = list(motif.onsets)
    at = int(rng.integers(len(onsets)))
    moved = onsets[at] + int(rng.choice((-2, 2)))
    low = onsets[at - 1] + 1 if at else 0
    high = onsets[at + 1] if at + 1 < len(onsets) else onsets[at] + motif.lengths[at]
    if not low <= moved < high:
        return motif
    end = motif.onsets[-1] + motif.lengths[-1]
    onsets[at] = moved
    lengths = tuple(max(1, min(gap, 8)) for gap in gaps(tuple(onsets), max(end, onsets[-1] + 1)))
    return replace(motif, onsets=tuple(onsets), lengths=lengths)


def _ornamented(rng: Generator, motif: Motif) -> Motif:
    """A long note split in two, its second half a neighbour."""
    long = [at for at, length in enumerate(motif.lengths) if length >= 4]
    if not long:
        return motif
    at = int(rng.choice(long))
    half = motif.lengths[at] // 2
    onsets = (*motif.onsets[: at + 1], motif.onsets[at] + half, *motif.onsets[at + 1 :])
    lengths = (*motif.lengths[:at], half, motif.lengths[at] - half, *motif.lengths[at + 1 :])
    neighbour = motif.heights[at] + int(rng.choice((-1, 1)))
    return Motif(onsets, lengths, (*motif.heights[: at + 1], neighbour, *motif.heights[at + 1 :]))
