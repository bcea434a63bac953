"""The BCa interval by hand: resamples that are evenly spread show which quantiles it takes."""

import math
from statistics import NormalDist

import numpy as np
import pytest

from popgen_eval.statistics import bca

EVEN = np.linspace(0, 1, 100_001)
NORMAL = NormalDist()


def quantile(end: float, bias: float, acceleration: float) -> float:
    moved = bias + NORMAL.inv_cdf(end)
    return NORMAL.cdf(bias + moved / (1 - acceleration * moved))


def test_without_bias_or_skew_it_is_the_percentile_interval() -> None:
    assert bca(0.5, EVEN, [np.array([1.0, 2.0, 3.0])]) == pytest.approx((0.025, 0.975), abs=1e-4)
    assert bca(0.5, EVEN, [np.array([2.0, 2.0])]) == pytest.approx((0.025, 0.975), abs=1e-4)


def test_bias_is_the_share_of_resamples_below_the_estimate() -> None:
    bias = NORMAL.inv_cdf(0.6)
    found = bca(0.6, EVEN, [np.array([1.0, 2.0, 3.0])])
    assert found == pytest.approx((quantile(0.025, bias, 0), quantile(0.975, bias, 0)), abs=1e-4)


def test_acceleration_is_the_skew_of_what_each_unit_changes() -> None:
    # without each of three units 0, 0 and 3: influences 2/3, 2/3 and -4/3, cubes -16/9, squares 8/3
    left_out, acceleration = np.array([0.0, 0.0, 3.0]), -(16 / 9) / (6 * (8 / 3) ** 1.5)
    found = bca(0.5, EVEN, [left_out])
    assert found == pytest.approx((quantile(0.025, 0, acceleration), quantile(0.975, 0, acceleration)), abs=1e-4)
    # two such samples: sums of both, so it is smaller by the root of 2
    both, of_two = bca(0.5, EVEN, [left_out, left_out]), acceleration / math.sqrt(2)
    assert both == pytest.approx((quantile(0.025, 0, of_two), quantile(0.975, 0, of_two)), abs=1e-4)


def test_resamples_equal_to_the_estimate_count_half() -> None:
    tied = np.concatenate([np.linspace(0, 0.4, 20_000), np.full(60_000, 0.5), np.linspace(0.6, 1, 20_000)])
    assert bca(0.5, tied, [np.array([1.0, 2.0, 3.0])]) == pytest.approx((0.05, 0.95), abs=1e-3)
