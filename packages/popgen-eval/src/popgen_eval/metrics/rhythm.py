"""Rhythm accuracy: onsets that lie on the beat's grid, in rhythms that come back from bar to bar."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from popgen_core.analysis.piece import Part, Piece
from popgen_core.contracts.evaluator import Measure, Score
from popgen_eval.metrics.pooling import above_chance, pooled, undefined

__all__ = ["RhythmAccuracy", "on_grid", "recurrence", "tolerance"]

GRIDS = (4, 3)  # points a beat: sixteenths, eighth triplets
LAGS = (1, 2, 4)  # bars
LEAST_TOLERANCE = 1 / 16  # beat
HEARD = 0.03  # seconds
MOST_TOLERANCE = 3 / 32  # beat; more would cover three quarters of the sixteenths' time and mean nothing


def tolerance(tempo_bpm: float) -> float:
    """Beats that an onset may be off a grid point: 1/16, or 30 ms where that is more, but 3/32 at most."""
    return min(max(LEAST_TOLERANCE, HEARD * tempo_bpm / 60), MOST_TOLERANCE)


def on_grid(onset: NDArray[np.float64], within: float) -> float:
    """A: share of onsets (in beats) within tolerance of the better of both grids, corrected for chance."""
    shares = []
    for points in GRIDS:
        off = np.abs(onset - np.rint(onset * points) / points)
        shares.append(above_chance(float((off <= within + 1e-9).mean()), 2 * within * points))
    return max(shares)


def _kappa(one: NDArray[np.bool_], two: NDArray[np.bool_]) -> float:
    """Cohen's kappa of two equally long rows of yes and no."""
    agreed, first, second = float((one == two).mean()), float(one.mean()), float(two.mean())
    chance = first * second + (1 - first) * (1 - second)
    return (agreed - chance) / (1 - chance) if chance < 1 else 1.0


def recurrence(grid: NDArray[np.bool_], lags: tuple[int, ...] = LAGS) -> float:
    """k: (bars, steps) onsets -> Cohen's kappa with the bar `lag` before, pooled over pairs of bars that are not empty.

    The best lag counts, 0 at least; NaN where no two such bars are a lag apart.
    """
    full = np.asarray(grid.any(axis=1))
    found = []
    for lag in lags:
        pairs = full[lag:] & full[:-lag]
        if pairs.any():
            found.append(_kappa(grid[lag:][pairs], grid[:-lag][pairs]))
    return max(0.0, *found) if found else math.nan


class RhythmAccuracy:
    """`rhythm_accuracy`, 0..1, higher is better: the mean over groups, weighted by sqrt(notes), of sqrt(A k).

    A: share of onsets within a tolerance of the better of the sixteenth and the eighth triplet grid, corrected for
    chance. The tolerance depends on tempo: 1/16 beat up to 125 BPM, then 30 ms, which is more of a beat the faster the
    song, and from 187.5 BPM on 3/32 beat. So a change of tempo leaves the figure as it is only below 125 BPM or above
    187.5; between, or across, loose onsets may count otherwise. k: Cohen's kappa of the onset rows of bars 1, 2 or
    4 apart, the best of the three. One bar repeated scores high by design; swing away from both grids lowers it.
    Undefined below 12 bars and without a group of 16 notes (drums 32). Source: popgen's own, for the paper's
    "rhythm accuracy" (figure 2), which the paper does not define. Deviation from our first definition: above 187.5
    BPM the tolerance stays at 3/32 beat.
    """

    @dataclass(frozen=True)
    class Config:
        """No options: a figure that can be set cannot be compared."""

    scope: ClassVar[Literal["piece"]] = "piece"
    measures: ClassVar[tuple[Measure, ...]] = (
        Measure(
            "rhythm_accuracy", "share", 0.0, 1.0, "higher",
            "sqrt(onsets on the grid x rhythm of bars 1, 2 or 4 apart alike), by group",
        ),
    )  # fmt: skip

    def __init__(self, config: Config | None = None) -> None:
        self.config = config or self.Config()

    def score(self, piece: Piece) -> Mapping[str, Score]:
        """A grouped piece -> its rhythm accuracy."""
        if piece.reason:
            return {"rhythm_accuracy": undefined(piece.reason)}
        groups = [(_accuracy(piece, part), len(part.pitch)) for part in piece.parts if part.enough]
        return {"rhythm_accuracy": pooled(groups, "no group has 16 notes (drums 32) in bars that can be compared")}


def _accuracy(piece: Piece, part: Part) -> float:
    accurate = on_grid(part.onset, tolerance(piece.tempo_bpm))
    return math.sqrt(accurate * recurrence(piece.grids[part.name]))
