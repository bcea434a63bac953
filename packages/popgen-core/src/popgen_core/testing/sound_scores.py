"""Whether measures say what they mean, and whether scores are what their measures say."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

from popgen_core.contracts.evaluator import Measure, Score
from popgen_core.testing.judged import Scores
from popgen_core.testing.verdict import Failed, claim

__all__ = ["refuse_unnamed", "refuse_unsound", "wants"]


def wants(measure: Measure) -> Iterator[str]:
    """What a measure leaves open or says wrongly, a few words each."""
    name, unit, law = (text if isinstance(text, str) else "" for text in (measure.name, measure.unit, measure.law))
    if len(name.split()) != 1:
        yield "is not named by one word"
    if not unit.strip():
        yield 'has no unit; a plain ratio has "share"'
    if not law.strip() or "\n" in law:
        yield "has no law: its definition in one line"
    if not (_is_number(measure.low) and _is_number(measure.high) and measure.low < measure.high):
        yield f"has the range {measure.low} to {measure.high}"
    if measure.better not in ("higher", "lower", "none"):
        yield f'has the direction {measure.better!r}; directions are "higher", "lower", "none"'
    if measure.windows not in ("mean", "max"):
        yield f'has windows {measure.windows!r}; the score of a song is the "mean" or the "max" of its windows'


def refuse_unnamed(of: str, scores: Scores, measures: Sequence[Measure]) -> None:
    """Raise Failed where scores and measures do not name the same."""
    names, scored = {measure.name for measure in measures}, set(scores)
    claim(scored <= names, f"of {of} it scores {_listed(scored - names)}, which its measures do not name")
    claim(names <= scored, f"of {of} it does not score {_listed(names - scored)}, which its measures name")


def refuse_unsound(of: str, scores: Scores, measures: Sequence[Measure]) -> None:
    """Raise Failed for a score that is neither a number of its measure's range nor NaN with a reason."""
    by_name = {measure.name: measure for measure in measures}
    for name, score in scores.items():
        claim(isinstance(score, Score), f"of {of} {name} is a {type(score).__name__}, not a Score")
        if wrong := _wrong(score, by_name[name]):
            raise Failed(f"of {of} {name} {wrong}")


def _wrong(score: Score, measure: Measure) -> str:
    if not _is_number(score.value, nan=True):
        return f"is {score.value!r}, a {type(score.value).__name__}; reports need a float: float(...)"
    if not isinstance(score.reason, str) or not isinstance(score.note, str):
        return "has a reason or a note that is no text"
    if math.isnan(score.value):
        return "" if score.reason.strip() else "is NaN without a reason"
    if math.isinf(score.value):
        return f"is {score.value}; where there is no finite value it must be NaN with a reason"
    if not measure.low <= score.value <= measure.high:
        return f"is {score.value:.9g}, outside its range {measure.low:g} to {measure.high:g}"
    return ""


def _is_number(value: Any, nan: bool = False) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and (nan or not math.isnan(value))


def _listed(names: set[str]) -> str:
    return ", ".join(sorted(map(str, names)))
