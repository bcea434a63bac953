"""Overall: the geometric mean of the five headline figures."""

from __future__ import annotations

import math
from collections.abc import Mapping

from popgen_core.contracts.evaluator import Measure, Score
from popgen_eval.metrics.pooling import undefined

__all__ = ["HEADLINE", "OVERALL", "overall"]

HEADLINE = (
    "note_coherence",
    "rhythm_accuracy",
    "cross_track_sync",
    "harmonic_consistency",
    "structure_coherence",
)
FLOOR = 0.01
OVERALL = Measure(
    "overall", "share", 0.0, 1.0, "higher", "geometric mean of the five headline figures, each .01 at least"
)


def overall(scores: Mapping[str, Score]) -> Score:
    """`overall`, 0..1, higher is better: the geometric mean of `HEADLINE`, each taken as .01 at least.

    The only single number here that rejects one bar repeated, on which the first two figures rise by design.
    Undefined where one of the five is. Source: popgen's own.
    """
    missing = [name for name in HEADLINE if name not in scores or math.isnan(scores[name].value)]
    if missing:
        return undefined(f"{', '.join(missing)} undefined")
    logarithms = [math.log(max(scores[name].value, FLOOR)) for name in HEADLINE]
    return Score(math.exp(sum(logarithms) / len(logarithms)))
