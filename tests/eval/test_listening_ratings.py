"""Ratings of a listening test beside each other, and several pairs of systems at once, by hand."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from listening import answer_to, key_of
from numpy.random import default_rng

from popgen_eval.listening import analyse
from popgen_eval.listening.joined import Judgment
from popgen_eval.listening.plan import Trial
from popgen_eval.listening.ratings import rating_gaps, rating_means
from popgen_eval.listening.simulate import simulated_answers
from popgen_eval.statistics import holm

KEY = key_of(2, listeners=1, trials=2)
TRIAL = next(one for one in KEY.trials if one.kind == "pair")


def judged(listener: int, item: int, system: str, rating: int) -> Judgment:
    """A listener's rating of an item of one system, the same on all four scales."""
    side = "A" if TRIAL.left.system == system else "B"
    trial = replace(TRIAL, listener=listener, item=item, rated=side)
    return Judgment(trial, answer_to(trial, KEY, ratings=(rating,) * 4))  # type: ignore[arg-type]


def test_a_gap_its_t_and_its_size_by_hand() -> None:
    rated = [(4, 3), (3, 3), (5, 3), (4, 3)]  # of four listeners: differences 1, 0, 2, 1
    judgments = [
        judged(listener, 0, system, rating)
        for listener, both in enumerate(rated)
        for system, rating in zip(("real", "ours"), both, strict=True)
    ]
    gap = rating_gaps(judgments, ("real", "ours"))[0]
    assert (gap.over_listeners.difference, gap.over_listeners.df) == (1.0, 3)
    assert gap.over_listeners.t == pytest.approx(math.sqrt(6))  # the spread is (2/3)^.5, its error half of that
    assert gap.dz[0] == pytest.approx(math.sqrt(3 / 2))
    assert math.isnan(gap.dz[1])  # a single item
    assert math.isnan(gap.both_p)


def test_a_mean_counts_every_listener_once_however_often_they_rated() -> None:
    judgments = [judged(1, item, "real", 5) for item in range(3)] + [judged(2, 0, "real", 1)]
    means = rating_means(judgments, ("real", "ours"))["r_coh"]
    assert means["real"] == 3.0
    assert math.isnan(means["ours"])


def test_preferences_of_three_pairs_of_systems_are_corrected_together() -> None:
    key = key_of(12, ("real", "ours", "peer"), listeners=8)
    found = analyse(simulated_answers(key, default_rng(2), share=0.6), key, intervals=False).everyone.preferences
    plain = [one.clustered.p for one in found]
    assert [one.p for one in found] == holm(plain) != plain


def test_a_scale_on_which_all_ratings_are_alike_makes_no_other_scale_surer() -> None:
    key = key_of(20, listeners=8)

    def given(trial: Trial) -> tuple[int, int, int, int]:
        """3 for everything, but on the first scale 1 more or less for the real songs, by listener and item."""
        real = (
            trial.kind == "pair" and key.systems[0] == getattr(trial, "left" if trial.rated == "A" else "right").label
        )
        return 3 + real * ((trial.listener + trial.item) % 4 > 0), 3, 3, 3

    gaps = analyse([answer_to(one, key, ratings=given(one)) for one in key.trials], key, intervals=False).everyone.gaps
    assert [gap.still for gap in gaps] == [False, True, True, True]
    assert gaps[0].p == pytest.approx(4 * gaps[0].both_p)
    assert all(math.isnan(gap.p) for gap in gaps[1:])


def test_a_pair_of_systems_that_nobody_preferred_counts_among_the_preferences() -> None:
    key = key_of(12, ("real", "ours", "peer"), listeners=8)

    def chosen(trial: Trial) -> str:
        """Real songs are preferred to ours as a rule, and nothing to a peer's."""
        return ("real" if (trial.item + trial.listener) % 5 else "ours") if "peer" not in labels(trial) else ""

    made = analyse([answer_to(one, key, chosen(one)) for one in key.trials], key, intervals=False).everyone.preferences
    decided = next(one for one in made if one.decided)
    assert [one.decided for one in made].count(0) == 2
    assert decided.p == pytest.approx(3 * decided.clustered.p)


def labels(trial: Trial) -> set[str]:
    return {trial.left.label, trial.right.label}
