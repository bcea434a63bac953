"""Which direction of a figure is better: as the evaluators of the catalogue declare it."""

from __future__ import annotations

from collections.abc import Sequence

from popgen_core.contracts.evaluator import Measure
from popgen_core.errors import PopgenError
from popgen_core.plugins import catalogue
from popgen_eval.comparison.figure import Direction
from popgen_eval.metrics.overall import OVERALL

__all__ = ["directions_of"]


def directions_of(figures: Sequence[str], measures: Sequence[Measure] | None = None) -> dict[str, Direction]:
    """The figures, in their order -> "higher", "lower", or "none" where a figure only describes or nobody knows it.

    `measures` say it, or those of every evaluator installed; an evaluator that cannot be imported is passed by.
    """
    known = {OVERALL.name: OVERALL.better}
    for measure in _installed() if measures is None else measures:
        known.setdefault(measure.name, measure.better)
    return {figure: known.get(figure, "none") for figure in figures}


def _installed() -> list[Measure]:
    """What every evaluator of the catalogue measures, this project's first."""
    found: list[Measure] = []
    for name in catalogue().named("evaluator"):
        try:
            measures = catalogue().load("evaluator", name).measures
            found.extend(measure for measure in measures if isinstance(measure, Measure))
        except (PopgenError, TypeError, AttributeError):  # a stranger's evaluator may be broken; it judged nothing here
            continue
    return found
