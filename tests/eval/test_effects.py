"""Effects and their intervals: by hand, against scipy's bootstrap, and how often intervals hold the truth."""

import math

import numpy as np
import pytest
from scipy import stats

from popgen_eval.statistics import dz_of_pairs, hedges_g

SKEWED = np.array([0.1, 0.2, 0.2, 0.3, 0.3, 0.4, 0.5, 0.9, 1.7, 2.8])
OTHERS = np.array([0.0, 0.1, 0.3, 0.1, 0.4, 0.2, 0.9])


def test_effects_by_hand() -> None:
    random = np.random.default_rng(0)
    assert dz_of_pairs(np.array([1.0, 2.0, 3.0]), random).value == pytest.approx(2.0)
    # means 2 and 4, variances 1 and 4 with 2 degrees each: pooled 2.5; J of 4 is gamma(2) / (sqrt(2) gamma(1.5))
    found = hedges_g(np.array([1.0, 2.0, 3.0]), np.array([2.0, 4.0, 6.0]), random)
    factor = 1 / (math.sqrt(2) * math.sqrt(math.pi) / 2)
    assert found.value == pytest.approx(-2 / math.sqrt(2.5) * factor)


def dz(values, axis=-1):
    return values.mean(axis) / values.std(axis, ddof=1)


def d(a, b, axis=-1):
    n, m = a.shape[axis], b.shape[axis]
    pooled = ((n - 1) * a.var(axis, ddof=1) + (m - 1) * b.var(axis, ddof=1)) / (n + m - 2)
    return (a.mean(axis) - b.mean(axis)) / np.sqrt(pooled)


def test_the_interval_of_pairs_is_that_of_scipys_bca_bootstrap() -> None:
    theirs = stats.bootstrap((SKEWED,), dz, method="BCa", n_resamples=40_000, random_state=1).confidence_interval
    mine = dz_of_pairs(SKEWED, np.random.default_rng(0), 40_000)
    assert (mine.low, mine.high) == (pytest.approx(theirs.low, abs=0.02), pytest.approx(theirs.high, abs=0.02))


def test_the_interval_of_two_groups_is_that_of_scipys_bca_bootstrap() -> None:
    factor = hedges_g(SKEWED, OTHERS, np.random.default_rng(0), 100).value / d(SKEWED, OTHERS)
    theirs = stats.bootstrap((SKEWED, OTHERS), d, method="BCa", n_resamples=40_000, random_state=1).confidence_interval
    mine = hedges_g(SKEWED, OTHERS, np.random.default_rng(0), 40_000)
    assert mine.low == pytest.approx(theirs.low * factor, abs=0.03)
    assert mine.high == pytest.approx(theirs.high * factor, abs=0.03)


def test_the_same_seed_draws_the_same_interval() -> None:
    first, again, other = (hedges_g(SKEWED, OTHERS, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_few_songs_have_an_effect_without_an_interval_and_equal_ones_none() -> None:
    random = np.random.default_rng(0)
    few = dz_of_pairs(np.array([1.0, 2.0, 4.0, 3.0]), random)
    assert few.value > 0
    assert math.isnan(few.low)
    for found in (
        dz_of_pairs(np.zeros(9), random),
        dz_of_pairs(np.array([1.0]), random),
        dz_of_pairs(np.array([]), random),
        hedges_g(np.ones(9), np.ones(9), random),
        hedges_g(np.array([1.0]), SKEWED, random),
        hedges_g(np.array([]), SKEWED, random),
    ):
        assert math.isnan(found.value)
        assert math.isnan(found.low)
    assert math.isinf(dz_of_pairs(np.full(9, 0.1), random).value)  # the same difference in every pair
    assert math.isnan(dz_of_pairs(np.full(9, 0.1), random).low)


@pytest.mark.slow
def test_intervals_hold_the_true_effect_about_95_times_in_100() -> None:
    random, runs = np.random.default_rng(3), 600
    pairs = groups = skewed = 0
    for _ in range(runs):
        found = dz_of_pairs(random.normal(0.5, 1, 40), random, 2000)
        pairs += found.low <= 0.5 <= found.high
        found = hedges_g(random.normal(0.5, 1, 40), random.normal(0, 1, 30), random, 2000)
        groups += found.low <= 0.5 <= found.high
        found = hedges_g(random.exponential(size=60), random.exponential(size=60) - 0.5, random, 2000)
        skewed += found.low <= 0.5 <= found.high
    assert [0.925 <= held / runs <= 0.975 for held in (pairs, groups, skewed)] == [True] * 3, (pairs, groups, skewed)
