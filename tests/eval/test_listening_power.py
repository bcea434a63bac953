"""What the analysis finds in panels made by chance: five in a hundred of nothing, four in five of what is planned."""

from __future__ import annotations

import pytest
from listening import key_of
from numpy.random import default_rng

from popgen_eval.listening import analyse, listeners_needed
from popgen_eval.listening.simulate import simulated_answers

PANELS = 1_000


def found_in(listeners: int, share: float, icc: float, ties: float = 0.0) -> tuple[float, float]:
    """Shares of panels in which the clustered test, and the plain chi-square, claim a preference."""
    key = key_of(20, listeners=listeners)
    clustered = plain = 0
    for panel in range(PANELS):
        answers = simulated_answers(key, default_rng([11, panel]), share=share, icc=icc, ties=ties)
        [found] = analyse(answers, key, intervals=False).kept.preferences
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
    clustered, _ = found_in(listeners_needed(share, 16), share, 0.1)
    assert 0.72 <= clustered <= 0.87


def test_the_same_chance_makes_the_same_panel() -> None:
    key = key_of(20, listeners=3)
    first, again = (list(simulated_answers(key, default_rng(1), share=0.6)) for _ in range(2))
    assert first == again
    assert {one.listener for one in simulated_answers(key, default_rng(1), listeners=2)} == {1, 2}
