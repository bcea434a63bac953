"""Two systems on all figures: each tested, corrected within its family, and told what more songs would show.

Whatever says that songs differ says it by `figures_tested`: the comparison, and a report beside its reference.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from numpy.random import default_rng

from popgen_eval.calibration import Scale
from popgen_eval.comparison.figure import LEVEL, Direction, FigureTest, paired_figure, unpaired_figure
from popgen_eval.comparison.songs import Songs
from popgen_eval.metrics.families import FAMILIES as OF_PIECES
from popgen_eval.metrics.families import family_of
from popgen_eval.statistics import (
    MARGIN,
    benjamini_hochberg,
    detectable_paired,
    detectable_unpaired,
    holm,
    paired_size,
    same_paired_size,
    same_unpaired_size,
    unpaired_size,
)

__all__ = ["FAMILIES", "HINTS", "Contrast", "contrast_of", "figures_tested"]

TRAINING = "training"  # the figures that hold songs against a training set
FAMILIES = (*OF_PIECES, TRAINING)  # each corrected by itself
HINTS = ("exploratory", TRAINING)  # families of which a difference is no result


@dataclass(frozen=True)
class Contrast:
    """System `a` against system `b`, by the labels that they are shown under; `figures` in the reports' order."""

    a: str
    b: str
    paired: bool
    songs_a: int
    songs_b: int
    figures: tuple[FigureTest, ...]
    to_reference: bool = False
    scale: Scale | None = None  # that says which figures silly music wins

    def family(self, name: str) -> tuple[FigureTest, ...]:
        """The figures that are corrected together under that name."""
        return tuple(test for test in self.figures if test.family == name)

    def without(self, names: Collection[str]) -> Contrast:
        """The same without some families; the others are corrected as before."""
        return replace(self, figures=tuple(test for test in self.figures if test.family not in names))

    def to_json(self) -> dict[str, Any]:
        """As a JSON object; NaN becomes null."""
        return {
            "a": self.a,
            "b": self.b,
            "paired": self.paired,
            "songs": [self.songs_a, self.songs_b],
            "figures": [test.to_json() for test in self.figures],
        }


def contrast_of(
    a: Songs,
    b: Songs,
    labels: tuple[str, str],
    better: Mapping[str, Direction],
    *,
    to_reference: bool,
    scale: Scale | None = None,
    **how: Any,
) -> Contrast:
    """The songs of two systems -> `figures_tested`, with what so many songs can find, and what it takes."""
    figures = tuple(map(_planned, figures_tested(a, b, better, to_reference=to_reference, **how)))
    return Contrast(*labels, how["paired"], len(a.names), len(b.names), figures, to_reference, scale)


def figures_tested(
    a: Songs,
    b: Songs,
    better: Mapping[str, Direction],
    *,
    paired: bool,
    to_reference: bool,
    learned: Collection[str] = (),
    seed: int = 0,
    resamples: int = 0,
) -> tuple[FigureTest, ...]:
    """The songs of two systems, in the same order where paired -> each figure of `better` tested and corrected.

    `learned` figures, which hold songs against a training set, are a family by themselves. The bootstrap of a figure
    is drawn from `seed` and the figure's name: others beside it change nothing. Effects have no interval without
    `resamples`, which no verdict hangs on.
    """
    tests = []
    for figure, direction in better.items():
        random = default_rng([seed, zlib.crc32(figure.encode())])
        family = TRAINING if figure in learned else family_of(figure)
        given = (figure, family, direction, a.of(figure), b.of(figure), random, resamples)
        tests.append(paired_figure(*given) if paired else unpaired_figure(*given, margin_by_b=to_reference))
    return _corrected(tests)


def _corrected(tests: Sequence[FigureTest]) -> tuple[FigureTest, ...]:
    """p corrected within each family, and the level that the family's first step leaves."""
    done: dict[str, FigureTest] = {}
    for family in FAMILIES:
        mine = [test for test in tests if test.family == family]
        made = sum(not test.reason for test in mine)
        alpha = LEVEL if family in HINTS else LEVEL / max(made, 1)
        for test, p_t, p_rank, p_same in zip(mine, *_three(mine, family), strict=True):
            level = test.alpha if test.reason else alpha
            done[test.figure] = replace(test, p_t=p_t, p_rank=p_rank, p_same=p_same, alpha=level)
    return tuple(done[test.figure] for test in tests)


def _three(tests: Sequence[FigureTest], family: str) -> tuple[list[float], ...]:
    """Corrected p of t tests, of rank tests and of TOST.

    Figures without a test have none and do not count. One of which nothing varies has none either, and counts.
    """
    correct = benjamini_hochberg if family in HINTS else holm
    kinds: tuple[Callable[[FigureTest], float], ...] = (lambda x: x.t.p, lambda x: x.rank.p, lambda x: x.same.p)
    found = []
    for p_of in kinds:
        still = sum(not test.reason and math.isnan(p_of(test)) for test in tests)
        found.append(correct([math.nan if test.reason else p_of(test) for test in tests], still))
    return tuple(found)


def _planned(test: FigureTest) -> FigureTest:
    """With the effect that so many songs find, and the songs needed: by the t test, at its level and 80 % power."""
    if test.reason:
        return test
    alpha, effect, spread = test.alpha, test.effect.value, _spread(test)
    least = detectable_paired(test.n_a, alpha) if test.paired else detectable_unpaired(test.n_a, test.n_b, alpha)
    same_size = same_paired_size if test.paired else same_unpaired_size
    size = paired_size if test.paired else unpaired_size
    return replace(
        test,
        detectable=least,
        needed=size(effect, alpha) if math.isfinite(effect) else None,
        needed_same=same_size(spread, alpha) if math.isfinite(spread) else None,
    )


def _spread(test: FigureTest) -> float:
    """The margin of TOST in the unit that its size is planned in: sd of the differences, or of the scores."""
    if not test.paired:
        return MARGIN
    sd = test.t.error * math.sqrt(test.n_a)
    return test.same.margin / sd if sd > 0 else math.nan
