import math

import pytest

from popgen_core.analysis.piece import Piece
from popgen_core.music.song import TEMPO, Song, rows
from popgen_eval.metrics.tempo import TempoStability

BAR = 1920


@pytest.fixture
def stable(track):
    """The figure of twelve bars with (bar, BPM) tempos, seen from a bar on."""

    def value(*tempos: tuple[float, float], first: int = 0, bars: int = 12) -> float:
        marks = rows(TEMPO, [(round(BAR * bar), round(60e6 / bpm)) for bar, bpm in tempos])
        song = Song(480, (track("lead", (0, 480, 60), bars=first + bars),), marks)
        return TempoStability().score(Piece(song, first, bars))["tempo_stability"].value

    return value


def test_one_tempo_is_stable_whatever_it_is(stable) -> None:
    assert stable((0, 120)) == stable((0, 60)) == 1.0
    assert stable((0, 120), (3, 120)) == 1.0


def test_half_the_beats_at_half_the_tempo(stable) -> None:
    assert stable((0, 120), (6, 60)) == pytest.approx(1 - 30 / 90)


def test_tempos_weigh_by_their_beats(stable) -> None:
    assert stable((0, 60), (3, 120)) == pytest.approx(1 - math.sqrt(0.25 * 45**2 + 0.75 * 15**2) / 105)


def test_a_tempo_may_change_inside_a_bar(stable) -> None:
    slow, fast = 0.75 / 12, 11.25 / 12
    mean = slow * 60 + fast * 120
    deviation = math.sqrt(slow * (60 - mean) ** 2 + fast * (120 - mean) ** 2)
    assert stable((0, 60), (0.75, 120)) == pytest.approx(1 - deviation / mean)


def test_twice_as_fast_is_as_stable(stable) -> None:
    assert stable((0, 200), (6, 100)) == pytest.approx(stable((0, 100), (6, 50)))


def test_tempos_outside_the_window_do_not_count(stable) -> None:
    assert stable((0, 200), (4, 120), (16, 60), first=4) == 1.0
    assert stable((0, 120), (12, 60), (13, 200)) == 1.0


def test_no_tempo_map_is_worse_than_nothing(stable) -> None:
    assert stable((0, 6000), (1, 6)) == 0.0
