"""A note as a part writes it: on the grid of sixteenths, with an accent instead of a velocity, not yet played."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

__all__ = ["PATTERN_BARS", "Onsets", "WrittenNote", "answered", "draw_onsets", "folded", "gaps"]

Onsets = tuple[int, ...]

PATTERN_BARS = 4  # a part's rhythm comes round: two bars, and the two that answer them


class WrittenNote(NamedTuple):
    """A note on the page.

    `step` and `length` count sixteenths from the song's start; `accent` is -1 (ghosted) .. 1 (as loud as the section
    allows); `spread` is how many milliseconds it comes after the rest of its chord.
    """

    step: int
    length: float
    pitch: int
    accent: float
    spread: float = 0.0


def draw_onsets(rng: Generator, weights: NDArray[np.float64] | Sequence[float], count: int) -> Onsets:
    """`count` different steps, drawn in proportion to their weights, in order; fewer where fewer have a weight."""
    odds = np.asarray(weights, dtype=np.float64)
    count = min(count, int((odds > 0).sum()))
    if count < 1:
        return ()
    return tuple(sorted(int(step) for step in rng.choice(len(odds), size=count, replace=False, p=odds / odds.sum())))


def gaps(onsets: Onsets, end: int) -> Onsets:
    """Steps from each onset to the next, of the last to `end`."""
    return tuple(after - onset for onset, after in pairwise((*onsets, end)))


def answered(rng: Generator, onsets: Onsets, length: int) -> Onsets:
    """The onsets of two bars, and the same again `length` later with some left out and some moved by an eighth."""
    again: set[int] = set()
    for onset in onsets:
        fate = rng.random()
        if fate >= 0.1 or onset == 0:
            again.add(length + (onset + 2 if 0.1 <= fate < 0.25 and 0 < onset < length - 2 else onset))
    return (*onsets, *sorted(again))


def folded(pitch: int, low: int, high: int) -> int:
    """The pitch moved by octaves into low..high, which span at least an octave."""
    while pitch < low:
        pitch += 12
    while pitch > high:
        pitch -= 12
    return pitch
