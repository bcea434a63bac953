"""What the analysis finds in panels made by chance: five in a hundred of nothing, four in five of what is planned."""

from __future__ import annotations

from dataclasses import replace

import pytest
from listening import key_of
from numpy.random import default_rng

from popgen_eval.listening import analyse, listeners_needed
from popgen_eval.listening.analysis import preferences_kept
from popgen_eval.listening.simulate import simulated_answers
from popgen_eval.listening.size import share_found
from popgen_eval.statistics import clustered_share_power

PANELS = 1_000


def found_in(listeners: int, share: float, icc: float, ties: float = 0.0) -> tuple[float, float]:
    """Shares of panels in which the clustered test, and the plain chi-square, claim a preference."""
    key = key_of(20, listeners=listeners)
    clustered = plain = 0
    for panel in range(PANELS):
        answers = simulated_answers(key, default_rng([11, panel]), share=share, icc=icc, ties=ties)
        [found] = preferences_kept(answers, key)
        clustered += found.p < 0.05
        plain += found.chi_p < 0.05
    return clustered / PANELS, plain / PANELS


@pytest.mark.slow
@pytest.mark.parametrize(("listeners", "icc"), [(36, 0.0), (36, 0.1), (14, 0.1)])
def test_listeners_without_a_preference_are_told_to_have_one_about_five_times_in_a_hundred(
    listeners: int, icc: float
) -> None:
    clustered, plain = found_in(listeners, 0.5, icc, ties=0.1)
    assert 0.03 <= clustered <= 0.07
    assert plain > 0.12 if icc else 0.03 < plain < 0.07  # choices of one listener are not independent


@pytest.mark.slow
@pytest.mark.parametrize("share", [0.60, 0.65])
def test_a_preference_is_found_about_four_times_in_five_at_the_planned_size(share: float) -> None:
    listeners = listeners_needed(share, 16)
    assert listeners is not None
    promised = clustered_share_power(share, listeners, 16, 20, 0.1)
    assert 0.8 <= promised <= 0.84  # listeners come whole
    assert found_in(listeners, share, 0.1)[0] == pytest.approx(promised, abs=0.04)


@pytest.mark.slow
@pytest.mark.parametrize("listeners", [6, 8, 12, 36])
def test_what_is_promised_to_small_panels_holds_as_it_does_for_large_ones(listeners: int) -> None:
    promised = share_found(listeners, 16)
    assert promised < 0.8
    assert found_in(listeners, promised, 0.1)[0] == pytest.approx(0.8, abs=0.04)


@pytest.mark.parametrize("listeners", [2, 3, 4, 5])
def test_to_fewer_than_six_listeners_nothing_is_promised_and_nothing_is_claimed_of_them(listeners: int) -> None:
    key = key_of(20, listeners=listeners)
    assert share_found(listeners, 16) == 1.0
    for panel in range(20):
        answers = simulated_answers(key, default_rng([12, panel]), share=0.95, icc=0.0)
        assert not preferences_kept(answers, key)[0].p < 0.05


def test_the_same_chance_makes_the_same_panel() -> None:
    key = key_of(20, listeners=3)
    first, again = (list(simulated_answers(key, default_rng(1), share=0.6)) for _ in range(2))
    assert first == again
    assert {one.listener for one in simulated_answers(key, default_rng(1), listeners=2)} == {1, 2}


def test_what_many_panels_need_is_what_the_whole_analysis_finds() -> None:
    key = key_of(12, ("real", "ours", "peer"), listeners=7)
    for panel in range(3):
        answers = simulated_answers(key, default_rng([13, panel]), share=0.7, ties=0.2)
        hasty = [replace(one, rt_ms=1000) if one.listener == 2 else one for one in answers]
        found = analyse(hasty, key, intervals=False)
        assert 2 in found.excluded
        assert preferences_kept(hasty, key) == found.kept.preferences
