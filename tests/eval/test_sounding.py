"""What sounds when: polyphony and emptiness, on songs small enough to count."""

import math

import pytest

from popgen_core.analysis.piece import Piece
from popgen_core.music.song import METER, Song, Track, notes_from, rows
from popgen_eval.metrics.emptiness import Emptiness
from popgen_eval.metrics.polyphony import Polyphony

TRIAD = [(0, 960, 60), (0, 960, 64), (0, 960, 67)]


def values(evaluator: object, *tracks: Track, meter: tuple[int, int] = (4, 4)) -> dict[str, float]:
    song = Song(480, tracks, meters=rows(METER, [(0, *meter)]))
    return {name: score.value for name, score in evaluator.score(Piece(song)).items()}


def test_a_triad_for_half_of_each_bar_is_three_pitches_for_half_the_time(track) -> None:
    assert values(Polyphony(), track("chords", *TRIAD)) == {"polyphony": 3.0, "polyphony_rate": 0.5}


def test_polyphony_is_weighed_by_time_and_two_pitches_are_not_many(track) -> None:
    # two pitches for three beats, one for the fourth
    found = values(Polyphony(), track("chords", (0, 1440, 60), (0, 1920, 64)))
    assert found == {"polyphony": (2 * 3 + 1) / 4, "polyphony_rate": 0.0}


def test_a_pitch_that_two_groups_play_or_one_plays_twice_counts_once(track) -> None:
    chords = track("chords", *TRIAD, (480, 480, 60), (240, 960, 64))
    # E until 1200: three pitches for 960 ticks, one for 240
    found = values(Polyphony(), chords, track("lead", (0, 960, 67)))
    assert found == {"polyphony": (3 * 960 + 240) / 1200, "polyphony_rate": 0.5}


def test_drums_are_no_pitches(track) -> None:
    drums = track("drums", (0, 1920, 36), (0, 1920, 38), (0, 1920, 42))
    assert values(Polyphony(), drums, track("lead", (0, 960, 60))) == {"polyphony": 1.0, "polyphony_rate": 0.0}
    score = Polyphony().score(Piece(Song(480, (drums,))))["polyphony"]
    assert math.isnan(score.value)
    assert score.reason == "no pitched notes"


def test_notes_stop_where_the_window_does(track) -> None:
    last = 11 * 1920
    held = [(last + 960, 9600, 60, 90), (last + 961, 9600, 64, 90)]  # with the bass three pitches for 959 ticks
    found = values(Polyphony(), track("bass", (0, 1920, 36)), Track("lead", 0, False, notes_from(held)))
    assert found["polyphony_rate"] == 959 / (12 * 1920)
    assert found["polyphony"] == (12 * 1920 + 960 + 959) / (12 * 1920)


def test_every_second_bar_silent_is_half_empty_although_notes_end_on_the_bar_line() -> None:
    whole = Track("lead", 0, False, notes_from((bar * 1920, 1920, 60, 90) for bar in range(0, 31, 2)))
    found = values(Emptiness(), whole)
    assert found == {"empty_bar_rate": 15 / 31, "empty_beat_rate": 15 / 31}


def test_a_note_of_exactly_a_beat_fills_one_beat_and_one_a_tick_longer_two(track) -> None:
    assert values(Emptiness(), track("lead", (0, 480, 60))) == {"empty_bar_rate": 0.0, "empty_beat_rate": 0.75}
    assert values(Emptiness(), track("lead", (0, 481, 60)))["empty_beat_rate"] == 0.5


def test_drums_and_notes_without_length_fill_what_they_begin_in(track) -> None:
    found = values(Emptiness(), track("drums", (0, 0, 36), (960, 0, 38)), track("lead", (490, 0, 60)))
    assert found["empty_beat_rate"] == 0.25


def test_triplets_that_end_on_a_beat_do_not_reach_into_the_next(track) -> None:
    lead = Track("lead", 0, False, notes_from((bar * 6 + 2, 1, 60, 90) for bar in range(24)))  # 3 ticks a quarter
    song = Song(3, (lead,), meters=rows(METER, [(0, 2, 4)]))
    assert Emptiness().score(Piece(song))["empty_beat_rate"].value == 0.5


@pytest.mark.parametrize(("meter", "bar", "beats"), [((3, 4), 1440, 36), ((6, 8), 1440, 36), ((7, 8), 1680, 42)])
def test_a_beat_is_a_quarter_in_every_meter(meter: tuple[int, int], bar: int, beats: int) -> None:
    once = Track("lead", 0, False, notes_from((place * bar, 60, 60, 90) for place in (0, 11)))
    found = values(Emptiness(), once, meter=meter)
    assert found == {"empty_bar_rate": 10 / 12, "empty_beat_rate": (beats - 2) / beats}


def test_seven_eighths_that_end_in_half_a_beat_have_a_last_beat_too() -> None:
    once = Track("lead", 0, False, notes_from((place * 1680, 60, 60, 90) for place in (0, 12)))
    assert values(Emptiness(), once, meter=(7, 8))["empty_beat_rate"] == 44 / 46  # 13 x 3.5 beats are 45.5


def test_a_window_too_short_says_so(track) -> None:
    short = Piece(Song(480, (track("lead", (0, 480, 60), bars=11),)))
    for evaluator in (Emptiness(), Polyphony()):
        for score in evaluator.score(short).values():
            assert score.reason == "bars of one meter: 11, needed: 12"
