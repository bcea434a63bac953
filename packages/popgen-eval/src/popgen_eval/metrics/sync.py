"""Cross-track synchrony: groups that begin notes together and agree on the harmony."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from popgen_core.analysis.piece import Part, Piece
from popgen_core.contracts.evaluator import Measure, Score
from popgen_eval.metrics.pooling import above_chance, pooled, undefined

__all__ = ["CrossTrackSync", "meeting"]

NEAR = 1.5 / 16  # beat


def _covered(onset: NDArray[np.float64]) -> float:
    """Beats within `NEAR` of any of these sorted onsets."""
    gaps = np.minimum(np.diff(onset), 2 * NEAR)
    return float(gaps.sum() + 2 * NEAR) if len(onset) else 0.0


def meeting(piece: Piece, one: Part, two: Part) -> tuple[float, int]:
    """Share of the sparser group's onsets that meet one of the other, corrected for chance, and how many it has.

    Only bars where both play count; NaN where there are none.
    """
    both = np.asarray(piece.grids[one.name].any(axis=1) & piece.grids[two.name].any(axis=1))
    if not both.any():
        return math.nan, 0
    onsets = [np.unique(part.onset[both[part.step // piece.steps]]) for part in (one, two)]
    sparse, dense = sorted(onsets, key=len)
    at = np.searchsorted(dense, sparse)
    before, after = dense[np.maximum(at - 1, 0)], dense[np.minimum(at, len(dense) - 1)]
    near = np.minimum(np.abs(sparse - before), np.abs(sparse - after)) <= NEAR + 1e-9
    chance = min(_covered(dense) / (piece.bar_beats * int(both.sum())), 0.95)
    return above_chance(float(near.mean()), chance), len(sparse)


class CrossTrackSync:
    """`cross_track_sync` and `onset_sync`, 0..1, higher is better: groups in time and in tune with each other.

    `onset_sync` (T): the mean over pairs of groups, weighted by sqrt(onsets of the sparser), of the share of the
    sparser one's distinct onsets within 1.5/16 beat of an onset of the other, in bars where both play; chance is the
    time that the other's onsets cover with that tolerance. `cross_track_sync` = sqrt(T H), H the mean over pitched
    groups of their agreement with the chords and scales of all others (see `harmonic_consistency`).
    Undefined below 12 bars, without two groups of 16 notes (drums 32) that play in one bar, and, but for
    `onset_sync`, without two pitched groups. Source: popgen's own, for the paper's "cross-track synchronisation"
    (figure 3), which the paper does not define.
    """

    @dataclass(frozen=True)
    class Config:
        """No options: a figure that can be set cannot be compared."""

    scope: ClassVar[Literal["piece"]] = "piece"
    measures: ClassVar[tuple[Measure, ...]] = (
        Measure(
            "cross_track_sync", "share", 0.0, 1.0, "higher",
            "sqrt(onset_sync x agreement of each pitched group with the harmony of the others)",
        ),
        Measure(
            "onset_sync", "share", 0.0, 1.0, "higher",
            "onsets of the sparser of two groups that meet the other's, above chance, over pairs of groups",
        ),
    )  # fmt: skip

    def __init__(self, config: Config | None = None) -> None:
        self.config = config or self.Config()

    def score(self, piece: Piece) -> Mapping[str, Score]:
        """A grouped piece -> its synchrony."""
        if piece.reason:
            return {"cross_track_sync": undefined(piece.reason), "onset_sync": undefined(piece.reason)}
        parts = [part for part in piece.parts if part.enough]
        pairs = [meeting(piece, one, two) for one, two in combinations(parts, 2)]
        together = pooled(pairs, "no two groups of 16 notes (drums 32) play in one bar")
        return {"cross_track_sync": _with_harmony(together, piece), "onset_sync": together}


def _with_harmony(together: Score, piece: Piece) -> Score:
    if together.reason:
        return together
    if not piece.agreement:
        return undefined("no two pitched groups of 16 notes sound together")
    return Score(math.sqrt(together.value * float(np.mean(list(piece.agreement.values())))))
