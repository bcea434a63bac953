"""Chi-square, exact binomial, preferences and corrections for many tests: by hand and against scipy."""

import math

import pytest
from scipy import stats

from popgen_core.errors import PopgenError
from popgen_eval.statistics import (
    benjamini_hochberg,
    exact_binomial,
    exact_independence,
    goodness_of_fit,
    holm,
    independence,
    preference,
)


def test_chi_square_of_counts_by_hand() -> None:
    found = goodness_of_fit([60, 40])
    assert (found.statistic, found.df, found.least_expected) == (4.0, 1, 50.0)
    assert found.p == pytest.approx(math.erfc(math.sqrt(4 / 2)))  # at 1 degree it is a squared normal
    assert goodness_of_fit([3, 1], expected=[3, 1]).statistic == 0.0
    assert goodness_of_fit([10, 20, 30]).p == pytest.approx(stats.chisquare([10, 20, 30]).pvalue)


def test_chi_square_of_a_table_by_hand() -> None:
    found = independence([[10, 20], [20, 10]])
    # 15 expected in each cell: 4 x 25 / 15; V is the root of that over 60 answers
    assert found.statistic == pytest.approx(20 / 3)
    assert found.df == 1
    assert found.v == pytest.approx(1 / 3)
    table = [[12, 5, 7], [8, 9, 20]]
    theirs = stats.chi2_contingency(table, correction=False)
    assert independence(table).p == pytest.approx(theirs.pvalue)
    assert independence(table).v == pytest.approx(stats.contingency.association(table))


def test_an_empty_row_changes_nothing_and_a_single_one_tells_nothing() -> None:
    assert independence([[10, 20], [0, 0], [20, 10]]) == independence([[10, 20], [20, 10]])
    assert math.isnan(independence([[10, 20], [0, 0]]).p)
    assert math.isnan(independence([[0, 0], [0, 0]]).p)
    assert math.isnan(goodness_of_fit([0, 0]).p)


def test_the_exact_binomial_by_hand() -> None:
    assert exact_binomial(5, 5) == pytest.approx(2 / 32)
    assert exact_binomial(4, 5) == pytest.approx(2 * 6 / 32)
    assert exact_binomial(8, 10) == exact_binomial(2, 10) == pytest.approx(2 * (1 + 10 + 45) / 1024)
    assert exact_binomial(5, 10) == 1.0
    assert math.isnan(exact_binomial(0, 0))


def test_fishers_exact_test_by_hand() -> None:
    # 3 of 4 against 1 of 4: of 70 ways to give out four, 16 give the first three of them, and 1 all four
    assert exact_independence([[3, 1], [1, 3]]) == pytest.approx(2 * 17 / 70)
    assert exact_independence([[5, 0], [0, 5]]) == pytest.approx(2 / 252)
    for table in ([[4, 1], [0, 6]], [[4, 1], [1, 6]], [[30, 2], [17, 9]]):
        ends = [stats.fisher_exact(table, alternative=end).pvalue for end in ("less", "greater")]
        assert exact_independence(table) == pytest.approx(2 * min(ends))
    assert exact_independence([[2, 2], [2, 2]]) == exact_independence([[5, 0], [6, 0]]) == 1.0
    with pytest.raises(PopgenError, match="two by two"):
        exact_independence([[1, 2, 3], [1, 2, 3]])


def test_a_preference_leaves_ties_out_and_splits_them_as_a_check() -> None:
    found = preference(60, 40, ties=100)
    assert (found.share, found.chi_square) == (0.6, 4.0)
    assert found.p == found.p_chi_square == pytest.approx(0.0455, abs=1e-4)
    assert found.chi_square_ties_split == 2.0
    assert found.p_ties_split == pytest.approx(math.erfc(math.sqrt(2 / 2)))  # 110 of 200: chi-square 2


def test_below_forty_answers_the_exact_test_speaks() -> None:
    few, enough = preference(26, 13), preference(26, 14)
    assert few.p == few.p_exact == pytest.approx(stats.binomtest(26, 39).pvalue)
    assert enough.p == enough.p_chi_square
    assert math.isnan(preference(0, 0, ties=3).p)


def test_what_cannot_be_counted_is_refused() -> None:
    with pytest.raises(PopgenError, match="0 or more"):
        goodness_of_fit([3, -1])
    with pytest.raises(PopgenError, match="0 or more"):
        independence([[3, math.nan], [1, 1]])
    with pytest.raises(PopgenError, match="expected count above 0"):
        goodness_of_fit([3, 1], expected=[1, 0])
    with pytest.raises(PopgenError, match="6 of 5 answers"):
        exact_binomial(6, 5)
    with pytest.raises(PopgenError, match="rows and columns"):
        independence([3, 1])


def test_holm_by_hand() -> None:
    # .01 x 3; then .03 x 2; the last, .04 x 1, is not below the one before it
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.6, 0.5]) == [1.0, 1.0]
    assert holm([0.04, 0.01, math.nan, 0.03])[:2] == [0.06, 0.03]


def test_benjamini_and_hochberg_by_hand() -> None:
    # .04 x 3/3; .03 x 3/2 = .045 is above it; .01 x 3/1
    assert benjamini_hochberg([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.04, 0.04])
    p = [0.001, 0.2, 0.03, 0.7, 0.04]
    assert benjamini_hochberg(p) == pytest.approx(list(stats.false_discovery_control(p)))


def test_a_test_that_was_not_made_does_not_count() -> None:
    for correct in (holm, benjamini_hochberg):
        found = correct([0.01, math.nan, 0.5])
        assert found[0] == pytest.approx(0.02)
        assert math.isnan(found[1])
        assert correct([]) == []


def test_a_test_of_which_nothing_varies_counts_and_finds_nothing() -> None:
    """As if its p were 1: it makes the family no smaller."""
    for correct in (holm, benjamini_hochberg):
        assert correct([0.01, math.nan, 0.02, 0.9], still=1)[:3:2] == correct([0.01, 1.0, 0.02, 0.9])[:3:2]
        assert math.isnan(correct([0.01, math.nan], still=1)[1])
    assert holm([0.02, math.nan, math.nan], still=2)[0] == pytest.approx(0.06)
    assert holm([0.02, math.nan, math.nan])[0] == 0.02  # two that could not be made
