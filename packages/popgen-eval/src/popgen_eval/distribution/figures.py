"""The figures of a whole piece as a vector: what eight bars cannot show, such as the order of bars."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from popgen_core.analysis.piece import Piece
from popgen_core.contracts.evaluator import PieceEvaluator
from popgen_core.plugins import catalogue
from popgen_eval.cards import CURRENT
from popgen_eval.judging.song import score_piece
from popgen_eval.metrics.families import HEADLINE, NAMED

__all__ = ["FIGURES", "figure_evaluators", "figures"]

# figures 1 to 13 of the paper, and synchrony of onsets; later ones are proposals
FIGURES = (*HEADLINE, *NAMED[: NAMED.index("onset_sync") + 1])


@cache
def figure_evaluators() -> tuple[PieceEvaluator, ...]:
    """The evaluators of this distribution that make any of `FIGURES`."""
    names = [card.name for card in CURRENT]
    found = [catalogue().load("evaluator", name) for name in names]
    return tuple(
        made(made.Config())
        for made in found
        if made.scope == "piece" and any(measure.name in FIGURES for measure in made.measures)
    )


def figures(piece: Piece, evaluators: Sequence[PieceEvaluator]) -> NDArray[np.float64]:
    """A piece -> (figures,) those of `FIGURES` that the evaluators make, in that order, NaN where undefined."""
    made = {measure.name for evaluator in evaluators for measure in evaluator.measures}
    scores = score_piece(piece, evaluators)
    return np.array([scores[name].value for name in FIGURES if name in made])
