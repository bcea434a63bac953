"""Polyphony as muspy and MuseGAN count it: how many pitches sound at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

from popgen_core.analysis.piece import Piece
from popgen_core.contracts.evaluator import Measure, Score
from popgen_eval.metrics.pooling import undefined
from popgen_eval.metrics.sounding import pitches_at_once, stretches, window_ticks

__all__ = ["Polyphony"]

MANY = 2  # pitches at once; more than these count


class Polyphony:
    """`polyphony`, pitches, 1..128, and `polyphony_rate`, 0..1; descriptive, drums left out.

    `polyphony`: the mean number of different pitches that sound, over the time in which one does; a pitch that two
    groups play counts once. `polyphony_rate`: share of the window's time in which more than two pitches sound.
    Undefined below 12 bars and without pitched notes. Source: muspy `polyphony` and `polyphony_rate` (threshold 2),
    after pypianoroll and MuseGAN's "polyphonicity". Deviations: muspy judges a whole song and divides the rate by the
    time up to the end of its last note, we judge a window and divide by all of it; notes stop where the window does.
    MuseGAN's first code counts two pitches or more, muspy strictly more than two: ours is muspy's.
    """

    @dataclass(frozen=True)
    class Config:
        """No options: a figure that can be set cannot be compared."""

    scope: ClassVar[Literal["piece"]] = "piece"
    measures: ClassVar[tuple[Measure, ...]] = (
        Measure("polyphony", "pitches", 1.0, 128.0, "none", "pitches that sound at once, where one does (muspy)"),
        Measure("polyphony_rate", "share", 0.0, 1.0, "none", "share of time in which three or more sound (muspy)"),
    )

    def __init__(self, config: Config | None = None) -> None:
        self.config = config or self.Config()

    def score(self, piece: Piece) -> Mapping[str, Score]:
        """A grouped piece -> how many pitches sound at once."""
        lasts, count = pitches_at_once(stretches(piece, piece.pitched))
        sounding = int(lasts[count > 0].sum())
        if piece.reason or not sounding:
            nothing = undefined(piece.reason or "no pitched notes")
            return {"polyphony": nothing, "polyphony_rate": nothing}
        return {
            "polyphony": Score(int((lasts * count).sum()) / sounding),
            "polyphony_rate": Score(int(lasts[count > MANY].sum()) / window_ticks(piece)),
        }
