"""Harmonic consistency as it was defined first: kept so that old figures can be found again."""

from __future__ import annotations

from typing import ClassVar

from popgen_eval.metrics import harmony

__all__ = ["HarmonicConsistency"]


class HarmonicConsistency(harmony.HarmonicConsistency):
    """`harmonic_consistency`, 0..1, higher is better: version 1, superseded by version 2.

    As version 2, but tones of the chord weigh .6 and those of the scale .4.
    """

    chord_weight: ClassVar[float] = 0.6
