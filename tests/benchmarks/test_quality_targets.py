from __future__ import annotations

import math

import numpy as np
import pytest
from benchmarks.quality.bits import Bits
from benchmarks.quality.by_position import Positions
from benchmarks.quality.sample import Sample, sample_of
from benchmarks.quality.targets import (
    copies_no_more,
    fewer_bits,
    inside_and_level,
    nearer_than,
    not_by_looping,
    quick_and_small,
    reaches,
    wide_enough,
)

MINUTE = {"import": 2.0, "load": 0.5, "write": 2.4, "megabytes": 399.0, "notes": 900.0}


def like(value: float, songs: int = 20) -> Sample:
    """So many songs with one value."""
    return sample_of([value] * songs)


def told(bits: float, songs: int = 20, exact: bool = True) -> Bits:
    """So many songs of ten beats that cost so many bits each."""
    return Bits({str(number): (bits, 10.0) for number in range(songs)}, exact)


def windows(*values: float, songs: int = 20) -> Positions:
    """So many songs with these values window by window."""
    return Positions(np.tile(values, (songs, 1)))


@pytest.mark.parametrize(("made", "verdict"), [(0.46, "met"), (0.44, "missed"), (0.9, "met")])
def test_a_figure_reaches_its_share_of_reals_mean_or_misses_it(made: float, verdict: str) -> None:
    assert reaches("overall", like(made), like(0.5), 0.9).verdict == verdict


@pytest.mark.parametrize(("songs", "real"), [(19, 42), (100, 19)])
def test_fewer_than_twenty_songs_on_either_side_are_shown_and_not_judged(songs: int, real: int) -> None:
    target = reaches("overall", like(0.1, songs), like(0.5, real), 0.9)
    assert target.verdict == "not judged"
    assert "0.100" in target.told
    assert "0.500" in target.told


def test_a_figure_above_reals_is_looping_where_one_bar_over_and_over_is_above_it_too() -> None:
    assert not_by_looping("rhythm_accuracy", like(0.9), like(0.8), like(0.95)).verdict == "missed"
    assert not_by_looping("rhythm_accuracy", like(0.9), like(0.8), like(0.5)).verdict == "met"
    assert not_by_looping("rhythm_accuracy", like(0.7), like(0.8), like(0.95)).verdict == "met"


def test_a_mean_that_may_be_reals_by_chance_is_not_above_it() -> None:
    wide = sample_of([0.4, 1.3] * 10)  # mean .85, but the interval reaches below .8
    assert not_by_looping("rhythm_accuracy", wide, like(0.8), like(0.95)).verdict == "met"


def test_a_figure_above_reals_without_loops_beside_it_is_not_judged() -> None:
    assert not_by_looping("rhythm_accuracy", like(0.9), like(0.8), like(0.95, 19)).verdict == "not judged"


@pytest.mark.parametrize(
    ("distance", "songs", "verdict"),
    [(15.0, 21, "met"), (15.1, 21, "missed"), (15.0, 19, "not judged"), (math.nan, 21, "not judged")],
)
def test_a_distance_is_at_most_half_of_a_rivals_with_twenty_songs_a_side(
    distance: float, songs: float, verdict: str
) -> None:
    assert nearer_than("markov", distance, 30.0, 12.0, songs).verdict == verdict


def test_held_out_songs_cost_at_least_fifteen_in_a_hundred_fewer_bits() -> None:
    assert fewer_bits("markov", told(84), told(100)).verdict == "met"
    assert fewer_bits("markov", told(86), told(100)).verdict == "missed"
    assert fewer_bits("markov", told(84, 19), told(100)).verdict == "not judged"


def test_bits_are_shared_out_over_the_songs_that_both_told() -> None:
    mine, others = told(80), told(100)
    more = Bits({**others.songs, "other": (1e6, 10.0)}, exact=False)
    assert fewer_bits("paper.warm", mine, more).told.count("0.80 [0.80, 0.80], 20 songs") == 1
    assert "upper bound" in fewer_bits("paper.warm", mine, more).told
    assert fewer_bits("paper.warm", mine, Bits({"other": (1.0, 1.0)})).verdict == "not judged"


def test_copies_are_held_against_the_upper_bound_of_real_pieces() -> None:
    some, more = sample_of([0.0, 0.02] * 20), sample_of([0.0, 0.06] * 20)
    assert copies_no_more(some, more).verdict == "met"
    assert copies_no_more(more, some).verdict == "missed"


def test_the_bound_decides_and_not_the_mean() -> None:
    rare = sample_of([0.0] * 19 + [0.6])  # mean .03, but its bound is far above .04
    assert copies_no_more(rare, like(0.04)).verdict == "missed"


def test_a_real_piece_that_was_trained_on_in_another_version_excuses_no_copies() -> None:
    real = sample_of([0.01] * 20 + [1.0] * 5)
    target = copies_no_more(like(0.1), real)
    assert target.verdict == "missed"
    assert "5 trained on left out" in target.told


@pytest.mark.parametrize(
    ("made", "songs", "verdict"), [(40.0, 20, "met"), (39.9, 20, "missed"), (60, 19, "not judged")]
)
def test_velocities_are_at_least_four_fifths_as_wide_as_reals(made: float, songs: int, verdict: str) -> None:
    assert wide_enough("song by song", made, 50.0, songs).verdict == verdict


def test_long_songs_are_steady_inside_what_real_windows_show() -> None:
    real = Positions(np.linspace(0.0, 1.0, 80).reshape(20, 4))
    up, down = windows(0.4, 0.5, 0.6, songs=10).values, windows(0.6, 0.5, 0.4, songs=10).values
    assert inside_and_level("density", Positions(np.concatenate([up, down])), real).verdict == "met"
    assert inside_and_level("density", windows(0.2, 0.4, 0.6, 0.8), real).verdict == "missed"  # a trend
    above = Positions(np.concatenate([up, down]) + 0.49)  # a mean of .99 at every position, the 95th percentile is .95
    assert inside_and_level("density", above, real).verdict == "missed"
    assert inside_and_level("density", windows(0.5, 0.5, 0.5, songs=19), real).verdict == "not judged"


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [({}, "met"), ({"write": 2.6}, "missed"), ({"megabytes": 400.0}, "missed"), ({"import": 9.0}, "met")],
)
def test_a_minute_is_written_in_under_three_seconds_and_400_megabytes_loading_included(
    changed: dict[str, float], verdict: str
) -> None:
    assert quick_and_small(MINUTE | changed).verdict == verdict
