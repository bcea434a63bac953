"""Bar lines and places inside a bar."""

from __future__ import annotations

import numpy as np
import pytest

from popgen_core.music import Song, Track, bar_lines, notes_from, places, rows
from popgen_core.music.song import METER


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
