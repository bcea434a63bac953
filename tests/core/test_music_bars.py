"""Bar lines and places inside a bar."""

from __future__ import annotations

import numpy as np
import pytest

from popgen_core.analysis.position import position_controls
from popgen_core.music import BeatGrid, SecondsGrid, Song, Track, bar_lines, notes_from, places, rows
from popgen_core.music.song import METER, TEMPO


def song(end: int, *meters: tuple[int, int, int]) -> Song:
    return Song(480, (Track("lead", 0, False, notes_from([(0, end, 60, 64)])),), meters=rows(METER, meters))


def test_bar_lines_reach_the_first_at_or_after_the_end() -> None:
    assert bar_lines(song(1921)).tolist() == [0, 1920, 3840]
    assert bar_lines(song(1920)).tolist() == [0, 1920]
    assert bar_lines(song(9999), end_tick=1000).tolist() == [0, 1920]


def test_each_meter_has_bars_of_its_own_length() -> None:
    made = song(1920 + 1440 + 2 * 840, (0, 4, 4), (1920, 6, 8), (3360, 7, 16))
    assert bar_lines(made).tolist() == [0, 1920, 3360, 4200, 5040]


def test_a_change_inside_a_bar_begins_a_new_one() -> None:
    made = song(5000, (0, 4, 4), (2400, 3, 4))
    assert bar_lines(made).tolist() == [0, 1920, 2400, 3840, 5280]
    assert places(made, np.array([0, 1919, 1920, 2399, 2400, 3840])).bar.tolist() == [0, 0, 1, 1, 2, 3]


def test_the_last_line_may_be_that_of_a_new_meter() -> None:
    assert bar_lines(song(2000, (0, 4, 4), (2400, 3, 4))).tolist() == [0, 1920, 2400]


def test_a_meter_after_the_end_draws_no_lines() -> None:
    assert bar_lines(song(1000, (0, 4, 4), (1920, 3, 4), (9600, 5, 4))).tolist() == [0, 1920]


def test_places_count_beats_from_the_bar_line() -> None:
    made = song(9600, (0, 4, 4), (1920, 6, 8))
    place = places(made, np.array([0, 720, 1920, 2400, 3359, 3360]))
    assert place.beat_in_bar.tolist() == [0.0, 1.5, 0.0, 1.0, pytest.approx(1439 / 480), 0.0]
    assert place.bar.tolist() == [0, 0, 1, 1, 1, 2]
    assert place.bar_beats.tolist() == [4.0, 4.0, 3.0, 3.0, 3.0, 3.0]
    assert place.numerator.tolist() == [4, 4, 6, 6, 6, 6]
    assert place.denominator.tolist() == [4, 4, 8, 8, 8, 8]


def test_bars_whose_ticks_are_no_whole_number_do_not_drift() -> None:
    made = Song(10, (), meters=rows(METER, [(0, 5, 16)]))  # 12.5 ticks a bar
    lines = bar_lines(made, end_tick=1250)
    assert len(lines) == 101
    assert places(made, lines).bar.tolist() == list(range(101))
    assert places(made, lines).beat_in_bar.tolist() == [0.0] * 101


def test_a_pick_up_bar_of_one_beat_comes_before_the_first_whole_bar() -> None:
    made = song(480 + 1920 + 1000, (0, 1, 4), (480, 4, 4))
    assert bar_lines(made).tolist() == [0, 480, 2400, 4320]
    place = places(made, np.array([0, 240, 480, 960, 2399, 2400]))
    assert place.bar.tolist() == [0, 0, 1, 1, 1, 2]
    assert place.beat_in_bar.tolist() == [0.0, 0.5, 0.0, 1.0, pytest.approx(1919 / 480), 0.0]
    assert place.bar_beats.tolist() == [1.0, 1.0, 4.0, 4.0, 4.0, 4.0]
    assert place.numerator.tolist() == [1, 1, 4, 4, 4, 4]


def test_three_four_then_four_four_then_seven_eight() -> None:
    made = song(2 * 1440 + 1920 + 2 * 1680, (0, 3, 4), (2880, 4, 4), (4800, 7, 8))
    assert bar_lines(made).tolist() == [0, 1440, 2880, 4800, 6480, 8160]
    place = places(made, np.array([1440, 2880, 4799, 4800, 6479, 6480]))
    assert place.bar.tolist() == [1, 2, 2, 3, 3, 4]
    assert place.beat_in_bar.tolist() == [0.0, 0.0, pytest.approx(1919 / 480), 0.0, pytest.approx(1679 / 480), 0.0]
    assert place.bar_beats.tolist() == [3.0, 4.0, 4.0, 3.5, 3.5, 3.5]
    assert place.denominator.tolist() == [4, 4, 4, 8, 8, 8]


@pytest.mark.parametrize("beside", [0.0, -1e-8, 1e-8])
def test_a_tick_that_misses_its_bar_line_by_rounding_is_on_it(beside: float) -> None:
    made = song(9999, (0, 4, 4), (2400, 3, 4))  # the change cuts the second bar short
    place = places(made, np.array([2400.0 + beside]))
    assert (place.bar.tolist(), place.numerator.tolist(), place.beat_in_bar.tolist()) == ([2], [3], [0.0])


def test_frames_of_a_second_fall_into_the_bar_that_begins_with_them() -> None:
    made = Song(480, (), rows(TEMPO, [(0, 700_000)]), rows(METER, [(0, 1, 4), (480, 4, 4)]))
    ticks = SecondsGrid(10).ticks(made, np.arange(0, 40, 7))  # 7 frames a beat
    place = places(made, ticks)
    assert place.bar.tolist() == [0, 1, 1, 1, 1, 2]
    assert place.numerator.tolist() == [1, 4, 4, 4, 4, 4]
    assert place.beat_in_bar.tolist() == pytest.approx([0, 0, 1, 2, 3, 0])


def test_bars_of_a_beat_grid_with_a_pick_up_have_their_first_frame_on_the_line() -> None:
    made = song(480 + 1920, (0, 1, 4), (480, 4, 4))
    place = places(made, BeatGrid(2).ticks(made, np.arange(11)))
    assert np.flatnonzero(place.beat_in_bar == 0).tolist() == [0, 2, 10]
    assert place.bar.tolist() == [0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 2]


def test_the_position_of_frames_follows_the_meters() -> None:
    made = song(480 + 1440 + 1680, (0, 1, 4), (480, 3, 4), (1920, 7, 8))
    rows_of = position_controls(made, BeatGrid(2), 0, 15)
    bar = 4  # features of the beat come first: sine and cosine of two periods
    starts = np.flatnonzero((rows_of[:, bar] == 0) & (rows_of[:, bar + 5] == 1))  # the sine and cosine of a bar
    assert starts.tolist() == [0, 2, 8]
    assert rows_of[:, 14:19].argmax(axis=1).tolist() == [4] * 2 + [1] * 6 + [4] * 7  # another, 3/4, another
    assert rows_of[:, 19:23].argmax(axis=1).tolist() == [3] * 2 + [0] * 6 + [1] * 7  # the pick-up ends a phrase
