"""Phrase structure: bars that are like those four and eight bars away, more than those at other distances."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from popgen_core.analysis.piece import Piece
from popgen_core.contracts.evaluator import Measure, Score
from popgen_eval.metrics.pooling import undefined

__all__ = ["PhraseStructure", "phrase_contrast"]

PHRASES = (4, 8)  # bars
ELSEWHERE = (3, 5, 6, 7, 9)  # bars
LEAST_ROOM = 0.08  # between those elsewhere and 1, so that a piece of equal bars does not divide by nothing


def phrase_contrast(alike: NDArray[np.float64]) -> float:
    """(bars, bars), more than 9 -> how much more alike bars 4 and 8 apart are than bars 3, 5, 6, 7 and 9 apart."""
    phrases, elsewhere = (
        float(np.mean([np.diagonal(alike, lag).mean() for lag in lags])) for lags in (PHRASES, ELSEWHERE)
    )
    return float(np.clip((phrases - elsewhere) / max(1 - elsewhere, LEAST_ROOM), 0.0, 1.0))


class PhraseStructure:
    """`phrase_structure`, 0..1, higher is better: music that comes back after four and eight bars, not at any distance.

    How alike bars are is that of `structure_coherence`. p: mean over bars 4 and over bars 8 apart; q: the same for
    3, 5, 6, 7 and 9 apart. The figure is (p - q) / max(1 - q, .08). One bar repeated, shuffled bars and noise score
    about 0; music in phrases of other lengths does too. Undefined below 12 bars. Source: popgen's own, for the
    paper's "phrase structure" (figure 11), which the paper does not define.
    """

    @dataclass(frozen=True)
    class Config:
        """No options: a figure that can be set cannot be compared."""

    scope: ClassVar[Literal["piece"]] = "piece"
    measures: ClassVar[tuple[Measure, ...]] = (
        Measure(
            "phrase_structure", "contrast", 0.0, 1.0, "higher",
            "how much more alike bars 4 and 8 apart are than bars 3, 5, 6, 7 and 9 apart",
        ),
    )  # fmt: skip

    def __init__(self, config: Config | None = None) -> None:
        self.config = config or self.Config()

    def score(self, piece: Piece) -> Mapping[str, Score]:
        """A grouped piece -> its phrase structure."""
        found = undefined(piece.reason) if piece.reason else Score(phrase_contrast(piece.bars_alike))
        return {"phrase_structure": found}
