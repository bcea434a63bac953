"""Counts compared: answers A or B, listeners' groups against their choices; chi-square and exact tests."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from popgen_core.errors import PopgenError

__all__ = [
    "EXACT_BELOW",
    "ChiSquare",
    "Preference",
    "exact_binomial",
    "exact_independence",
    "goodness_of_fit",
    "independence",
    "preference",
]

EXACT_BELOW = 40  # answers; fewer are told by the exact test


@dataclass(frozen=True)
class ChiSquare:
    """A chi-square, its degrees of freedom and p; `v` is Cramer's (0..1) for tables, NaN for a single row of counts.

    `least_expected` below 5 says that p is rough. NaN: nothing was counted, or in one row or column only.
    """

    statistic: float
    df: int
    p: float
    v: float
    least_expected: float


@dataclass(frozen=True)
class Preference:
    """Answers A or B. `share` of A without ties, chi-square and exact p against even chances, `p` the one to quote.

    `p` is the exact one below 40 answers. `chi_square_ties_split` and its p: each tie counted half to either side.
    """

    a: int
    b: int
    ties: int
    share: float
    chi_square: float
    p_chi_square: float
    p_exact: float
    p: float
    chi_square_ties_split: float
    p_ties_split: float


def goodness_of_fit(counts: Sequence[float], expected: Sequence[float] | None = None) -> ChiSquare:
    """Counts of categories -> chi-square against expected counts or shares of them, even ones unless told.

    Raises PopgenError for negative counts, or expected ones that are not above 0.
    """
    seen = _counts(counts)
    wanted = np.ones(len(seen)) if expected is None else np.asarray(expected, dtype=np.float64)
    if len(wanted) != len(seen) or not (wanted > 0).all():
        raise PopgenError("a goodness of fit needs an expected count above 0 for every count")
    wanted = wanted * (seen.sum() / wanted.sum())
    if len(seen) < 2 or not seen.sum():
        return ChiSquare(math.nan, max(len(seen) - 1, 0), math.nan, math.nan, math.nan)
    statistic = float(((seen - wanted) ** 2 / wanted).sum())
    return ChiSquare(statistic, len(seen) - 1, _p(statistic, len(seen) - 1), math.nan, float(wanted.min()))


def independence(table: Sequence[Sequence[float]]) -> ChiSquare:
    """Counts (row, column) -> chi-square of independence with Cramer's V; empty rows and columns are left out.

    Without a continuity correction, in tables of two by two also. Raises PopgenError for negative counts.
    """
    seen = _counts(table)
    if seen.ndim != 2:
        raise PopgenError("a test of independence needs a table of counts in rows and columns")
    seen = seen[seen.sum(axis=1) > 0][:, seen.sum(axis=0) > 0]
    rows, columns = seen.shape
    df = max(rows - 1, 0) * max(columns - 1, 0)
    if not df:
        return ChiSquare(math.nan, df, math.nan, math.nan, math.nan)
    wanted = seen.sum(axis=1, keepdims=True) * seen.sum(axis=0, keepdims=True) / seen.sum()  # (row, column)
    statistic = float(((seen - wanted) ** 2 / wanted).sum())
    v = math.sqrt(statistic / (float(seen.sum()) * (min(rows, columns) - 1)))
    return ChiSquare(statistic, df, _p(statistic, df), v, float(wanted.min()))


def exact_binomial(chosen: int, answers: int) -> float:
    """The two-sided exact p of so many of so many answers at even chances; NaN without. Raises PopgenError."""
    if not 0 <= chosen <= answers:
        raise PopgenError(f"{chosen} of {answers} answers cannot be")
    if not answers:
        return math.nan
    from scipy.special import bdtr

    return min(1.0, 2 * float(bdtr(min(chosen, answers - chosen), answers, 0.5)))


def exact_independence(table: Sequence[Sequence[int]]) -> float:
    """Counts (2, 2) -> p of Fisher's exact test: twice the chance of a table as far out, on the side where it lies.

    1 where a row or a column is empty. Raises PopgenError for negative counts and for tables of another shape.
    """
    seen = _counts(table)
    if seen.shape != (2, 2):
        raise PopgenError("an exact test of independence needs a table of two by two counts")
    both = int(seen[0, 0])
    row, column, total = (int(count) for count in (seen[0].sum(), seen[:, 0].sum(), seen.sum()))
    least, most = max(0, row + column - total), min(row, column)
    ways = [math.comb(column, k) * math.comb(total - column, row - k) for k in range(least, most + 1)]
    at = both - least
    return min(1.0, 2 * (min(sum(ways[: at + 1]), sum(ways[at:])) / sum(ways)))


def preference(a: int, b: int, ties: int = 0) -> Preference:
    """How many answered A, B and neither -> whether one is preferred, ties left out and, as a check, split."""
    fit = goodness_of_fit([a, b])
    exact = exact_binomial(a, a + b)
    split = goodness_of_fit([a + ties / 2, b + ties / 2])
    share = a / (a + b) if a + b else math.nan
    p = exact if a + b < EXACT_BELOW else fit.p
    return Preference(a, b, ties, share, fit.statistic, fit.p, exact, p, split.statistic, split.p)


def _p(statistic: float, df: int) -> float:
    """The chance of a chi-square as large or larger where nothing is behind it."""
    from scipy.special import chdtrc

    return float(chdtrc(df, statistic))


def _counts(counts: Sequence[float] | Sequence[Sequence[float]]) -> np.ndarray:
    seen = np.asarray(counts, dtype=np.float64)
    if not (seen >= 0).all():
        raise PopgenError("counts must be 0 or more")
    return seen
