import math

import pytest

from popgen_core.analysis.piece import Piece
from popgen_core.music.song import Song, Track, notes_from
from popgen_eval.metrics.lead_pitch import LeadPitchAccuracy, by_step

CHANCE = 3 / 12 + 0.25 * (7 - 3.2) / 12  # a triad, a scale of seven


def above(share: float) -> float:
    return (share - CHANCE) / (1 - CHANCE)


def lead(*notes: tuple[int, int, int], bars: int = 12) -> Track:
    made = [(1920 * bar + onset, length, pitch, 90) for bar in range(bars) for onset, length, pitch in notes]
    return Track("lead", 0, False, notes_from(made))


@pytest.fixture
def triad(track) -> Track:
    return track("chords", (0, 1920, 48), (0, 1920, 52), (0, 1920, 55))


def accuracy(*tracks: Track) -> object:
    return LeadPitchAccuracy().score(Piece(Song(480, tracks)))["lead_pitch_accuracy"]


def line(*pitches: int) -> list[tuple[int, int, int]]:
    return [(480 * beat, 480, pitch) for beat, pitch in enumerate(pitches)]


def test_a_lead_on_chord_tones_is_wholly_accurate_and_one_a_semitone_off_not_at_all(triad: Track) -> None:
    assert accuracy(triad, lead(*line(72, 76, 79, 72))).value == pytest.approx(1.0)
    assert accuracy(triad, lead(*line(73, 78, 80, 73))).value == 0.0


def test_a_tone_of_the_scale_counts_when_it_is_reached_or_left_by_step(triad: Track) -> None:
    assert accuracy(triad, lead(*line(72, 74, 79, 79))).value == pytest.approx(1.0)  # C D G G: reached
    assert accuracy(triad, lead(*line(79, 84, 74, 76))).value == pytest.approx(1.0)  # G C D E: left
    assert accuracy(triad, lead(*line(84, 74, 79, 79))).value == pytest.approx(above(3 / 4))  # C' D G G: leaps
    assert accuracy(triad, lead(*line(74, 77, 74, 77))).value == 0.0  # D F D F: three semitones are no step
    assert accuracy(triad, lead(*line(74, 74, 67, 67))).value == pytest.approx(above(2 / 4))  # D D: repeated


def test_a_tone_outside_the_scale_never_counts(triad: Track) -> None:
    assert accuracy(triad, lead(*line(72, 73, 72, 72))).value == pytest.approx(above(3 / 4))


def test_notes_count_by_length_up_to_two_beats(triad: Track) -> None:
    long = lead((0, 1440, 72), (1440, 480, 78))  # 3 beats of C count as 2, 1 beat of F sharp
    assert accuracy(triad, long).value == pytest.approx(above(2 / 3))


def test_a_rest_of_more_than_four_beats_ends_a_line() -> None:
    notes = [(0, 60, 72, 90), (120 * 16, 60, 74, 90), (120 * 33, 60, 76, 90)]
    piece = Piece(Song(480, (Track("lead", 0, False, notes_from(notes)),)))
    assert by_step(piece.parts[0]).tolist() == [True, True, False]


def test_the_top_line_moves_whatever_sounds_below_it() -> None:
    notes = [(0, 60, 60, 90), (0, 60, 72, 90), (480, 60, 61, 90), (480, 60, 74, 90)]
    piece = Piece(Song(480, (Track("lead", 0, False, notes_from(notes)),)))
    assert by_step(piece.parts[0]).tolist() == [False, True, False, True]


def test_the_chord_is_that_of_the_others_and_not_of_the_lead(triad: Track) -> None:
    # F sharp major over C major is wrong however much of it there is
    wrong = lead(*line(66, 70, 73, 78), *line(78, 82, 85, 90))
    assert accuracy(triad, wrong).value == 0.0


def test_notes_with_nothing_under_them_do_not_count(track) -> None:
    half = track("chords", (0, 960, 48), (0, 960, 52), (0, 960, 55))
    assert accuracy(half, lead(*line(72, 76, 78, 78))).value == pytest.approx(1.0)
    few = accuracy(half, lead(*line(72, 78, 78, 78)[0:1], *line(72, 78, 78, 78)[2:]))
    assert few.reason == "notes of the lead with other pitched groups: 12, needed: 24"


def test_what_is_missing_is_said(triad: Track) -> None:
    assert accuracy(triad).reason == "no lead of 24 notes"
    assert accuracy(triad, lead((0, 480, 72))).reason == "no lead of 24 notes"
    assert accuracy().reason == "no notes"
    assert math.isnan(accuracy().value)
