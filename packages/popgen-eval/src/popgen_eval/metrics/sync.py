"""Cross-track synchrony: groups that begin notes together and agree on the harmony."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from popgen_core.analysis.piece import Part, Piece
from popgen_core.contracts.evaluator import Measure, Score
from popgen_eval.metrics.pooling import undefined

__all__ = ["CrossTrackSync", "Meeting", "meeting", "together", "with_harmony"]

NEAR = 1.5 / 16  # beat
MOST_COVERED = 0.95  # of the time, as chance; more would leave nothing to tell


@dataclass(frozen=True)
class Meeting:
    """Two groups: `share` 0..1 of the sparser one's `onsets` that meet one of the other's, and what `chance` gives."""

    share: float
    chance: float
    onsets: int


def _covered(onset: NDArray[np.float64]) -> float:
    """Beats within `NEAR` of any of these sorted onsets."""
    gaps = np.minimum(np.diff(onset), 2 * NEAR)
    return float(gaps.sum() + 2 * NEAR) if len(onset) else 0.0


def meeting(piece: Piece, one: Part, two: Part) -> Meeting:
    """How often two groups begin notes together, in the bars where both play; no onsets where there are none."""
    both = np.asarray(piece.grids[one.name].any(axis=1) & piece.grids[two.name].any(axis=1))
    if not both.any():
        return Meeting(math.nan, math.nan, 0)
    onsets = [np.unique(part.onset[both[part.step // piece.steps]]) for part in (one, two)]
    sparse, dense = sorted(onsets, key=len)
    at = np.searchsorted(dense, sparse)
    before, after = dense[np.maximum(at - 1, 0)], dense[np.minimum(at, len(dense) - 1)]
    near = np.minimum(np.abs(sparse - before), np.abs(sparse - after)) <= NEAR + 1e-9
    chance = min(_covered(dense) / (piece.bar_beats * int(both.sum())), MOST_COVERED)
    return Meeting(float(near.mean()), chance, len(sparse))


def together(meetings: Sequence[Meeting]) -> Score:
    """T: pairs of groups -> what their shares are above chance in all, over what they could be; 0 at least.

    A pair counts by the square root of its onsets and by the room that chance leaves it.
    """
    pairs = [(math.sqrt(pair.onsets), pair) for pair in meetings if pair.onsets]
    if not pairs:
        return undefined("no two groups of 16 notes (drums 32) play in one bar")
    above = sum(weight * (pair.share - pair.chance) for weight, pair in pairs)
    room = sum(weight * (1 - pair.chance) for weight, pair in pairs)
    return Score(max(0.0, above / room))


class CrossTrackSync:
    """`cross_track_sync` and `onset_sync`, 0..1, higher is better: groups in time and in tune with each other.

    `onset_sync` (T): s is the share of the sparser of two groups' distinct onsets within 1.5/16 beat of an onset of
    the other, in bars where both play; c, its chance, is the time that the other's onsets cover with that tolerance.
    Over pairs of groups, weighted by w = sqrt(onsets of the sparser), T = sum w (s - c) / sum w (1 - c), 0 at least.
    `cross_track_sync` = sqrt(T H), H the mean over pitched groups of their agreement with the chords and scales of
    all others (see `harmonic_consistency`).
    Undefined below 12 bars, without two groups of 16 notes (drums 32) that play in one bar, and, but for
    `onset_sync`, without two pitched groups. Source: popgen's own, for the paper's "cross-track synchronisation"
    (figure 3), which the paper does not define. Version 1 averaged (s - c) / (1 - c) of each pair, 0 at least: it let
    pairs below chance pass, and gave as much weight to those that cannot miss.
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
        in_time = together([meeting(piece, one, two) for one, two in combinations(parts, 2)])
        return {"cross_track_sync": with_harmony(in_time, piece), "onset_sync": in_time}


def with_harmony(in_time: Score, piece: Piece) -> Score:
    """T of a piece -> sqrt(T H)."""
    if in_time.reason:
        return in_time
    if not piece.agreement:
        return undefined("no two pitched groups of 16 notes sound together")
    return Score(math.sqrt(in_time.value * float(np.mean(list(piece.agreement.values())))))
