"""Tempo stability: a tempo map that holds its tempo."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from popgen_core.analysis.piece import Piece
from popgen_core.contracts.evaluator import Measure, Score
from popgen_eval.metrics.pooling import undefined

__all__ = ["TempoStability", "stability", "tempos_of"]


def tempos_of(piece: Piece) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Beats a minute of each stretch of one tempo in the window's bars, and how many ticks it lasts."""
    lines, index = piece.window.lines, piece.window.index
    marks = np.asarray(piece.song.tempos["tick"], dtype=np.float64)
    cuts = np.unique(np.concatenate([lines, marks[marks < lines[-1]]]))
    starts, ticks = cuts[:-1], np.diff(cuts)
    inside = index[np.searchsorted(lines, starts, side="right") - 1] >= 0
    return piece.song.tempo_bpm(starts[inside]), ticks[inside]


def stability(tempo: NDArray[np.float64], weight: NDArray[np.float64]) -> float:
    """1 less the weighted standard deviation of tempos over their weighted mean, 0 at least."""
    mean = float(np.average(tempo, weights=weight))
    deviation = float(np.sqrt(np.average((tempo - mean) ** 2, weights=weight)))
    return max(0.0, 1.0 - deviation / mean)


class TempoStability:
    """`tempo_stability`, 0..1, higher is steadier: 1 - standard deviation of the tempo map / its mean.

    Both are weighted by beats, over the window's bars. 1 is a song of one tempo, as nearly all that are made on a
    computer are (278 of 334); a piece played freely may be .85 and no worse for it. It knows the tempo map only:
    playing that is early or late against it is `micro_timing`. Another tempo for the whole song changes nothing but
    the rounding of microseconds; a map that changes is what it measures. AUC against a tempo that is 5 % off from beat
    to beat: .97 on songs with their own maps, 1 on excerpts of one tempo. Undefined below 12 bars. Source: popgen's
    own, for the paper's "tempo stability", which the paper does not define.
    """

    @dataclass(frozen=True)
    class Config:
        """No options: a figure that can be set cannot be compared."""

    scope: ClassVar[Literal["piece"]] = "piece"
    measures: ClassVar[tuple[Measure, ...]] = (
        Measure(
            "tempo_stability", "share", 0.0, 1.0, "higher",
            "1 - standard deviation of the tempo map, by beats, over its mean",
        ),
    )  # fmt: skip

    def __init__(self, config: Config | None = None) -> None:
        self.config = config or self.Config()

    def score(self, piece: Piece) -> Mapping[str, Score]:
        """A grouped piece -> its tempo stability."""
        if piece.reason:
            return {"tempo_stability": undefined(piece.reason)}
        return {"tempo_stability": Score(stability(*tempos_of(piece)))}
