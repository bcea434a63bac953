"""How well one group's notes agree with the chord and the scale that all other groups make."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from popgen_core.analysis.chords import chords_of
from popgen_core.analysis.scales import scales_of

__all__ = ["CHORD_WEIGHT", "agreement"]

CHORD_WEIGHT = 0.6  # the rest is the weight of the scale


def agreement(
    chroma: NDArray[np.float64],
    others: NDArray[np.float64],
    others_bass: NDArray[np.int64],
    chord_weight: float = CHORD_WEIGHT,
) -> float:
    """(half bars, 12) chroma of a group and of all others, and the others' lowest pitches -> 0..1, chance is 0.

    For each half bar in which both sound: `chord_weight` (0..1) of the share of the group's time on chord tones and
    the rest of that on scale tones, less what tones at random would reach. NaN where they never sound together.
    """
    sounding = chroma.sum(axis=1)
    both = (sounding > 0) & (others.sum(axis=1) > 0)
    if not both.any():
        return float("nan")
    chord, scale = chords_of(others, others_bass).tones, scales_of(others, others_bass)
    scale_weight = 1 - chord_weight
    fits = chord_weight * (chroma * chord).sum(axis=1) + scale_weight * (chroma * scale).sum(axis=1)
    chance = (chord_weight * chord.sum(axis=1) + scale_weight * scale.sum(axis=1))[both].mean() / 12
    reached = (fits[both] / sounding[both]).mean()
    return float(np.clip((reached - chance) / (1 - chance), 0.0, 1.0))
