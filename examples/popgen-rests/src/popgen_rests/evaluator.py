"""rests.v1: where the lead rests, as a singer has to."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from popgen_core.analysis.piece import Part, Piece
from popgen_core.contracts.evaluator import Measure, Score

__all__ = ["Rests"]

BREATH = 0.5  # beats of silence, from which on a phrase ends
STEPS_PER_BEAT = 4


class Rests:
    """`lead_rest_bars`, 0..1, and `lead_phrase`, in beats; both descriptive: no value is better than another.

    `lead_rest_bars`: of the bars in which the lead begins a note, the share at whose bar line it is silent: no note
    begins there, by the nearest sixteenth, and none is held over. `lead_phrase`: mean length of its phrases, from the
    first note's beginning to the end of the last; a silence of half a beat or more ends one. Undefined where a piece
    cannot be judged (below 12 bars, say) and without a lead of 16 notes.
    """

    @dataclass(frozen=True)
    class Config:
        """No options: a figure that can be set cannot be compared."""

    scope: ClassVar[Literal["piece"]] = "piece"
    measures: ClassVar[tuple[Measure, ...]] = (
        Measure("lead_rest_bars", "share", 0.0, 1.0, "none", "bars of the lead at whose bar line it is silent"),
        Measure("lead_phrase", "beats", 0.0, math.inf, "none", "mean length of what the lead plays in one breath"),
    )

    def __init__(self, config: Config | None = None) -> None:
        self.config = config or self.Config()

    def score(self, piece: Piece) -> Mapping[str, Score]:
        """A grouped piece -> where its lead rests."""
        lead = next((part for part in piece.parts if part.name == "lead" and part.enough), None)
        if piece.reason or lead is None:
            return {each.name: Score(math.nan, piece.reason or "no lead of 16 notes") for each in self.measures}
        return {"lead_rest_bars": Score(rest_bars(lead, piece.steps)), "lead_phrase": Score(phrase_beats(lead))}


def rest_bars(lead: Part, steps: int) -> float:
    """Share of the bars with a beginning note that begin in silence; `steps` are sixteenths a bar."""
    bars = np.unique(lead.step // steps)  # those in which a note begins
    ends = np.maximum(np.rint((lead.onset + lead.length) * STEPS_PER_BEAT), lead.step + 1)  # in sixteenths
    lines = bars[:, None] * steps  # (bar, 1)
    sounds = ((lead.step <= lines) & (ends > lines)).any(axis=1)  # (bar,)
    return float(1 - sounds.mean())


def phrase_beats(lead: Part) -> float:
    """Mean beats of what is played without a silence of `BREATH`."""
    ends = np.maximum.accumulate(lead.onset + lead.length)  # when all notes so far have ended
    first = np.flatnonzero(np.append(True, lead.onset[1:] - ends[:-1] >= BREATH))  # of each phrase
    last = np.append(first[1:] - 1, len(ends) - 1)
    return float(np.mean(ends[last] - lead.onset[first]))
