"""What a comparison says: better only where a direction exists, tests that disagree, songs that are too few."""

import math

import numpy as np

from popgen_core.contracts.evaluator import Measure
from popgen_eval.comparison import Comparison, compare
from popgen_eval.report import FileScores, Report

MEASURES = (
    Measure("note_coherence", "share", 0, 1, "higher", "up"),
    Measure("bass_kick_lock", "share", 0, 1, "lower", "down"),
    Measure("density", "notes", 0, 99, "none", "how many"),
)
NAMES = tuple(measure.name for measure in MEASURES)


def report(*columns: np.ndarray) -> Report:
    rows = zip(*columns, strict=True)
    files = (FileScores(f"{number}.mid", dict(zip(NAMES, row, strict=False))) for number, row in enumerate(rows))
    return Report(tuple(files), NAMES[: len(columns)])


def normal(mean: float, seed: int, songs: int = 40) -> np.ndarray:
    return np.random.default_rng(seed).normal(mean, 0.1, songs)


def compared(a: Report, b: Report, **options) -> Comparison:
    return compare(a, b, **{"paired": False, "measures": MEASURES, "labels": ("mine", "theirs", "real"), **options})


def said(comparison: Comparison) -> str:
    return "\n".join(comparison.sentences())


def test_better_and_worse_follow_the_direction_and_a_description_has_none() -> None:
    above = [normal(0.9, seed) for seed in (1, 2, 3)]
    below = [normal(0.5, seed) for seed in (4, 5, 6)]
    words = said(compared(report(*above), report(*below)))
    assert "headline figures: mine is better on note_coherence" in words
    assert "named figures: mine is worse on bass_kick_lock" in words
    assert "exploratory figures, hints only: mine is higher on density" in words
    other = said(compared(report(*below), report(*above)))
    assert "mine is worse on note_coherence" in other
    assert "mine is better on bass_kick_lock" in other
    assert "mine is lower on density" in other
    assert "note_coherence: 0.49 against 0.90 (higher is better), g -4." in other


def test_a_figure_that_nobody_knows_is_neither_better_nor_worse() -> None:
    words = said(compared(report(normal(0.9, 1)), report(normal(0.5, 2)), measures=()))
    assert "mine is higher on note_coherence" in words
    assert "better" not in words


def test_installed_evaluators_say_which_direction_is_better() -> None:
    assert "is better on note_coherence" in said(
        compared(report(normal(0.9, 1)), report(normal(0.5, 2)), measures=None)
    )


def test_no_difference_shown_is_never_called_equal() -> None:
    words = said(compared(report(normal(0.5, 1)), report(normal(0.52, 2))))
    assert "no difference is shown on note_coherence, where one of 0.63 sd would be found in 80 of 100 cases" in words
    assert "not shown does not mean equal: to find differences as large as seen takes, in songs a side" in words
    assert "TOST" not in words


def test_tests_that_disagree_are_marked_and_the_ranks_trusted() -> None:
    # one song far out hides from t what the ranks see
    outlier = np.append(np.linspace(0.02, 0.2, 19), -3.0)
    found = compared(report(outlier), report(np.zeros(20)), paired=True)
    assert found.tables()[0][1][1][-2:] == ("< .001", "better *")
    assert found.notes()[-1] == "*: t test and rank test disagree. The rank test is trusted."
    assert "note_coherence: -0.05 against 0.00 (higher is better), dz -0.07 [-0.49, 2.21], p < .001 by ranks" in said(
        found
    )
    # five pairs: no signed-rank test of so few can go below 2 in 32
    few = compared(report(np.array([0.3, 0.31, 0.29, 0.32, 0.3])), report(np.zeros(5)), paired=True)
    assert few.tables()[0][1][1][-2:] == (".062", "not shown *")
    assert few.notes()[-1].endswith("The rank test is trusted; of so few songs it can show nothing.")
    agreed = compared(report(normal(0.9, 1)), report(normal(0.5, 2)))
    assert not any("*" in line for line in agreed.notes())


def test_tests_that_point_opposite_ways_are_marked() -> None:
    # nearly all songs a little higher, a few far lower: the mean goes down, the ranks go up
    moved = np.concatenate([np.linspace(0.01, 0.1, 200), np.linspace(-6, -5, 25)])
    found = compared(report(moved), report(np.zeros(225)), paired=True)
    assert found.contrasts[0].figures[0].t.difference < 0
    assert found.tables()[0][1][1][-1] == "better *"


def test_as_good_as_real_needs_tost_and_says_what_it_takes() -> None:
    words = said(compared(report(normal(0.5, 1)), report(normal(0.5, 2)), reference=report(normal(0.5, 3))))
    assert "not shown to be as good as real, within 0.2 sd of real, on note_coherence; where there is" in words
    assert "takes 429 songs a side" in words
    many = [report(normal(0.5, seed, 1500)) for seed in (1, 2, 3)]
    words = said(compared(many[0], many[1], reference=many[2], resamples=100))
    assert "mine is shown to be as good as real, within 0.2 sd of real, on note_coherence (TOST)" in words
    described = said(compared(*many[:2], measures=(), resamples=100))
    assert "mine is shown to be as high as theirs" in described


def test_what_is_undefined_is_told() -> None:
    gaps = normal(0.5, 1)
    gaps[:8] = math.nan
    words = said(compared(report(gaps), report(normal(0.5, 2)), paired=True))
    assert "undefined in many of 40 songs of mine and 40 of theirs, and said of the others only; their pairs" in words
    assert "are left out: note_coherence (8, 0)" in words
    empty = said(compared(report(np.full(3, math.nan)), report(normal(0.5, 2, 3)), paired=True))
    assert "not tested, since 5 pairs with the figure defined are needed: note_coherence" in empty


def test_identical_systems_are_called_so() -> None:
    same = report(normal(0.5, 1), normal(0.5, 2))
    words = said(compared(same, same, paired=True))
    assert "headline figures: both are identical on note_coherence" in words
    assert "shown" not in words


def test_equal_file_names_without_pairs_are_pointed_out() -> None:
    assert "--paired is the test" in said(compared(report(normal(0.5, 1)), report(normal(0.5, 2))))
    assert "--paired" not in said(compared(report(normal(0.5, 1)), report(normal(0.5, 2, 41))))


def test_a_table_a_family_with_the_names_of_both() -> None:
    around = np.linspace(-0.1, 0.1, 40)
    tables = compared(report(0.9 + around, 0.5 + around), report(0.5 + around, 0.5 - around)).tables()
    titles = [title for title, _ in tables]
    assert titles[0] == "mine against theirs: headline figures, Holm over the family"
    assert titles[1].endswith("named figures, Holm over the family")
    heading, row = tables[0][1]
    assert heading == ("figure", "difference [95 %]", "g", "p", "verdict")
    # sd .0592 of 40 evenly spaced in .2; .4 +- 1.99 * .0592 * sqrt(2 / 40)
    assert row[:2] == ("note_coherence", "+0.40 [0.37, 0.43]")
    assert row[3:] == ("< .001", "better")
    assert tables[1][1][1][-1] == "not shown"
