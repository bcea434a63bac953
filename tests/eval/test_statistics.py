import math

import numpy as np
import pytest
from scipy.stats import bootstrap

from popgen_eval.statistics import bca_interval, summarise

SKEWED = np.array([0.1, 0.2, 0.2, 0.3, 0.3, 0.4, 0.5, 0.9, 1.7, 2.8])


def test_the_interval_is_that_of_scipys_bca_bootstrap() -> None:
    theirs = bootstrap((SKEWED,), np.mean, method="BCa", n_resamples=40_000, random_state=1).confidence_interval
    low, high = bca_interval(SKEWED, np.random.default_rng(0), resamples=40_000)
    assert low == pytest.approx(theirs.low, abs=0.015)
    assert high == pytest.approx(theirs.high, abs=0.015)


def test_the_interval_of_skewed_values_leans_to_the_long_side() -> None:
    low, high = bca_interval(SKEWED, np.random.default_rng(0))
    assert high - SKEWED.mean() > 1.3 * (SKEWED.mean() - low)


def test_a_summary_by_hand_leaves_undefined_values_out() -> None:
    found = summarise([1.0, math.nan, 2.0, 3.0])
    assert (found.mean, found.sd, found.n) == (2.0, 1.0, 3)
    assert found.low < 2.0 < found.high


def test_a_summary_is_the_same_every_time() -> None:
    assert summarise(SKEWED) == summarise(SKEWED)
    assert summarise(SKEWED, seed=1) != summarise(SKEWED, seed=2)


def test_one_value_has_no_spread_and_none_no_mean() -> None:
    one, none = summarise([0.5]), summarise([math.nan])
    assert (one.mean, one.n) == (0.5, 1)
    assert all(math.isnan(value) for value in (one.sd, one.low, one.high))
    assert math.isnan(none.mean)
    assert none.n == 0


def test_equal_values_have_an_interval_of_no_width() -> None:
    found = summarise([0.25] * 5)
    assert (found.low, found.high, found.sd) == (0.25, 0.25, 0.0)


@pytest.mark.slow
def test_the_interval_covers_the_mean_about_95_times_in_100() -> None:
    random = np.random.default_rng(7)
    covered = 0
    for _ in range(400):
        low, high = bca_interval(random.normal(0.5, 0.1, 30), random, resamples=1000)
        covered += low <= 0.5 <= high
    assert 0.91 <= covered / 400 <= 0.98
