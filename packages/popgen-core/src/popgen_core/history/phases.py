"""The phases of a run, found from its curve: where the loss begins to fall at another speed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Phase", "Phases", "phases_of"]

LEAST = 3  # epochs of a phase
MOST = 3  # phases, as many as the paper tells of
ENOUGH = 12  # epochs, below which phases cannot be told from chance
CORNER = 3  # parameters that a corner costs beside the two of its line
FINEST = 1e-3  # of the logarithm of the loss: a tenth of a percent, below which nothing is told apart
DECIMALS = 12  # of sums of squares, behind which only rounding stands


@dataclass(frozen=True)
class Phase:
    """Epochs `first` to `last` in which the loss changes by one factor an epoch: `change` of -0.03 is 3 % less."""

    first: int
    last: int
    change: float


@dataclass(frozen=True)
class Phases:
    """The phases that were found, in their order; where none could be, `reason` says why."""

    found: tuple[Phase, ...]
    reason: str = ""


def phases_of(epochs: NDArray[np.int64], loss: NDArray[np.float64]) -> Phases:
    """The phases of a curve: epochs (epoch,) and their mean losses (epoch,).

    Law: one, two or three straight lines, not joined, through the logarithm of the loss over the epochs, each over at
    least three epochs, the cuts where the squared residuals are least (dynamic programming finds the best cuts). How
    many lines is decided by Schwarz's criterion n ln(s) + p ln n, least is best: n epochs; s their mean squared
    residual, at least 0.001^2; p parameters: two a line, and three for each corner (its place is searched for, so it
    costs more than a parameter: Hall, Osborn and Sakkas 2013). Of straight lines with noise one in ten of 12 epochs is
    cut all the same, one in forty of 20, three in a thousand of 40 (1,000 trials each); with fewer than 12 epochs no
    phases are told. A curve that bends evenly has no corners and is cut where lines fit it best: phases describe a
    curve and explain nothing. Epochs whose loss is no number are left out; one of 0 or less leaves no phases.
    """
    usable = loss > 0
    if (~usable & ~np.isnan(loss)).any():
        return Phases((), "the loss is not always above 0, so that its logarithm has no phases")
    epochs, loss = epochs[usable], loss[usable]
    if len(loss) < ENOUGH:
        count = f"{len(loss)} epoch{'' if len(loss) == 1 else 's'}"
        return Phases((), f"too short to tell phases apart: {count}, {ENOUGH} are needed")
    y = np.log(loss)
    cuts = _best_cuts(epochs.astype(np.float64), y)
    return Phases(tuple(_phase(epochs[a : b + 1], y[a : b + 1]) for a, b in cuts))


def _phase(epochs: NDArray[np.int64], y: NDArray[np.float64]) -> Phase:
    slope = float(np.polyfit(epochs - epochs.mean(), y, 1)[0])
    return Phase(int(epochs[0]), int(epochs[-1]), float(np.expm1(slope)))


def _best_cuts(x: NDArray[np.float64], y: NDArray[np.float64]) -> list[tuple[int, int]]:
    """(first, last) index of each line of the best fit of one to three."""
    n, costs = len(y), _costs(x, y)
    best = np.where(np.arange(n) + 1 >= LEAST, costs[0], np.inf)  # (end,) of the lines so far
    starts: list[NDArray[np.int64]] = [np.zeros(n, np.int64)]
    chosen, least = 1, _criterion(float(best[-1]), n, 1)
    for count in range(2, MOST + 1):
        sums = (best[:-1, None] + costs[1:]).round(DECIMALS)  # (start - 1, end)
        starts.append(n - 1 - sums[::-1].argmin(axis=0))  # an epoch that lies on both lines belongs to the earlier one
        best = sums.min(axis=0)
        if (score := _criterion(float(best[-1]), n, count)) < least:
            chosen, least = count, score
    return _walk_back(starts[:chosen], n)


def _walk_back(starts: list[NDArray[np.int64]], n: int) -> list[tuple[int, int]]:
    cuts, end = [], n - 1
    for start in reversed(starts):
        cuts.append((int(start[end]), end))
        end = int(start[end]) - 1
    return cuts[::-1]


def _criterion(squares: float, n: int, lines: int) -> float:
    parameters = 2 * lines + CORNER * (lines - 1)
    return n * float(np.log(max(squares / n, FINEST**2))) + parameters * float(np.log(n))


def _costs(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    """Squared residuals of the best line from each start to each end (start, end); infinite for too short ones."""
    x, y, n = x - x.mean(), y - y.mean(), len(y)
    count = np.arange(n)[None] - np.arange(n)[:, None] + 1.0  # (start, end)
    short = count < LEAST
    count[short] = LEAST

    def sums(values: NDArray[np.float64]) -> NDArray[np.float64]:
        ends = np.concatenate([[0.0], np.cumsum(values)])
        return np.asarray(ends[None, 1:] - ends[:-1, None])

    sx, sy = sums(x), sums(y)
    xx, xy, yy = sums(x * x) - sx**2 / count, sums(x * y) - sx * sy / count, sums(y * y) - sy**2 / count
    cost = yy - xy**2 / np.where(short, 1.0, xx)
    return np.where(short, np.inf, np.maximum(cost, 0.0))
