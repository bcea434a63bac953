"""The rows of a comparison's tables, a figure a row."""

from __future__ import annotations

from collections.abc import Sequence

from popgen_eval.comparison.contrast import Contrast
from popgen_eval.comparison.figure import FigureTest
from popgen_eval.comparison.numbers import effect_text, number_text, p_text, relation, size_text

__all__ = ["rows"]


def rows(contrast: Contrast, tests: Sequence[FigureTest]) -> list[tuple[str, ...]]:
    """A table of some figures, its heading first."""
    effect, unit = ("dz", "pairs") if contrast.paired else ("g", "n")
    means, p = (contrast.a, contrast.b), ("p t", "p rank", "p same")
    heading = ("figure", "best", *means, f"{effect} [95 %]", *p, unit, "needs", f"{contrast.a} is")
    return [heading, *(_row(test) for test in tests)]


def _row(test: FigureTest) -> tuple[str, ...]:
    n = str(test.n_a) if test.paired else f"{test.n_a}, {test.n_b}"
    means = number_text(test.mean_a), number_text(test.mean_b)
    p = p_text(test.p_t), p_text(test.p_rank), p_text(test.p_same)
    best = "-" if test.better == "none" else test.better
    needs = "-" if test.reason or test.identical or test.differs else size_text(test.needed).replace("over ", "> ")
    return test.figure, best, *means, effect_text(test), *p, n, needs, _verdict(test)


def _verdict(test: FigureTest) -> str:
    if test.reason:
        return "too few songs"
    if test.identical:
        return "identical"
    if test.differs:
        return relation(test)
    return ("as high" if test.better == "none" else "as good") if test.good_as else "not shown"
