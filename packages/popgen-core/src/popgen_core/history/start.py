"""How a run starts: what the first step's loss is made of, beside what an untrained model should score."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from popgen_core.history.curve import Curve
from popgen_core.history.facts import Facts

__all__ = ["Start", "start_of"]

LOSS = "paper.v1"
DECODER = "independent.v1"
NOTES = ("onset", "active")
COIN_NATS = math.log(2)  # what a cell costs that is given an even chance


@dataclass(frozen=True)
class Start:
    """The first step's loss under paper.v1: its note parts, onset and active, and its rhythm part, 0.5 x MSE.

    `untrained` is what the note parts of a model that gives every cell an even chance are: groups x ln 2 x the groups'
    mean weight, which is 1. `bias` is that of the decoder's note outputs: "zero" starts there, "corpus" at the corpus's
    rates; empty for a decoder of which that is not known. Losses are in nats.
    """

    step: int
    loss: float
    notes: float
    rhythm: float
    groups: int
    untrained: float
    bias: Literal["zero", "corpus", ""]


def start_of(curve: Curve, facts: Facts) -> Start | None:
    """How the first logged step splits; None where another loss was trained, or the log does not tell its parts."""
    groups = len(facts.groups) or max((rows.shape[1] for rows in curve.groups.values()), default=0)
    split = {*NOTES, "rhythm"} <= set(curve.parts)
    if facts.setting("loss", "name") != LOSS or not len(curve) or not groups or not split:
        return None
    notes = float(sum(curve.parts[name][0] for name in NOTES))
    if not math.isfinite(notes + float(curve.parts["rhythm"][0])):
        return None
    return Start(
        step=int(curve.steps[0]),
        loss=float(curve.loss[0]),
        notes=notes,
        rhythm=float(curve.parts["rhythm"][0]),
        groups=groups,
        untrained=groups * COIN_NATS,
        bias=_bias(facts),
    )


def _bias(facts: Facts) -> Literal["zero", "corpus", ""]:
    if facts.setting("decoder", "name") != DECODER:
        return ""
    return "corpus" if facts.setting("decoder", "bias") == "corpus" else "zero"
