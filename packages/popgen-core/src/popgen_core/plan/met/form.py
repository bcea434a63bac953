"""How much of a plan's form a song meets: where its sections begin, and which bars come back."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from popgen_core.analysis.sections import section_borders
from popgen_core.plan.heard import Heard
from popgen_core.plan.met.figure import Figure, unasked, untold
from popgen_core.plan.plan import Plan

__all__ = ["asked_borders", "form_met", "recall_met"]

REACH = 1  # bars by which a border may be missed


def form_met(sound: Heard, plan: Plan) -> Figure:
    """Share of the borders between sections at which `analysis.section_borders` hears one, a bar early or late: 0..1.

    The chance is that of a border asked at any bar line: the share of lines that are that near to one that is heard.
    Borders between two sections of one name do not count: what is repeated at once begins nothing new.
    """
    asked = asked_borders(plan)
    if len(asked) == 0:
        return unasked("no section follows one of another name")
    if not sound.notes.any():
        return untold("no notes")
    found = section_borders(sound.alike)
    near = _near(np.arange(1, plan.bars), found)
    counts = {"borders": len(asked), "borders heard": len(found)}
    return Figure(float(_near(asked, found).mean()), float(near.mean()), counts=counts)


def asked_borders(plan: Plan) -> NDArray[np.int64]:
    """Bars at which a section begins that is named otherwise than the one before it."""
    told = [section for section in plan.sections if section.bars > 0]
    starts = np.cumsum([section.bars for section in told])[:-1]
    other = [section.name != after.name for section, after in pairwise(told)]
    return np.asarray(starts[np.array(other, dtype=np.bool_)], dtype=np.int64)


def _near(bars: NDArray[np.int64], found: NDArray[np.int64]) -> NDArray[np.bool_]:
    return np.asarray((np.abs(bars[:, None] - found[None, :]) <= REACH).any(axis=1))


def recall_met(sound: Heard, plan: Plan) -> Figure:
    """Mean over the bars that are to recall another of how alike the two are, over how alike they are to be, at most 1.

    How alike is by `analysis.bars_alike`. The chance is the mean of the same over all other pairs of bars equally far
    apart, None where there are none: bars of a loop are alike whatever is recalled.
    """
    recalls = [(bar, recall) for bar, recall in enumerate(plan.recalls) if recall and recall.likeness > 0]
    if not recalls:
        return unasked()
    if not sound.notes.any():
        return untold("no notes")
    pairs = {(bar, recall.bar) for bar, recall in recalls}
    met = [min(sound.alike[bar, recall.bar] / recall.likeness, 1.0) for bar, recall in recalls]
    chances = []
    for bar, recall in recalls:
        lag = bar - recall.bar
        others = [sound.alike[at, at - lag] for at in range(lag, plan.bars) if (at, at - lag) not in pairs]
        if others:
            chances.append(float(np.minimum(np.array(others) / recall.likeness, 1.0).mean()))
    return Figure(float(np.mean(met)), float(np.mean(chances)) if chances else None, counts={"bars": len(recalls)})
