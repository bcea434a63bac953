"""t tests and rank tests: by hand, against scipy, and where nothing can be tested."""

import math

import numpy as np
import pytest
from scipy import stats

from popgen_eval.statistics import paired_t, rank_sum, signed_rank, welch_t

SOME = np.array([0.4, 1.1, -0.3, 2.0, 0.9, 1.6, 0.2, -0.8])
OTHERS = np.array([1.5, 0.7, 3.1, 2.2, 4.0])


def test_the_paired_t_by_hand() -> None:
    found = paired_t(np.array([1.0, 2.0, 3.0]))
    assert (found.difference, found.df) == (2.0, 2)
    assert found.error == pytest.approx(1 / math.sqrt(3))
    assert found.t == pytest.approx(2 * math.sqrt(3))
    # at 2 degrees of freedom p is 1 - t / sqrt(2 + t^2)
    assert found.p == pytest.approx(1 - found.t / math.sqrt(2 + found.t**2))
    assert (found.low, found.high) == (
        pytest.approx(2 - 4.302653 * found.error),
        pytest.approx(2 + 4.302653 * found.error),
    )


def test_welchs_t_by_hand() -> None:
    found = welch_t(np.array([1.0, 3.0]), np.array([0.0, 2.0, 4.0]))
    # variances 2 and 4, of the means 1 and 4/3; df (7/3)^2 / (1/1 + (16/9)/2) = (49/9) / (17/9)
    assert found.difference == 0.0
    assert found.error == pytest.approx(math.sqrt(7 / 3))
    assert found.df == pytest.approx(49 / 17)
    assert found.p == 1.0


def test_both_t_tests_are_scipys() -> None:
    theirs = stats.ttest_ind(SOME, OTHERS, equal_var=False)
    mine = welch_t(SOME, OTHERS)
    assert (mine.t, mine.df, mine.p) == pytest.approx((theirs.statistic, theirs.df, theirs.pvalue))
    low, high = theirs.confidence_interval()
    assert (mine.low, mine.high) == pytest.approx((low, high))
    assert paired_t(SOME).p == pytest.approx(stats.ttest_1samp(SOME, 0).pvalue)


def test_what_does_not_vary_has_no_t() -> None:
    noisy = np.array([0.3, 0.1 + 0.2, 0.3])  # equal but for rounding
    for found in (paired_t(noisy), welch_t(noisy, np.array([0.5, 0.5]))):
        assert found.error == 0.0
        assert math.isnan(found.t)
        assert math.isnan(found.p)
    for found in (paired_t(np.array([0.3])), welch_t(np.array([0.3]), SOME)):
        assert math.isnan(found.p)
        assert not math.isnan(found.difference)
    assert math.isnan(paired_t(np.array([])).difference)


def test_signed_ranks_by_hand() -> None:
    # ranks 1..4, that of the negative one is 1: sums as far out are 0 and 1, two of 16 on this side
    found = signed_rank(np.array([-1.0, 2.0, 3.0, 4.0]))
    assert found.p == pytest.approx(2 * 2 / 16)
    assert (found.share, found.biserial, found.least) == (0.75, (9 - 1) / 10, 2 / 16)


def test_pairs_without_a_difference_count_in_the_share_only() -> None:
    found = signed_rank(np.array([0.0, 1.0, 2.0]))
    assert found.share == pytest.approx((0.5 + 1 + 1) / 3)
    assert found.p == found.least == 2 / 4


def test_ranks_of_two_groups_by_hand() -> None:
    found = rank_sum(np.array([3.0, 4.0]), np.array([1.0, 2.0, 3.5]))
    # above in 5 of 6 pairings; of 10 ways to place two, rank sums 8 and 9 are as far out
    assert found.share == pytest.approx(5 / 6)
    assert found.p == pytest.approx(2 * 2 / 10)
    assert found.least == 2 / 10
    assert found.biserial == pytest.approx(2 / 3)


def test_ties_are_counted_and_not_taken_for_a_normal_law() -> None:
    # scipy's approximation says p = .047 here, where no outcome of three against three is rarer than 2 in 20
    found = rank_sum(np.array([1.0, 1.0, 1.0]), np.array([2.0, 2.0, 2.0]))
    assert found.p == pytest.approx(0.1)
    assert found.share == 0.0
    # |d| all equal: a coin thrown four times
    assert signed_rank(np.array([1.0, 1.0, 1.0, 1.0])).p == pytest.approx(2 / 16)


def test_rank_tests_are_scipys_where_those_are_exact_and_where_songs_are_many() -> None:
    assert signed_rank(SOME).p == pytest.approx(stats.wilcoxon(SOME, method="exact").pvalue)
    assert rank_sum(SOME, OTHERS).p == pytest.approx(stats.mannwhitneyu(SOME, OTHERS, method="exact").pvalue)
    many = np.random.default_rng(0).normal(0.1, 1, (2, 90))
    assert signed_rank(many[0]).p == pytest.approx(stats.wilcoxon(many[0]).pvalue)
    theirs = stats.mannwhitneyu(*many)
    mine = rank_sum(*many)
    assert (mine.p, mine.share) == pytest.approx((theirs.pvalue, theirs.statistic / 8100))
    for few, digits in ((60, 0), (60, 1), (8, 1), (8, 9), (5, 9)):  # ties, and one small side that is counted
        one, other = many[0][:few].round(digits), many[1].round(digits)
        assert rank_sum(one, other).p == pytest.approx(stats.mannwhitneyu(one, other).pvalue)


def test_ties_throughout_show_nothing_and_no_values_have_no_p() -> None:
    assert signed_rank(np.zeros(4)).p == 1.0
    assert rank_sum(np.ones(4), np.ones(3)).p == 1.0
    assert math.isnan(signed_rank(np.array([])).p)
    assert math.isnan(rank_sum(np.array([]), SOME).p)
