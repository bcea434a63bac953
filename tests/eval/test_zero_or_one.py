"""A figure that is 0 or 1 in every song: two shares of songs, told apart by counts."""

from __future__ import annotations

import math

import numpy as np
import pytest

from popgen_eval.comparison import Comparison, compare
from popgen_eval.report import FileScores, Report
from popgen_eval.statistics import exact_independence, rank_sum


def report_of(values: list[float]) -> Report:
    return Report(
        tuple(FileScores(f"{number}.mid", {"my_own": value}) for number, value in enumerate(values)), ("my_own",)
    )


def songs(ones: int, zeros: int) -> list[float]:
    return [1.0] * ones + [0.0] * zeros


def compared(a: list[float], b: list[float], **options: bool) -> Comparison:
    return compare(report_of(a), report_of(b), **{"paired": False, **options}, measures=(), resamples=50)


def test_more_songs_than_are_counted_exactly_are_told_apart_by_chi_square() -> None:
    """20 of 30 songs against 10 of 30: 15 are expected in each cell, chi-square is 4 x 25 / 15."""
    found = compared(songs(20, 10), songs(10, 20)).contrasts[0].figures[0]
    assert found.check == "chi-square"
    assert found.rank.p == pytest.approx(math.erfc(math.sqrt(20 / 3 / 2)))
    assert found.rank.biserial == pytest.approx(1 / 3)
    assert found.differs
    assert found.up
    assert found.to_json()["rank_test"]["name"] == "chi-square"


def test_few_songs_and_rare_ones_are_counted_exactly() -> None:
    few = compared(songs(6, 0), songs(1, 5)).contrasts[0].figures[0]
    assert few.check == "Fisher's exact"
    # seven of twelve songs have it: of 792 ways to give them out, 6 give the first six of them
    assert few.rank.p == pytest.approx(2 * 6 / 792)
    even = compared(songs(12, 7), songs(6, 13)).contrasts[0].figures[0]  # 9 expected, but of 38 songs
    assert even.check == "Fisher's exact"
    rare = compared(songs(4, 56), songs(0, 60)).contrasts[0].figures[0]  # 2 expected
    assert rare.check == "Fisher's exact"
    assert rare.rank.p == exact_independence([[56, 4], [60, 0]])


def test_what_can_be_counted_is_no_chi_square() -> None:
    """23 against 23 with 21 ones: chance is below .05 by chi-square in .0746 of cases, so it is asked of more only."""
    found = compared(songs(14, 9), songs(7, 16)).contrasts[0].figures[0]
    assert (found.check, found.rank.p) == ("Fisher's exact", exact_independence([[9, 14], [16, 7]]))
    assert compared(songs(15, 10), songs(10, 15)).contrasts[0].figures[0].check == "Fisher's exact"  # 50 songs
    assert compared(songs(16, 10), songs(10, 15)).contrasts[0].figures[0].check == "chi-square"  # 51


def test_a_figure_with_any_other_value_is_ranked() -> None:
    assert compared([*songs(20, 9), 0.5], songs(10, 20)).contrasts[0].figures[0].check == "Mann-Whitney"
    assert compared(songs(20, 10), [*songs(10, 19), 2.0]).contrasts[0].figures[0].check == "Mann-Whitney"


def test_all_zero_or_all_one_is_identical_and_the_opposite_is_not() -> None:
    assert compared(songs(0, 9), songs(0, 9)).contrasts[0].figures[0].identical
    apart = compared(songs(0, 6), songs(6, 0)).contrasts[0].figures[0]
    assert apart.rank.p == pytest.approx(2 / 924)
    assert apart.differs


def test_fishers_test_is_mann_whitney_with_all_its_ties() -> None:
    random = np.random.default_rng(0)
    for _ in range(50):
        a, b = (random.integers(0, 2, random.integers(5, 20)).astype(float) for _ in range(2))
        table = [[int((side == value).sum()) for value in (0, 1)] for side in (a, b)]
        assert exact_independence(table) == pytest.approx(rank_sum(a, b).p)


def test_pairs_of_zero_and_one_are_mcnemars_by_signed_ranks() -> None:
    """Of ten pairs seven changed, all the same way: 2 in 2^7."""
    found = compared(songs(8, 2), songs(1, 9), paired=True).contrasts[0].figures[0]
    assert found.rank.p == pytest.approx(2 / 2**7)


def test_which_test_it_was_is_said_in_plain_words() -> None:
    found = compare(
        *(Report(tuple(FileScores(f.path, {"onset_sync": f.scores["my_own"]}) for f in one.files), ("onset_sync",))
          for one in (report_of(songs(20, 10)), report_of(songs(10, 20)))),
        paired=False, measures=(), resamples=50,
    )  # fmt: skip
    assert any(line.endswith("p .010 by chi-square") for line in found.sentences())
    assert "Where every song has 0 or 1, chi-square or Fisher's exact test stands for the rank test." in found.notes()
    assert not any("chi-square" in line for line in compared([0.2, *songs(9, 9)], songs(9, 9)).notes())
