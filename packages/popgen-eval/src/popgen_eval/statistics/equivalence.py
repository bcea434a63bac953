"""Whether two systems are as good as equal: two one-sided tests (TOST), since p > .05 shows no such thing."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from popgen_eval.statistics.t_test import TTest

__all__ = ["MARGIN", "Equivalence", "equivalence", "margin_of"]

MARGIN = 0.2  # standard deviations of songs' scores
LEVEL = 0.90  # of the interval that must lie within the margin for p < .05


@dataclass(frozen=True)
class Equivalence:
    """`p` of a difference as large as `margin`, either way, and the 90 % interval of the difference; figure's unit.

    Below .05 the difference is smaller than the margin, and the interval lies within it. NaN: where nothing varies.
    """

    margin: float
    p: float
    low: float
    high: float


def equivalence(test: TTest, margin: float) -> Equivalence:
    """A paired or Welch t test and a margin above 0 -> two one-sided tests (Schuirmann 1987), p the larger of both."""
    from scipy.special import stdtr, stdtrit

    if not test.error > 0 or not margin > 0:
        return Equivalence(margin, math.nan, math.nan, math.nan)
    p = float(stdtr(test.df, (abs(test.difference) - margin) / test.error))
    reach = float(stdtrit(test.df, (1 + LEVEL) / 2)) * test.error
    return Equivalence(margin, p, test.difference - reach, test.difference + reach)


def margin_of(*samples: NDArray[np.float64], share: float = MARGIN) -> float:
    """`share` of the standard deviation of songs' scores: of one sample, or of the mean variance of several.

    Hand in the real songs alone where a system is to be as good as these. NaN without two values in each.
    """
    if any(len(values) < 2 for values in samples):
        return math.nan
    return share * math.sqrt(float(np.mean([values.var(ddof=1) for values in samples])))
