import numpy as np
import pytest

from popgen_core.analysis.piece import Piece
from popgen_core.music.song import TEMPO, Song, rows
from popgen_eval.metrics.rhythm import RhythmAccuracy, on_grid, recurrence, tolerance

A, B, EMPTY = [1, 0, 1, 0], [1, 0, 0, 0], [0, 0, 0, 0]


def bars(*patterns: list[int]) -> np.ndarray:
    return np.array(patterns, dtype=bool)


def accuracy(*tracks, bpm: float = 120) -> object:
    song = Song(480, tracks, rows(TEMPO, [(0, round(60e6 / bpm))]))
    return RhythmAccuracy().score(Piece(song))["rhythm_accuracy"]


def test_a_machine_on_the_sixteenths_or_on_the_triplets_is_accurate() -> None:
    assert on_grid(np.arange(0, 8, 0.25), 1 / 16) == 1.0
    assert on_grid(np.arange(24) / 3, 1 / 16) == 1.0


def test_one_onset_in_four_half_way_between_sixteenths_costs_half() -> None:
    # sixteenths with a tolerance of 1/16 beat either side cover half of all time
    assert on_grid(np.array([0.25, 0.75, 1.25, 1.875]), 1 / 16) == pytest.approx((0.75 - 0.5) / 0.5)


def test_onsets_anywhere_are_no_more_accurate_than_chance() -> None:
    assert on_grid(np.random.default_rng(0).random(20_000) * 100, 1 / 16) < 0.02


def test_an_onset_just_within_the_tolerance_counts_and_just_beyond_does_not() -> None:
    assert on_grid(np.array([0.25 + 0.062]), 1 / 16) == 1.0
    assert on_grid(np.array([0.5 + 0.064]), 1 / 16) == 0.0


def test_the_tolerance_is_a_quarter_of_a_sixteenth_or_thirty_milliseconds_up_to_a_limit() -> None:
    assert tolerance(60) == tolerance(120) == 0.0625
    assert tolerance(150) == pytest.approx(0.03 * 150 / 60)
    assert tolerance(187) < tolerance(190) == tolerance(300) == 0.09375


def test_kappa_of_two_bars_by_hand() -> None:
    # they agree on 3 of 4 steps; chance is .5 x .25 + .5 x .75
    assert recurrence(bars(A, B)) == pytest.approx((0.75 - 0.5) / 0.5)


def test_bars_that_alternate_come_back_after_two() -> None:
    assert recurrence(bars(A, B, A, B)) == 1.0
    # a bar before: 9 of 12 steps agree; chance is 4/12 x 5/12 + 8/12 x 7/12
    assert recurrence(bars(A, B, A, B), lags=(1,)) == pytest.approx((27 / 36 - 19 / 36) / (1 - 19 / 36))


def test_every_step_played_in_every_bar_comes_back() -> None:
    assert recurrence(bars([1, 1], [1, 1])) == 1.0


def test_empty_bars_do_not_count_and_a_bar_alone_has_nothing_to_come_back_to() -> None:
    assert recurrence(bars(A, EMPTY, EMPTY, EMPTY, A)) == 1.0
    assert np.isnan(recurrence(bars(A, EMPTY, EMPTY, EMPTY)))


def test_opposite_rhythms_score_nothing_and_not_less() -> None:
    assert recurrence(bars(A, [0, 1, 0, 1])) == 0.0


def test_a_bar_repeated_by_a_machine_is_wholly_accurate(track) -> None:
    assert accuracy(track("lead", (0, 240, 60), (480, 240, 60))).value == pytest.approx(1.0)


def test_accuracy_is_the_root_of_both_parts(track) -> None:
    lead = track("lead", (120, 60, 60), (360, 60, 60), (600, 60, 60), (900, 60, 60))  # as above: on the grid by .5
    assert accuracy(lead).value == pytest.approx(0.5**0.5)


def test_the_tempo_matters_above_125_only_where_it_widens_the_tolerance(track) -> None:
    late = track("lead", *((beat * 480 + 31, 240, 60) for beat in range(4)))  # 31 ticks: .0646 beat
    assert accuracy(late, bpm=60).value == accuracy(late, bpm=120).value == 0.0
    assert accuracy(late, bpm=140).value == pytest.approx(1.0)


def test_drums_need_32_hits(track) -> None:
    assert accuracy(track("drums", (0, 60, 36), (960, 60, 38), bars=16)).value == pytest.approx(1.0)
    few = accuracy(track("drums", (0, 60, 36), (960, 60, 38), bars=15))
    assert np.isnan(few.value)
    assert "drums 32" in few.reason
