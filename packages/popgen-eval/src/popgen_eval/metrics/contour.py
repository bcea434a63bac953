"""Lead contour: the shapes of a melody that come back, at whatever pitch, in an order that is not chance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from popgen_core.analysis.alike import cosines, null_contrast
from popgen_core.analysis.piece import LEAST_BARS, Part, Piece
from popgen_core.analysis.skyline import skyline
from popgen_core.contracts.evaluator import Measure, Score
from popgen_eval.metrics.pooling import undefined

__all__ = ["LeadContour", "held_contour", "shapes_alike"]

LEAST_NOTES = 24  # of a lead
POINTS = 8  # a bar
PHRASE = 4  # bars


def held_contour(part: Part, bars: int, steps: int) -> NDArray[np.float64]:
    """(bars, 8) pitch of the top line in each eighth of a bar: the last note begun by its end, held over rests.

    Before the first note it is that note.
    """
    step, pitch = skyline(part.step, part.pitch)
    ends = np.arange(1, bars * POINTS + 1) * (steps / POINTS)
    held = np.maximum(np.searchsorted(step, ends, side="left") - 1, 0)
    return pitch[held].astype(np.float64).reshape(bars, POINTS)


def shapes_alike(contour: NDArray[np.float64], onsets: NDArray[np.bool_]) -> NDArray[np.float64]:
    """(bars, points) contour and (bars, steps) onsets -> (bars, bars) how alike each two bars are, 0..1.

    Half the correlation of the contours (1 where both are flat, 0 where one is) and half the cosine of the onsets.
    """
    away = contour * POINTS - contour.sum(axis=1, keepdims=True)  # whole numbers: exact at any pitch
    return np.maximum(0.5 * cosines(away) + 0.5 * cosines(onsets.astype(np.float64)), 0.0)


class LeadContour:
    """`lead_contour`, 0..1, higher is better: how much more the lead's shapes come back than in shuffled bars.

    Two bars are alike by half the correlation of their contours (the top line's pitch at eight points a bar, notes
    held over rests, so that a phrase at another pitch is the same shape) and half the cosine of their onsets. The
    figure is the contrast with 24 fixed shuffles of the bars that `structure_coherence` makes, over four-bar
    stretches, of the bars in which the lead begins a note, laid end to end. One bar repeated scores 0. Undefined
    without a lead of 24 notes in 12 bars. Source: popgen's own, for the paper's "lead contour" (figure 13), which the
    paper does not define.
    """

    @dataclass(frozen=True)
    class Config:
        """No options: a figure that can be set cannot be compared."""

    scope: ClassVar[Literal["piece"]] = "piece"
    measures: ClassVar[tuple[Measure, ...]] = (
        Measure(
            "lead_contour", "contrast", 0.0, 1.0, "higher",
            "how much more four bars of melodic shape come back than in 24 shuffles of the same bars",
        ),
    )  # fmt: skip

    def __init__(self, config: Config | None = None) -> None:
        self.config = config or self.Config()

    def score(self, piece: Piece) -> Mapping[str, Score]:
        """A grouped piece -> how much the shapes of its lead come back."""
        lead = next((part for part in piece.parts if part.name == "lead"), None)
        if piece.reason or lead is None or len(lead.pitch) < LEAST_NOTES:
            return {"lead_contour": undefined(piece.reason or f"no lead of {LEAST_NOTES} notes")}
        sounds = piece.grids["lead"].any(axis=1)
        if sounds.sum() < LEAST_BARS:
            return {"lead_contour": undefined(f"bars with a lead: {sounds.sum()}, needed: {LEAST_BARS}")}
        contour = held_contour(lead, piece.bars, piece.steps)[sounds]
        return {
            "lead_contour": Score(null_contrast(shapes_alike(contour, piece.grids["lead"][sounds]), PHRASE, PHRASE))
        }
