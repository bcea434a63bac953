"""How songs stand beside a reference: each figure tested as `popgen compare` tests it."""

from __future__ import annotations

from popgen_eval.comparison.contrast import figures_tested
from popgen_eval.comparison.directions import directions_of
from popgen_eval.comparison.figure import FigureTest
from popgen_eval.comparison.songs import songs_of
from popgen_eval.report import Report

__all__ = ["differences"]


def differences(report: Report) -> list[FigureTest]:
    """Each figure that five songs or more have on either side, against the report's reference; none without one.

    The tests, families and corrections are those of the comparison, so that both tell one verdict of the same songs.
    Figures against a training set are left out: they have a section, and a band of real songs, of their own.
    """
    if report.reference is None:
        return []
    mine, real = (songs_of(side, by_name=False) for side in (report, report.reference))
    figures = [name for name in mine.figures if name in real.figures and name not in report.learned]
    better = directions_of(figures, tuple(report.measures.values()) or None)
    return [test for test in figures_tested(mine, real, better, paired=False, to_reference=False) if not test.reason]
