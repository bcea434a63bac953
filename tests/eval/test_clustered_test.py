"""Answers of one listener are alike, and those on one item: the test that knows it, by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from popgen_core.errors import PopgenError
from popgen_eval.statistics import cluster_share, clustered_test, goodness_of_fit


def test_the_clustered_share_by_hand() -> None:
    # listener 0 chooses the first on both items, listener 1 once: 3 of 4. Deviations from 3/4, over 4 choices:
    # 1/16, 1/16 | 1/16, -3/16. By listener sums 2/16, -2/16: (4 + 4) / 256 x 2 = 1/16; by item 2/16, -2/16 as well;
    # by both (1 + 1 + 1 + 9) / 256 x 4/3 = 1/16. 1/16 + 1/16 - 1/16 = 1/16, error 1/4, t = (3/4 - 1/2) / (1/4) = 1
    found = clustered_test([True, True, True, False], ["ann", "ann", "bob", "bob"], [0, 1, 0, 1])
    assert (found.share, found.df) == (0.75, 1)
    assert found.error == pytest.approx(0.25)
    assert found.t == pytest.approx(1.0)
    assert found.p == pytest.approx(0.5)  # at one degree of freedom 1 - 2 atan(1) / pi


def test_a_listener_who_answers_a_hundred_times_is_still_one_listener() -> None:
    first = np.repeat([True, True, True, False], 100).tolist()
    listener, item = np.repeat(np.arange(4), 100).tolist(), np.tile(np.arange(100), 4).tolist()
    assert goodness_of_fit([300, 100]).p < 1e-20
    assert clustered_test(first, listener, item).p > 0.3
    found = cluster_share(first, listener, np.random.default_rng(0), fewest=2)
    assert (found.low, found.high) == (0.25, 1.0)
    found = cluster_share(first, item, np.random.default_rng(0))
    assert (found.low, found.high) == (0.75, 0.75)


def test_answers_all_alike_are_as_many_coins_as_there_are_listeners() -> None:
    found = clustered_test([False] * 8, [0, 0, 1, 1, 2, 2, 3, 3], [0, 1, 2, 3] * 2)
    assert (found.p, found.t, found.df) == (0.125, -math.inf, 3)


def test_answers_nearly_alike_are_never_surer_than_answers_all_alike() -> None:
    who, what = np.repeat(np.arange(5), 8).tolist(), np.tile(np.arange(8), 5).tolist()
    alike = clustered_test([True] * 40, who, what)
    nearly = clustered_test([False] + [True] * 39, who, what)
    assert nearly.t > 10  # by t alone p < .001
    assert (alike.p, nearly.p) == (0.0625, 0.0625)


def test_one_listener_or_none_is_no_test() -> None:
    assert math.isnan(clustered_test([True] * 3, [0] * 3, range(3)).p)
    assert math.isnan(clustered_test([], [], []).share)
    assert math.isnan(cluster_share([True] * 3, [0] * 3, np.random.default_rng(0), fewest=2).low)
    with pytest.raises(PopgenError, match="2 answers, but 1 names"):
        clustered_test([True, False], ["ann", "bob"], ["x"])
