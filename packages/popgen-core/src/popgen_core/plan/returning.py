"""Which earlier bar each bar comes back to: recalls, found in how alike bars are."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from popgen_core.plan.plan import Recall

__all__ = ["ENOUGH", "GOING_ON", "NEAREST", "recalls_of"]

ENOUGH = 0.8  # how alike two bars must be for one to recall the other; as in `analysis.segments`
NEAREST = 4  # bars back that a recalled bar must lie
GOING_ON = 0.1  # likeness that going on with the stretch which the bar before recalled is worth

Figures = NDArray[np.float64]


def recalls_of(alike: Figures) -> tuple[Recall | None, ...]:
    """(bars, bars) how alike bars are, 0..1 -> for each bar the earlier one that it comes back to, if one is like it.

    A bar may recall those at least four before it that are 0.8 alike or more, and recalls one of them if there are
    any. Of all ways to choose, the one of the highest sum is taken, over bars, of how alike they are and 0.1 for each
    bar that recalls the bar after the one that the bar before recalls: so recalls run in stretches, as in a chorus
    that comes back. Of equals a stretch goes on, and a new one goes back to where something was played first.
    `likeness` is told as it is. A silent bar is like no other, and recalls nothing.
    """
    likely = np.where(alike >= ENOUGH, alike, -np.inf)
    likely[np.triu_indices(len(alike), 1 - NEAREST)] = -np.inf
    came = np.empty((len(alike), len(alike) + 1), dtype=np.int64)  # from which choice of the bar before each came
    worth = np.zeros(len(alike) + 1)  # of the best way to each choice: an earlier bar, last of all none
    for bar, likeness in enumerate(likely):
        came[bar], worth = _step(likeness, worth)
    choices = _followed(came, int(np.argmax(worth)))
    return tuple(
        Recall(choice, min(round(float(alike[bar, choice]), 9), 1.0)) if choice < len(alike) else None
        for bar, choice in enumerate(choices)
    )


def _step(likeness: Figures, worth: Figures) -> tuple[NDArray[np.int64], Figures]:
    """How like each earlier bar this one is (-inf: too little), the worth of each choice (earlier bars + 1,) of the
    bar before -> the choice before that each choice here came from, and the worth of each here."""
    best = int(np.argmax(worth))
    going_on = np.append(-np.inf, worth[:-2] + GOING_ON) if len(worth) > 1 else np.zeros(0)
    goes_on = np.append(going_on >= worth[best], False)
    came = np.where(goes_on, np.arange(len(worth)) - 1, best)
    reached = np.append(np.maximum(going_on, worth[best]) + likeness, worth[best])
    return came, np.round(reached, 9)  # equal but for rounding is equal


def _followed(came: NDArray[np.int64], last: int) -> list[int]:
    """(bars, choices) where each choice came from, and the last choice -> the choice of each bar."""
    choices: list[int] = []
    for row in came[::-1]:
        choices.append(last)
        last = int(row[last])
    return choices[::-1]
