"""All songs together in one line a measure: its value and interval, what real songs show, whether it is farther."""

from __future__ import annotations

import math
from dataclasses import dataclass

from popgen_core.contracts.evaluator import Score
from popgen_eval.distribution.draws import floor_edge
from popgen_eval.report import Report

__all__ = ["SetRow", "set_rows"]

MAIN = ("_distance", "_auc", "_area")  # ends of a measure whose parts share the rest of its name
PARTS = ("_low", "_high", "_floor", "_p")


@dataclass(frozen=True)
class SetRow:
    """A measure of all songs: `value`, its interval, its `floor` (real songs against other real songs) and the edge
    that 95 % of the floor's draws keep; NaN for what it lacks. `farther`: "yes", "no" or "". `note`: what else is said.
    """

    name: str
    value: float
    low: float
    high: float
    floor: float
    edge: float
    farther: str
    note: str


def set_rows(report: Report) -> list[SetRow]:
    """The defined measures of all songs, their parts (interval, floor, p) in the row of the whole."""
    parts = {part for name in report.sets for part in _parts(name).values() if part != name}
    defined = [(name, score) for name, score in report.sets.items() if not math.isnan(score.value)]
    return [_row(report, name, score) for name, score in defined if name not in parts]


def _parts(name: str) -> dict[str, str]:
    stem = next((name.removesuffix(end) for end in MAIN if name.endswith(end)), name)
    return {end: stem + end for end in PARTS}


def _row(report: Report, name: str, score: Score) -> SetRow:
    part = {end: report.sets[at].value if at in report.sets else math.nan for end, at in _parts(name).items()}
    edge, below = floor_edge(score.note)
    beyond = score.value > edge if below else score.value < edge
    farther = "" if math.isnan(edge) else "yes" if beyond else "no"
    said = "" if not math.isnan(edge) else score.note
    note = said if math.isnan(part["_p"]) else f"p {part['_p']:.3g}"
    return SetRow(name, score.value, part["_low"], part["_high"], part["_floor"], edge, farther, note)
