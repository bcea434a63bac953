"""How often a comparison finds what is not there, and what is: simulated reports of two systems."""

import numpy as np
import pytest

from popgen_eval.comparison import Contrast, compare
from popgen_eval.metrics.overall import HEADLINE
from popgen_eval.report import FileScores, Report

RUNS = 500
KINDS = ("normal", "skewed")


def reports(random: np.random.Generator, songs: int, shift: float, kind: str) -> tuple[Report, Report]:
    """Two systems of the five figures, which hang together as real ones do; the first `shift` sd above in one."""
    made = []
    for above in (shift, 0.0):
        common = random.normal(size=(songs, 1))
        scores = 0.6 * common + 0.8 * random.normal(size=(songs, len(HEADLINE)))
        scores = np.exp(scores) if kind == "skewed" else scores
        scores[:, 0] += above
        rows = [dict(zip(HEADLINE, row, strict=True)) for row in scores.tolist()]
        made.append(Report(tuple(FileScores(f"{number}.mid", row) for number, row in enumerate(rows)), HEADLINE))
    return made[0], made[1]


def contrasts(songs: int, shift: float, kind: str, *, paired: bool, runs: int = RUNS) -> list[Contrast]:
    random = np.random.default_rng(7)
    pairs = [reports(random, songs, shift, kind) for _ in range(runs)]
    return [compare(a, b, paired=paired, measures=(), resamples=50).contrasts[0] for a, b in pairs]


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("paired", [True, False])
@pytest.mark.parametrize("songs", [12, 40])
def test_equal_systems_differ_in_one_of_five_figures_about_5_times_in_100(kind: str, paired: bool, songs: int) -> None:
    found = contrasts(songs, 0.0, kind, paired=paired)
    family = np.mean([any(test.differs for test in contrast.figures) for contrast in found])
    single = np.mean([test.rank.p < 0.05 for contrast in found for test in contrast.figures])
    assert family <= 0.07
    assert single == pytest.approx(0.05, abs=0.02)
    if kind == "normal":
        assert np.mean([test.t.p < 0.05 for contrast in found for test in contrast.figures]) == pytest.approx(
            0.05, abs=0.02
        )
        assert np.mean([any(test.p_t < 0.05 for test in contrast.figures) for contrast in found]) == pytest.approx(
            0.045, abs=0.03
        )


@pytest.mark.slow
def test_the_size_that_a_comparison_asks_for_finds_what_it_plans_to() -> None:
    # .5 sd at .01, the first step of five: 96 songs a side (Mann-Whitney is 95 % as strong as t on normal scores)
    found = contrasts(96, 0.5, "normal", paired=False, runs=300)
    assert {test.detectable < 0.5 for contrast in found for test in contrast.figures} == {True}
    assert np.mean([contrast.figures[0].p_t < 0.05 for contrast in found]) >= 0.76
    assert np.mean([contrast.figures[0].differs for contrast in found]) >= 0.74


@pytest.mark.slow
def test_equal_systems_of_few_songs_are_seldom_called_as_good() -> None:
    found = contrasts(20, 0.2, "normal", paired=False, runs=300)
    assert np.mean([contrast.figures[0].good_as for contrast in found]) <= 0.05
