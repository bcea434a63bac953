"""Note coherence: notes that belong to the scale, lines that move in small steps, motifs that come back."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from popgen_core.analysis.piece import Part, Piece
from popgen_core.analysis.skyline import skyline
from popgen_core.contracts.evaluator import Measure, Score
from popgen_eval.metrics.pooling import above_chance, pooled, undefined

__all__ = ["NoteCoherence", "motifs", "scale_share", "steps_small"]

SCALE_CHANCE = 7 / 12  # seven of twelve pitch classes are in any scale
PHRASE_STEPS = 16  # a longer rest than 4 beats ends a line
MOTIF_FLOOR = 0.05


def scale_share(piece: Piece, part: Part) -> float:
    """K: share of the group's notes in the local scale of the mix, corrected for chance."""
    half = part.step * 2 // piece.steps  # the half bar in which each note begins
    inside = piece.scales[half, part.pitch % 12]
    return above_chance(float(inside.mean()), SCALE_CHANCE)


def steps_small(steps: NDArray[np.int64], pitches: NDArray[np.int64]) -> float:
    """I: how small the intervals of a line are, 1 up to a fourth, 0 from an octave on; NaN without intervals."""
    near = np.diff(steps) <= PHRASE_STEPS
    intervals = np.abs(np.diff(pitches))[near]
    return float(np.clip((12 - intervals) / 7, 0.0, 1.0).mean()) if len(intervals) else math.nan


def motifs(steps: NDArray[np.int64], pitches: NDArray[np.int64]) -> float:
    """R: share of three moves in a row (interval, sixteenths to the next note) that come twice or more; NaN if none."""
    moves = np.stack([np.diff(pitches), np.diff(steps)], axis=1)  # (moves, 2)
    if len(moves) < 3:
        return math.nan
    trigrams = np.concatenate([moves[:-2], moves[1:-1], moves[2:]], axis=1)  # (trigrams, 6)
    _, which, counts = np.unique(trigrams, axis=0, return_inverse=True, return_counts=True)
    return max(float((counts[which.ravel()] >= 2).mean()), MOTIF_FLOOR)


class NoteCoherence:
    """`note_coherence`, 0..1, higher is better: mean over pitched groups, weighted by sqrt(notes), of (K I R)^(1/3).

    K: share of notes in the local scale of the mix (9 half bars), (K - 7/12) / (5/12). I: mean over consecutive
    skyline notes at most 4 beats apart of clip((12 - |interval|) / 7, 0, 1). R: share of skyline trigrams of
    (interval, sixteenths) that occur twice or more, at least .05. Chance is near .1; one bar repeated scores high by
    design. Undefined below 12 bars and without a pitched group of 16 notes. Source: popgen's own, for the paper's
    "note coherence" (figure 1), which the paper does not define.
    """

    @dataclass(frozen=True)
    class Config:
        """No options: a figure that can be set cannot be compared."""

    scope: ClassVar[Literal["piece"]] = "piece"
    measures: ClassVar[tuple[Measure, ...]] = (
        Measure(
            "note_coherence", "share", 0.0, 1.0, "higher",
            "(notes in scale x small steps x motifs that come back)^(1/3), by pitched group",
        ),
    )  # fmt: skip

    def __init__(self, config: Config | None = None) -> None:
        self.config = config or self.Config()

    def score(self, piece: Piece) -> Mapping[str, Score]:
        """A grouped piece -> its note coherence."""
        if piece.reason:
            return {"note_coherence": undefined(piece.reason)}
        groups = [(_coherence(piece, part), len(part.pitch)) for part in piece.pitched if part.enough]
        return {"note_coherence": pooled(groups, "no pitched group has 16 notes and a line")}


def _coherence(piece: Piece, part: Part) -> float:
    line = skyline(part.step, part.pitch)
    return float(np.cbrt(scale_share(piece, part) * steps_small(*line) * motifs(*line)))
