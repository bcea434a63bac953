"""How songs stand beside a reference: the difference of means of each figure, with an interval that can be believed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from popgen_core.contracts.evaluator import Measure
from popgen_eval.families import family_of
from popgen_eval.report import Report
from popgen_eval.statistics import Summary
from popgen_eval.statistics.t_test import welch_error

__all__ = ["LEAST_SONGS", "Difference", "Verdict", "differences"]

Verdict = Literal["better", "worse", "differs", "unclear"]
LEVEL = 0.95  # of all intervals of a family together
ROUNDING = 1e-12  # means that differ by no more were summed in another order
LEAST_SONGS = 5  # on either side: two songs that happen to be alike would make any difference look sure


@dataclass(frozen=True)
class Difference:
    """A figure's mean less the reference's, with the interval that holds, with 95 %, together with those of its family.

    `verdict`: "better" or "worse" where the interval leaves zero out and the figure has a direction, "differs" where
    it has none, "unclear" where zero is inside.
    """

    figure: str
    family: str
    mean: float
    reference: float
    low: float
    high: float
    verdict: Verdict

    @property
    def difference(self) -> float:
        """Mean less the reference's mean."""
        return self.mean - self.reference


def differences(report: Report) -> list[Difference]:
    """Each figure that five songs or more have on either side, against the report's reference; none without one.

    Welch's interval of the difference of two means over songs, at 1 - .05 / m for the m figures of a family, so that
    all of them hold together with 95 % (Bonferroni). `popgen compare` has the rank tests and effect sizes.
    """
    if report.reference is None:
        return []
    there = report.reference.summary
    ours = {name: of for name, of in report.summary.items() if name not in report.learned}  # copies have their own band
    pairs = {name: (of, there[name]) for name, of in ours.items() if min(of.n, there[name].n) >= LEAST_SONGS}
    families = [family_of(name) for name in pairs]
    return [
        _difference(name, of, beside, families.count(family_of(name)), report.measures.get(name))
        for name, (of, beside) in pairs.items()
    ]


def _difference(name: str, of: Summary, beside: Summary, tests: int, measure: Measure | None) -> Difference:
    reach = _reach(of, beside, tests)
    away = of.mean - beside.mean
    if abs(away) <= ROUNDING * max(abs(of.mean), abs(beside.mean)):
        away = 0.0
    low, high = away - reach, away + reach
    return Difference(name, family_of(name), of.mean, beside.mean, low, high, _verdict(low, high, measure))


def _reach(of: Summary, beside: Summary, tests: int) -> float:
    """Half the width of Welch's interval."""
    from scipy.special import stdtrit

    error, freedom = welch_error(of.sd**2, of.n, beside.sd**2, beside.n)
    return float(stdtrit(freedom, 1 - (1 - LEVEL) / (2 * tests))) * error


def _verdict(low: float, high: float, measure: Measure | None) -> Verdict:
    if low <= 0 <= high:
        return "unclear"
    better = measure.better if measure else "none"
    if better == "none":
        return "differs"
    return "better" if (low > 0) == (better == "higher") else "worse"
