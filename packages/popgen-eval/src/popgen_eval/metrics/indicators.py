"""Structure indicators: how much of a piece its best short, middle and long stretch explains."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

from popgen_core.analysis.piece import Piece
from popgen_core.analysis.segments import fitness
from popgen_core.contracts.evaluator import Measure, Score
from popgen_eval.metrics.pooling import undefined

__all__ = ["StructureIndicators"]

SPANS = ((2, 4), (5, 8), (9, 16))  # bars: short, middle, long


class StructureIndicators:
    """`SI_2_4`, `SI_5_8`, `SI_9_16`, 0..1, without a direction: the fitness of the best stretch of so many bars.

    How alike bars are is that of `structure_coherence`; what is above .8 is stretched to 0..1, all below is -2. A
    stretch's repetitions are the best set of paths through the bars like it (steps of one bar on both sides, or of two
    on one), no two of which share a bar. Its fitness is the harmonic mean of their mean score a step and the share of
    the other bars that they cover. One bar repeated scores 1 and noise 0, so that high is not better: read them beside
    `structure_coherence`. Undefined below 12 bars, and below twice the longest stretch. Source: the structureness
    indicators of Wu and Yang 2020 (The Jazz Transformer on the Front Line), after Müller, Jiang and Grosche 2013.
    Deviation: bars of notes for frames of audio, a fixed threshold, and the stretch itself is left out of score and
    cover where the source leaves it in the denominators, so that lengths can be compared.
    """

    @dataclass(frozen=True)
    class Config:
        """No options: a figure that can be set cannot be compared."""

    scope: ClassVar[Literal["piece"]] = "piece"
    measures: ClassVar[tuple[Measure, ...]] = tuple(
        Measure(
            f"SI_{low}_{high}", "fitness", 0.0, 1.0, "none",
            f"how much of the piece its best stretch of {low} to {high} bars explains by its repetitions",
        )
        for low, high in SPANS
    )  # fmt: skip

    def __init__(self, config: Config | None = None) -> None:
        self.config = config or self.Config()

    def score(self, piece: Piece) -> Mapping[str, Score]:
        """A grouped piece -> its structure indicators."""
        return {f"SI_{low}_{high}": _indicator(piece, low, high) for low, high in SPANS}


def _indicator(piece: Piece, low: int, high: int) -> Score:
    if piece.reason:
        return undefined(piece.reason)
    if piece.bars < 2 * high:
        return undefined(f"bars: {piece.bars}; a stretch of {high} and its return need {2 * high}")
    return Score(float(fitness(piece.bars_alike, range(low, high + 1)).max()))
