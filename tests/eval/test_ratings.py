"""Ratings and listeners: agreement by published examples, both tests, answers that come in clusters."""

import math

import numpy as np
import pytest

from popgen_core.errors import PopgenError
from popgen_eval.statistics import (
    Rating,
    alpha_interval,
    alpha_ordinal,
    cluster_share,
    crossed_share,
    icc_2k,
    preference,
    rating_test,
)

NONE = math.nan
# Shrout and Fleiss 1979, table 2: six targets, four judges
JUDGES = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
# Krippendorff 2011, Computing Krippendorff's alpha-reliability, example C: four observers, twelve units
OBSERVERS = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, NONE, NONE, NONE],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, NONE, 3],
    [NONE, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, NONE],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, NONE],
]
UNITS = [list(unit) for unit in zip(*OBSERVERS, strict=True)]


def test_the_published_examples_have_their_published_values() -> None:
    assert icc_2k(JUDGES) == pytest.approx(0.62, abs=0.005)
    assert alpha_ordinal(UNITS) == pytest.approx(0.815, abs=0.0005)
    assert alpha_interval(UNITS) == pytest.approx(0.849, abs=0.0005)


def test_full_agreement_is_one_and_a_constant_shift_costs_agreement() -> None:
    assert icc_2k([[1, 1], [3, 3], [5, 5]]) == pytest.approx(1.0)
    assert alpha_interval([[1, 1], [3, 3]]) == alpha_ordinal([[1, 1], [3, 3]]) == 1.0
    assert icc_2k([[1, 2], [3, 4], [5, 6]]) < 1.0


def test_an_item_that_somebody_did_not_rate_is_left_out_of_icc() -> None:
    assert icc_2k([*JUDGES, [9, NONE, 1, 1]]) == icc_2k(JUDGES)


def test_without_two_ratings_or_a_difference_there_is_no_agreement_to_tell() -> None:
    for ratings in ([], [[1, 2]], [[1], [2]], [[3, 3], [3, 3]], [[1, NONE], [NONE, 2]]):
        assert math.isnan(icc_2k(ratings))
    for ratings in ([], [[1, NONE], [NONE, 2]], [[3, 3], [3, 3]]):
        assert math.isnan(alpha_interval(ratings))
        assert math.isnan(alpha_ordinal(ratings))


def test_both_tests_of_ratings_by_hand() -> None:
    given = [
        Rating("ann", "x", "ours", 5), Rating("ann", "x", "theirs", 3), Rating("ann", "y", "ours", 3),
        Rating("ann", "y", "theirs", 3), Rating("bob", "x", "ours", 4), Rating("bob", "x", "theirs", 2),
        Rating("bob", "x", "real", 5), Rating("cal", "y", "ours", 1),
    ]  # fmt: skip
    found = rating_test(given, "ours", "theirs")
    # ann 4 - 3, bob 4 - 2; cal rated one system only. x: 4.5 - 2.5, y: (3 + 1) / 2 - 3
    assert (found.listeners, found.items) == (2, 2)
    assert found.by_listener.difference == 1.5
    assert found.by_item.difference == (2.0 - 1.0) / 2


def test_a_difference_must_hold_over_listeners_and_over_items() -> None:
    alike = [
        Rating(f"listener {who}", f"item {what}", system, value + (who % 3) / 10)
        for who in range(12)
        for what in range(2)
        for system, value in (("ours", 4.0 + (who % 2) + 3 * what), ("theirs", 3.5))
    ]
    found = rating_test(alike, "ours", "theirs")
    assert found.by_listener.p < 0.001
    assert found.by_item.p > 0.05  # two items, one much better than the other
    assert not found.holds()
    many = [rating._replace(item=f"{rating.item} {rating.listener}") for rating in alike]
    assert rating_test(many, "ours", "theirs").holds()


def test_a_share_with_whole_listeners_resampled() -> None:
    random = np.random.default_rng(0)
    own = cluster_share([True, True, False, True] * 10, range(40), random)
    listeners = cluster_share([True, True, False, True] * 10, [number // 4 for number in range(40)], random)
    assert own.share == listeners.share == 0.75
    assert (own.answers, own.clusters, listeners.clusters) == (40, 40, 10)
    assert own.low < 0.65 < 0.75 < 0.8 < own.high
    assert listeners.low == listeners.high == 0.75  # each listener answered just so
    assert math.isnan(cluster_share([True] * 8, [1, 2, 3, 4] * 2, random).low)
    with pytest.raises(PopgenError, match="2 answers, but 1 names"):
        cluster_share([True, False], ["ann"], random)


def test_listeners_with_tastes_do_not_make_a_preference() -> None:
    random, runs, naive, by_cluster, crossed = np.random.default_rng(5), 300, 0, 0, 0
    who, what = np.repeat(np.arange(30), 12), np.tile(np.arange(12), 30)
    for _ in range(runs):
        leaning = random.normal(0, 0.2, 30)[who] + random.normal(0, 0.1, 12)[what]
        chosen = random.random(360) < np.clip(0.5 + leaning, 0, 1)
        naive += preference(int(chosen.sum()), int((~chosen).sum())).p < 0.05
        one = cluster_share(chosen, who, random, 500)
        by_cluster += not one.low <= 0.5 <= one.high
        both = crossed_share(chosen, who, what, random, 500)
        crossed += not both.low <= 0.5 <= both.high
    assert naive / runs > 0.12
    assert by_cluster / runs < naive / runs
    assert crossed / runs < 0.08


def test_whole_listeners_resampled_are_wrong_about_5_times_in_100() -> None:
    random, runs, wrong = np.random.default_rng(6), 400, 0
    who = np.repeat(np.arange(30), 10)
    for _ in range(runs):
        chosen = random.random(300) < np.clip(0.5 + random.normal(0, 0.2, 30)[who], 0, 1)
        found = cluster_share(chosen, who, random, 1000)
        wrong += not found.low <= 0.5 <= found.high
    assert 0.02 <= wrong / runs <= 0.08
