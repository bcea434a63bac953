"""The figures of balance obey the laws that they are named after."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from popgen_core.corpus.balance import BalanceRow, categories_row, chi_square_p, numbers_row, smirnov_p

TABLES = (
    [[10, 20], [20, 10]],
    [[200, 50], [60, 8]],
    [[5, 9, 14], [6, 2, 30]],
    [[30, 30, 30, 30], [8, 7, 9, 6]],
    [[7, 3, 5, 11, 2], [1, 4, 6, 2, 9]],
    [[100, 1, 40, 3, 9, 60, 70], [20, 2, 8, 1, 4, 15, 12]],
)


@pytest.mark.parametrize("table", TABLES)
def test_the_chi_square_p_is_scipys(table: list[list[int]]) -> None:
    expected = stats.chi2_contingency(table, correction=False).pvalue
    assert chi_square_p(np.array(table)) == pytest.approx(expected, rel=1e-9)


def test_the_chi_square_p_of_a_table_by_hand() -> None:
    """All cells expected 15, each off by 5: the statistic is 4 x 25 / 15 = 20 / 3, one degree of freedom."""
    assert chi_square_p(np.array([[10, 20], [20, 10]])) == pytest.approx(math.erfc(math.sqrt(10 / 3)))


def test_a_category_that_no_song_is_of_changes_nothing() -> None:
    assert chi_square_p(np.array([[10, 0, 20], [20, 0, 10]])) == chi_square_p(np.array([[10, 20], [20, 10]]))
    assert chi_square_p(np.array([[10], [20]])) == 1.0


@pytest.mark.parametrize(("first", "second"), [(12, 12), (20, 10), (60, 15), (273, 68)])
@pytest.mark.parametrize("shift", [0.0, 0.3, 0.6])
def test_the_smirnov_p_is_scipys_exact_one(first: int, second: int, shift: float) -> None:
    rng = np.random.default_rng(first + second)
    one, other = rng.normal(0, 1, first), rng.normal(shift, 1, second)
    expected = stats.ks_2samp(one, other, method="exact").pvalue
    assert smirnov_p(one, other) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("shift", [0.0, 0.03, 0.06, 0.1])
def test_the_smirnov_p_of_many_songs_is_scipys_asymptotic_one(shift: float) -> None:
    rng = np.random.default_rng(7)
    one, other = rng.normal(0, 1, 4000), rng.normal(shift, 1, 1000)
    assert smirnov_p(one, other) == pytest.approx(stats.ks_2samp(one, other, method="exact").pvalue, abs=0.01)


def test_the_smirnov_p_by_hand() -> None:
    """Of the six orders of two and two songs, two part them wholly."""
    assert smirnov_p(np.array([1.0, 2.0]), np.array([3.0, 4.0])) == pytest.approx(1 / 3)


def test_the_smirnov_p_of_equal_samples_is_one_and_of_distant_ones_none() -> None:
    assert smirnov_p(np.arange(30.0), np.arange(30.0)) == 1.0
    assert smirnov_p(np.arange(30.0), np.arange(30.0) + 100) < 1e-6


def test_the_difference_of_numbers_is_standardised() -> None:
    row = numbers_row("tempo", np.array([0.0, 2.0, 1.0, 3.0]), np.array([False, False, True, True]))
    assert (row.feature, row.test, row.smd) == ("tempo", "ks", 1.0)  # means 1 and 2, both variances 1


def test_the_difference_of_categories_is_the_largest_of_one() -> None:
    in_test = np.array([False] * 4 + [True] * 4)
    row = categories_row("mode", ["major", "major", "minor", "minor", "major", "minor", "minor", "minor"], in_test)
    assert (row.feature, row.test) == ("mode", "chi2")
    assert abs(row.smd) == pytest.approx(0.25 / math.sqrt((0.5 * 0.5 + 0.25 * 0.75) / 2))
    fewer = categories_row("feel", [*"aaaaaabc", *"aabbbccc"], np.array([False] * 8 + [True] * 8))
    assert fewer.smd == pytest.approx(-0.5 / math.sqrt(0.1875))  # of a: 6 of 8 and 2 of 8
    unlike = categories_row("mode", ["a", "a", "b", "b"], np.array([False, False, True, True]))
    assert math.isinf(unlike.smd)


def test_a_feature_that_all_songs_share_is_balanced() -> None:
    in_test = np.array([True, False, False])
    assert numbers_row("tempo", np.full(3, 120.0), in_test) == BalanceRow("tempo", "ks", 1.0, 0.0)
    assert categories_row("mode", ["major"] * 3, in_test) == BalanceRow("mode", "chi2", 1.0, 0.0)


def test_a_row_is_accepted_inside_both_limits() -> None:
    assert BalanceRow("tempo", "ks", 0.11, -0.25).accepted
    assert not BalanceRow("tempo", "ks", 0.10, 0.0).accepted
    assert not BalanceRow("tempo", "ks", 1.0, -0.26).accepted
    assert BalanceRow("tempo", "ks", 0.2, 0.1).margin == pytest.approx(2.0)
    assert BalanceRow("tempo", "ks", 1.0, -0.5).margin == pytest.approx(0.5)
