"""The rows of a comparison's tables, a figure a row: narrow enough for 80 columns."""

from __future__ import annotations

import math
from collections.abc import Sequence

from popgen_eval.comparison.contrast import Contrast
from popgen_eval.comparison.figure import CATEGORICAL, FigureTest
from popgen_eval.comparison.numbers import number_text, p_text, relation

__all__ = ["ZERO_OR_ONE", "notes", "rows"]

ZERO_OR_ONE = "Where every song has 0 or 1, chi-square or Fisher's exact test stands for the rank test."
MARK = " *"  # of a verdict on which t and rank test disagree


def rows(contrast: Contrast, tests: Sequence[FigureTest]) -> list[tuple[str, ...]]:
    """A table of some figures, its heading first; means, further tests and songs needed are in the JSON."""
    heading = ("figure", "difference [95 %]", "dz" if contrast.paired else "g", "p", "verdict")
    return [heading, *(_row(test) for test in tests)]


def notes(tests: Sequence[FigureTest]) -> list[str]:
    """What the columns mean, and the mark if there is one."""
    lines = [
        "Difference: the first's mean less the second's. g, dz: in standard deviations.",
        "p: of the rank test, corrected in its family. Verdict: what the first is.",
    ]
    if any(test.check in CATEGORICAL for test in tests):
        lines.append(ZERO_OR_ONE)
    marked = [test for test in tests if test.disagree]
    if marked:
        few = "; of so few songs it can show nothing" if any(_blind(test) for test in marked) else ""
        lines.append(f"*: t test and rank test disagree. The rank test is trusted{few}.")
    return lines


def _row(test: FigureTest) -> tuple[str, ...]:
    size = "-" if math.isnan(test.effect.value) else f"{test.effect.value:+.2f}"
    mark = MARK if test.disagree else ""
    return test.figure, _difference(test), size, p_text(test.p_rank), _verdict(test) + mark


def _difference(test: FigureTest) -> str:
    of = test.t
    if math.isnan(of.difference):
        return "-"
    sign = "+" if of.difference > 0 else ""
    within = "-" if math.isnan(of.low) else f"{number_text(of.low)}, {number_text(of.high)}"
    return f"{sign}{number_text(of.difference)} [{within}]"


def _blind(test: FigureTest) -> bool:
    """Whether no rank test of so few songs could show anything."""
    return not test.differs and test.rank.least >= test.alpha


def _verdict(test: FigureTest) -> str:
    if test.reason:
        return "too few"
    if test.identical:
        return "identical"
    if test.differs:
        return relation(test)
    return ("as high" if test.better == "none" else "as good") if test.good_as else "not shown"
