"""The corrected resampled t: by hand, and on simulated systems of equal worth."""

import math

import numpy as np
import pytest
from scipy import stats

from popgen_core.errors import PopgenError
from popgen_eval.statistics import corrected_resampled_t


def test_the_corrected_t_by_hand() -> None:
    found = corrected_resampled_t([1.0, 2.0, 3.0, 4.0], 0.25)
    # mean 2.5, variance (2.25 + 0.25 + 0.25 + 2.25) / 3 = 5/3; factor 1/4 + 1/3 = 7/12; error sqrt(35/36)
    assert (found.mean, found.df) == (2.5, 3)
    assert found.sd == pytest.approx(math.sqrt(5 / 3))
    assert found.t == pytest.approx(2.5 / math.sqrt(35 / 36))
    root = found.t / math.sqrt(3)  # at 3 degrees of freedom Student's law is elementary
    assert found.p == pytest.approx(1 - 2 / math.pi * (root / (1 + root**2) + math.atan(root)))
    reach = 3.182446 * math.sqrt(35 / 36)  # the table's t for 97.5 % at 3 degrees
    assert (found.low, found.high) == (pytest.approx(2.5 - reach), pytest.approx(2.5 + reach))


def test_p_is_below_five_in_a_hundred_just_where_the_interval_leaves_zero() -> None:
    for shift in (1.5, 2.0, 2.5, 3.0, 3.5):
        found = corrected_resampled_t([shift - 1, shift, shift + 1, shift], 0.25)
        assert (found.p < 0.05) == (found.low > 0)


def test_without_a_test_share_to_speak_of_it_is_the_plain_t() -> None:
    values = [0.3, -0.1, 0.4, 0.2, 0.5]
    assert corrected_resampled_t(values, 1e-12).p == pytest.approx(stats.ttest_1samp(values, 0).pvalue)


def test_what_one_fold_or_equal_folds_do_not_tell_is_no_number() -> None:
    one = corrected_resampled_t([0.5], 0.1)
    assert (one.mean, one.df) == (0.5, 0)
    assert all(math.isnan(value) for value in (one.sd, one.low, one.high, one.t, one.p))
    equal = corrected_resampled_t([0.1] * 3, 0.1)
    assert (equal.sd, equal.low, equal.high) == (0.0, equal.mean, equal.mean)
    assert math.isnan(equal.t)
    assert math.isnan(equal.p)


@pytest.mark.parametrize("share", [0.0, 1.0, math.nan])
def test_a_share_that_is_none_is_refused(share: float) -> None:
    with pytest.raises(PopgenError, match="a test share between 0 and 1"):
        corrected_resampled_t([1.0, 2.0], share)
    with pytest.raises(PopgenError, match="needs folds"):
        corrected_resampled_t([], 0.5)


def select_and_fit(features: np.ndarray, wanted: np.ndarray, new: np.ndarray) -> np.ndarray:
    """An unsteady learner: a line through the one feature that correlates best."""
    best = int(np.abs(np.corrcoef(features.T, wanted)[-1, :-1]).argmax())
    slope, start = np.polyfit(features[:, best], wanted, 1)
    return np.asarray(start + slope * new[:, best])


def test_systems_of_equal_worth_are_told_apart_five_times_in_a_hundred_and_not_eighteen() -> None:
    random, runs, songs, folds = np.random.default_rng(0), 300, 60, 10
    plain = corrected = 0
    for _ in range(runs):
        sides = random.normal(size=(2, songs, 20))
        wanted = random.normal(size=songs) + 0.3 * sides[:, :, 0].sum(axis=0)
        fold_of = random.permutation(np.arange(songs) % folds)
        differences = []
        for fold in range(folds):
            test, train = fold_of == fold, fold_of != fold
            errors = [
                ((wanted[test] - select_and_fit(side[train], wanted[train], side[test])) ** 2).mean() for side in sides
            ]
            differences.append(errors[0] - errors[1])
        plain += stats.ttest_1samp(differences, 0).pvalue < 0.05
        corrected += corrected_resampled_t(differences, 1 / folds).p < 0.05
    assert plain / runs > 0.12
    assert corrected / runs < 0.08
