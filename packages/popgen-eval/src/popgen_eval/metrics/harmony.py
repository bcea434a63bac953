"""Harmonic consistency: one key, and every group within the chords that the others make."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from popgen_core.analysis.piece import Piece
from popgen_core.analysis.scales import key_share
from popgen_core.contracts.evaluator import Measure, Score
from popgen_eval.metrics.pooling import undefined

__all__ = ["HarmonicConsistency"]

KEY_CHANCE = 0.6  # share of random notes in the best single key


class HarmonicConsistency:
    """`harmonic_consistency`, 0..1, higher is better: (Sc mean(L) (mean(L) + min(L)) / 2)^(1/3).

    Sc: share of sounding time in the best single key (12 diatonic, 12 harmonic minor), (Sc - .6) / .4. L of a group:
    over half bars where it and others sound, .8 of its share of time on tones of the chord and .2 of that on tones of
    the scale, both found from all other pitched groups, corrected for chance (.8 chord tones / 12 + .2 scale tones
    / 12). The worst group counts twice. Moving a song by semitones changes nothing, exactly. Undefined below 12 bars
    and without a pitched group of 16 notes that sounds with another pitched one. Source: popgen's own, for the
    paper's "harmonic consistency" (figure 4), which the paper does not define. Deviation from the first definition:
    ties between chords are broken by the bass, between scales by the whole window, then the bass. Version 1 weighed
    .6 and .4: it told tracks shifted by bars from real ones by an AUC of .77, this one by .80, at the price of .01 to
    .02 where the lead is off.
    """

    @dataclass(frozen=True)
    class Config:
        """No options: a figure that can be set cannot be compared."""

    scope: ClassVar[Literal["piece"]] = "piece"
    chord_weight: ClassVar[float] = 0.8
    measures: ClassVar[tuple[Measure, ...]] = (
        Measure(
            "harmonic_consistency", "share", 0.0, 1.0, "higher",
            "(time in one key x mean agreement of groups x mean of that and the worst group's)^(1/3)",
        ),
    )  # fmt: skip

    def __init__(self, config: Config | None = None) -> None:
        self.config = config or self.Config()

    def score(self, piece: Piece) -> Mapping[str, Score]:
        """A grouped piece -> its harmonic consistency."""
        groups = [] if piece.reason else list(piece.agreement_by(self.chord_weight).values())
        if not groups:
            reason = piece.reason or "no two pitched groups of 16 notes sound together"
            return {"harmonic_consistency": undefined(reason)}
        mean, worst = float(np.mean(groups)), min(groups)
        in_key = float(np.clip((key_share(piece.mix_chroma()) - KEY_CHANCE) / (1 - KEY_CHANCE), 0.0, 1.0))
        return {"harmonic_consistency": Score(float(np.cbrt(in_key * mean * (mean + worst) / 2)))}
