"""One figure of two systems: means, tests, effect, and what so many songs can tell."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from popgen_eval.report.plain import plain
from popgen_eval.statistics import (
    FEWEST,
    Effect,
    Equivalence,
    RankTest,
    TTest,
    dz_of_pairs,
    equivalence,
    exact_independence,
    hedges_g,
    independence,
    margin_of,
    paired_t,
    rank_sum,
    signed_rank,
    welch_t,
)
from popgen_eval.statistics.rank_test import EXACT

__all__ = ["CATEGORICAL", "LEAST_SONGS", "LEVEL", "Direction", "FigureTest", "paired_figure", "unpaired_figure"]

LEVEL = 0.05
LEAST_SONGS = FEWEST  # a side, or pairs: two songs that happen to be alike would make any difference look sure
EXPECTED = 5  # songs in each cell of a table of two by two, below which its chi-square is rough
MANN_WHITNEY, SIGNED_RANK, CHI_SQUARE, FISHER = "Mann-Whitney", "Wilcoxon signed-rank", "chi-square", "Fisher's exact"
CATEGORICAL = (CHI_SQUARE, FISHER)  # stand for the rank test where every song has 0 or 1
Direction = Literal["higher", "lower", "none"]
Values = NDArray[np.float64]


@dataclass(frozen=True)
class FigureTest:
    """One figure of system A and system B; differences and effects are A less B.

    `n_a`, `n_b`: songs used, the number of pairs where paired; `undefined_a`, `undefined_b`: songs where the figure is
    undefined; `left_out`: songs or pairs that are not used for it. `check`: the name of the rank test. `p_t`, `p_rank`,
    `p_same`: p of the t test, of the rank test and of TOST, corrected within the family. `alpha`: the level at which
    the rest is planned, that of the family's first step. `detectable`: the effect that so many songs find in 80 of 100
    cases; `needed`: songs of each system (or pairs) by which an effect as seen is found so often, None where a million
    would not do; `needed_same`: the same for TOST where there is no difference. `reason`: why there is no test.
    """

    figure: str
    family: str
    better: Direction
    paired: bool
    n_a: int
    n_b: int
    undefined_a: int
    undefined_b: int
    left_out: int
    mean_a: float
    mean_b: float
    t: TTest
    rank: RankTest
    effect: Effect
    same: Equivalence
    check: str
    identical: bool = False
    p_t: float = math.nan
    p_rank: float = math.nan
    p_same: float = math.nan
    alpha: float = LEVEL
    detectable: float = math.nan
    needed: int | None = None
    needed_same: int | None = None
    reason: str = ""

    @property
    def differs(self) -> bool:
        """Whether a difference is shown. Where t and rank test disagree, the rank test is trusted."""
        return self.p_rank < LEVEL

    @property
    def disagree(self) -> bool:
        """Whether one of t and rank test shows a difference and the other does not, or shows the opposite."""
        if math.isnan(self.p_t):
            return False
        opposed = self.differs and self.t.difference * self.rank.biserial < 0
        return opposed or (self.p_t < LEVEL) != self.differs

    @property
    def up(self) -> bool:
        """Whether A is above B, by the ranks."""
        return self.rank.biserial > 0

    @property
    def good_as(self) -> bool:
        """Whether A and B are shown to lie within the margin of each other."""
        return self.p_same < LEVEL

    def to_json(self) -> dict[str, Any]:
        """As a JSON object; what is undefined is null."""
        t_name = "paired t" if self.paired else "Welch t"
        return {
            "figure": self.figure,
            "family": self.family,
            "better": self.better,
            "n": [self.n_a, self.n_b],
            "undefined": [self.undefined_a, self.undefined_b],
            "left_out": self.left_out,
            "mean": plain([self.mean_a, self.mean_b]),
            "t_test": {"name": t_name, **plain(vars(self.t)), "p_corrected": plain(self.p_t)},
            "rank_test": {"name": self.check, **plain(vars(self.rank)), "p_corrected": plain(self.p_rank)},
            "effect": plain(vars(self.effect)),
            "equivalence": plain(vars(self.same)) | {"p_corrected": plain(self.p_same)},
            "identical": self.identical,
            "differs": self.differs,
            "disagree": self.disagree,
            "as_good_as": self.good_as,
            "alpha": self.alpha,
            "detectable": plain(self.detectable),
            "needed": self.needed,
            "needed_as_good_as": self.needed_same,
            "reason": self.reason,
        }


def paired_figure(
    figure: str, family: str, better: Direction, a: Values, b: Values, random: np.random.Generator, resamples: int
) -> FigureTest:
    """Scores of songs (song,) in the same order for both, NaN where undefined -> the paired comparison."""
    both = ~(np.isnan(a) | np.isnan(b))
    # differences of scores of 12 digits are noise beyond the 12th: a tie must stay one
    differences = np.round(a[both] - b[both], 12)
    few = both.sum() < LEAST_SONGS
    test = paired_t(differences)
    return FigureTest(
        figure, family, better, True, int(both.sum()), int(both.sum()),
        int(np.isnan(a).sum()), int(np.isnan(b).sum()), int((~both).sum()), _mean(a[both]), _mean(b[both]),
        test, signed_rank(differences), dz_of_pairs(differences, random, resamples),
        equivalence(test, margin_of(a[both], b[both])), SIGNED_RANK,
        identical=not few and not differences.any(),
        reason=f"it is defined in both songs of {_pairs(int(both.sum()))}, {LEAST_SONGS} are needed" if few else "",
    )  # fmt: skip


def unpaired_figure(
    figure: str,
    family: str,
    better: Direction,
    a: Values,
    b: Values,
    random: np.random.Generator,
    resamples: int,
    *,
    margin_by_b: bool = False,
) -> FigureTest:
    """Scores of two groups of songs, NaN where undefined -> their comparison.

    The margin is .2 of both groups' standard deviation, or of `b`'s alone where these are the songs to be as good as.
    """
    here, there = a[~np.isnan(a)], b[~np.isnan(b)]
    few = min(len(here), len(there)) < LEAST_SONGS
    test = welch_t(here, there)
    alike = not few and bool(np.ptp(np.concatenate([here, there])) == 0)
    undefined = len(a) - len(here), len(b) - len(there)
    ranks, check = (rank_sum(here, there), MANN_WHITNEY) if few or alike else _ranks(here, there)
    return FigureTest(
        figure, family, better, False, len(here), len(there), *undefined, sum(undefined), _mean(here), _mean(there),
        test, ranks, hedges_g(here, there, random, resamples),
        equivalence(test, margin_of(there) if margin_by_b else margin_of(here, there)), check,
        identical=alike,
        reason=f"it is defined in {len(here)} and {len(there)} songs, {LEAST_SONGS} of each are needed" if few else "",
    )  # fmt: skip


def _ranks(a: Values, b: Values) -> tuple[RankTest, str]:
    """The rank test of two groups and its name; where every song has 0 or 1 only it is a table of counts.

    Then Fisher's exact test, which with such ties Mann-Whitney counted is, up to as many songs in all as ranks are
    counted for; of more, chi-square if 5 songs are expected in each cell. Of fewer it throws away an exact p: of 23
    songs against 23 where 21 of the 46 have a 1, it calls chance a difference in .0746 of cases, not .05. Signed ranks
    of pairs of 0 and 1 are McNemar's as they are.
    """
    test = rank_sum(a, b)
    if not np.isin(np.concatenate([a, b]), (0, 1)).all():
        return test, MANN_WHITNEY
    table = [[int((side == value).sum()) for value in (0, 1)] for side in (a, b)]
    fit = independence(table)
    if len(a) + len(b) > EXACT and fit.least_expected >= EXPECTED:
        return replace(test, p=fit.p), CHI_SQUARE
    return replace(test, p=exact_independence(table)), FISHER


def _mean(values: Values) -> float:
    return float(values.mean()) if len(values) else math.nan


def _pairs(count: int) -> str:
    return f"{count} {'pair' if count == 1 else 'pairs'}"
