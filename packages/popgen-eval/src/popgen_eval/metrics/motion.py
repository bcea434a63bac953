"""Complementary motion: lead and bass that part when the chord changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from popgen_core.analysis.piece import Piece
from popgen_core.analysis.skyline import skyline
from popgen_core.contracts.evaluator import Measure, Score
from popgen_eval.metrics.by_group import lead_of, part_of, too_few
from popgen_eval.metrics.pooling import undefined

__all__ = ["ComplementaryMotion", "changes", "directions", "parting"]

LEAST_CHANGES = 8
ANSWER = 4  # sixteenths: a voice that begins nothing within a beat of the change holds its pitch


def changes(piece: Piece) -> NDArray[np.int64]:
    """Sixteenths at which a half bar begins whose chord is not that of the half bar before; silence is no chord."""
    root, kind = piece.chords.root, piece.chords.kind
    other = (np.diff(root) != 0) | (np.diff(kind) != 0)
    half = np.flatnonzero(other & (root[1:] >= 0) & (root[:-1] >= 0)) + 1
    return np.asarray(-(-half * piece.steps // 2), dtype=np.int64)


def directions(
    step: NDArray[np.int64], pitch: NDArray[np.int64], at: NDArray[np.int64], longest: int
) -> NDArray[np.float64]:
    """A line and the steps of changes -> 1 up, -1 down, 0 held, for each; NaN after a rest of `longest` steps."""
    after = np.searchsorted(step, at)
    before = after - 1
    heard = (before >= 0) & (at - step[np.maximum(before, 0)] <= longest)
    answered = (after < len(step)) & (step[np.minimum(after, len(step) - 1)] < at + ANSWER)
    now = np.where(answered, pitch[np.minimum(after, len(step) - 1)], pitch[np.maximum(before, 0)])
    moved = np.sign(now - pitch[np.maximum(before, 0)]).astype(np.float64)
    return np.where(heard, moved, np.nan)


def parting(lead: NDArray[np.float64], bass: NDArray[np.float64]) -> float:
    """Directions at the same changes -> share at which they are not the same way, less that of shuffled pairs."""
    similar = float((lead * bass > 0).mean())
    chance = float((lead > 0).mean() * (bass > 0).mean() + (lead < 0).mean() * (bass < 0).mean())
    return chance - similar


class ComplementaryMotion:
    """`complementary_motion`, -1..1, descriptive: how much more than at random lead and bass part at chord changes.

    At each change of the half-bar chord each voice goes up, down or stays: from its last note before, at most a bar
    back, to its first within a beat after; the lead's top notes, the bass's lowest. The share of changes at which they
    do not go the same way, less what all pairings of the same moves give on average (exact, nothing is drawn). Above 0
    they part, below 0 they run together. Without a group lead the highest pitched group but the bass stands in.
    Undefined below 12 bars, without bass and lead of 16 notes, and below 8 changes that both play over. Transposition
    and tempo change nothing. Source: popgen's own, for the paper's "complementary motion", which the paper does not
    define. Why it has no direction: 193 real songs run together more than chance (mean -.06), so that a bass whose bars
    are permuted scores above them (AUC .40); a bass that doubles the lead scores below (-.23, .78).
    """

    @dataclass(frozen=True)
    class Config:
        """No options: a figure that can be set cannot be compared."""

    scope: ClassVar[Literal["piece"]] = "piece"
    measures: ClassVar[tuple[Measure, ...]] = (
        Measure(
            "complementary_motion", "share", -1.0, 1.0, "none",
            "chord changes at which lead and bass do not move the same way, less shuffled pairs",
        ),
    )  # fmt: skip

    def __init__(self, config: Config | None = None) -> None:
        self.config = config or self.Config()

    def score(self, piece: Piece) -> Mapping[str, Score]:
        """A grouped piece -> its complementary motion."""
        if piece.reason:
            return {"complementary_motion": undefined(piece.reason)}
        return {"complementary_motion": _motion(piece)}


def _motion(piece: Piece) -> Score:
    lead, bass = lead_of(piece), part_of(piece, "bass")
    if lead is None or bass is None:
        return too_few("bass" if bass is None else "lead")
    at = changes(piece)
    top = directions(*skyline(lead.step, lead.pitch), at, piece.steps)
    steps, lowest = skyline(bass.step, -bass.pitch)
    bottom = directions(steps, -lowest, at, piece.steps)
    both = ~np.isnan(top + bottom)
    if both.sum() < LEAST_CHANGES:
        return undefined(f"chord changes that lead and bass play over: {int(both.sum())}, needed: {LEAST_CHANGES}")
    return Score(parting(top[both], bottom[both]))
