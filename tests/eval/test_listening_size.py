"""How many listeners a test is planned with: what small panels, few songs and several systems change, by hand."""

from __future__ import annotations

import math

import pytest
from scipy.stats import nct, t

from popgen_eval.listening import listeners_needed
from popgen_eval.listening.size import by_chance, least_listeners, share_found
from popgen_eval.statistics import (
    clustered_share_power,
    clustered_share_size,
    detectable_clustered_share,
    share_power,
)


def test_power_is_that_of_noncentral_t_by_hand() -> None:
    # eight listeners, 16 answers alike by .1: 128 are worth 128 / 2.5 = 51.2; variance (.21 + .25) / 2 = .23
    away, limit = 0.2 / math.sqrt(0.23 / 51.2), t.ppf(0.975, 7)
    assert clustered_share_power(0.7, 8, 16, 20, 0.1) == pytest.approx(nct.sf(limit, 7, away), abs=1e-5)
    assert clustered_share_power(0.3, 8, 16, 20, 0.1) == pytest.approx(nct.sf(limit, 7, away), abs=1e-5)
    assert clustered_share_power(0.5, 8, 16, 20, 0.1) == pytest.approx(0.05)


def test_whichever_are_fewer_listeners_or_items_or_answers_set_the_degrees_of_freedom() -> None:
    few_items, few_listeners = clustered_share_power(0.7, 36, 2, 7, 0.0), clustered_share_power(0.7, 7, 72 / 7, 99, 0.0)
    assert few_items == pytest.approx(few_listeners)
    assert few_items < clustered_share_power(0.7, 36, 2, 20, 0.0) < share_power(0.7, 72)
    assert clustered_share_power(0.9, 12, 0.5, 20, 0.0) == pytest.approx(clustered_share_power(0.9, 6, 1, 20, 0.0))


@pytest.mark.parametrize(("listeners", "items", "alpha"), [(5, 20, 0.05), (20, 5, 0.05), (7, 20, 0.01), (1, 20, 0.05)])
def test_who_cannot_reach_alpha_even_of_one_mind_has_no_power(listeners: int, items: int, alpha: float) -> None:
    assert clustered_share_power(1.0, listeners, 100, items, 0.0, alpha) == 0.0
    assert math.isnan(detectable_clustered_share(listeners, 100, items, 0.0, alpha))


def test_what_is_needed_and_what_can_be_found_are_one_law() -> None:
    assert clustered_share_power(0.65, 16, 16, 20, 0.1) >= 0.8 > clustered_share_power(0.65, 15, 16, 20, 0.1)
    assert clustered_share_size(0.65, 16, 20, 0.1) == listeners_needed(0.65, 16) == 16
    assert detectable_clustered_share(16, 16, 20, 0.1) == share_found(16, 16)
    assert share_found(16, 16) < 0.65 < share_found(15, 16)


def test_a_strong_preference_is_promised_to_six_listeners_and_to_no_fewer() -> None:
    assert [by_chance(count) for count in (2, 5, 6)] == [0.5, 0.0625, 0.03125]
    assert least_listeners() == 6
    assert listeners_needed(0.99, 16) == 6
    assert share_found(6, 16) < 0.8
    assert [share_found(count, 1000) for count in range(6)] == [1.0] * 6


def test_three_systems_share_the_trials_and_alpha() -> None:
    assert least_listeners(pairs=3) == 7  # 2^-5 is above .05 / 3
    assert share_found(6, 99, pairs=3) == 1.0
    assert share_found(20, 15, pairs=3) == detectable_clustered_share(20, 5, 20, 0.1, 0.05 / 3)
    needed = listeners_needed(0.65, 15, pairs=3)
    assert needed == clustered_share_size(0.65, 5, 20, 0.1, 0.05 / 3)


def test_where_songs_are_too_few_no_number_of_listeners_suffices() -> None:
    assert listeners_needed(0.9, 5, items=5) is None
    assert listeners_needed(0.9, 6, items=6) is not None
    assert listeners_needed(0.5, 16) is None
