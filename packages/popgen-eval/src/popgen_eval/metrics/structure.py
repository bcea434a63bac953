"""Structure coherence: four-bar phrases that come back, in an order that is not chance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

from popgen_core.analysis.alike import null_contrast
from popgen_core.analysis.piece import Piece
from popgen_core.contracts.evaluator import Measure, Score
from popgen_eval.metrics.pooling import undefined

__all__ = ["StructureCoherence"]

PHRASE = 4  # bars


class StructureCoherence:
    """`structure_coherence`, 0..1, higher is better: how much more four-bar phrases come back than in shuffled bars.

    S: how alike each two bars are, by group half the cosine of content (half-bar chroma; kick, snare and other hits)
    and half that of onset pattern. b: mean over all four-bar stretches of the most similar other one, 4 bars or more
    away. b0: mean of b over 24 fixed shuffles of the bars. The figure is (b - b0) / max(1 - b0, .08). One bar
    repeated, shuffled bars and noise all score about 0. Compare equal windows only: it depends on the number of bars.
    Undefined below 12 bars. Source: popgen's own, for the paper's "structure coherence" (figure 5), which the paper
    does not define.
    """

    @dataclass(frozen=True)
    class Config:
        """No options: a figure that can be set cannot be compared."""

    scope: ClassVar[Literal["piece"]] = "piece"
    measures: ClassVar[tuple[Measure, ...]] = (
        Measure(
            "structure_coherence", "contrast", 0.0, 1.0, "higher",
            "how much more four-bar stretches come back than in 24 shuffles of the same bars",
        ),
    )  # fmt: skip

    def __init__(self, config: Config | None = None) -> None:
        self.config = config or self.Config()

    def score(self, piece: Piece) -> Mapping[str, Score]:
        """A grouped piece -> its structure coherence."""
        if piece.reason:
            return {"structure_coherence": undefined(piece.reason)}
        return {"structure_coherence": Score(null_contrast(piece.bars_alike, PHRASE, PHRASE))}
