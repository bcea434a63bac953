import numpy as np
import pytest

from popgen_core.analysis.piece import Piece
from popgen_core.contracts.evaluator import Score
from popgen_core.music.song import Song, Track, notes_from
from popgen_eval.metrics.motion import ComplementaryMotion, changes, directions, parting

UP, DOWN, HELD = 1.0, -1.0, 0.0


def halves(name: str, pitches: list[list[int]]) -> Track:
    """Pitches of each bar, struck twice."""
    rows = [
        (1920 * bar + half, 960, pitch, 90) for bar, all_ in enumerate(pitches) for pitch in all_ for half in (0, 960)
    ]
    return Track(name, 0, False, notes_from(rows))


def song(lead: list[int], bass: list[int], bars: int = 12, name: str = "lead") -> Song:
    """C major and F major, a bar each, with (in C, in F) pitches of lead and bass."""
    chords = halves("chords", [[60, 64, 67], [60, 65, 69]] * (bars // 2))
    return Song(
        480,
        (
            halves(name, [[lead[0]], [lead[1]]] * (bars // 2)),
            chords,
            halves("bass", [[bass[0]], [bass[1]]] * (bars // 2)),
        ),
    )


def judged(song: Song) -> Score:
    return ComplementaryMotion().score(Piece(song))["complementary_motion"]


def test_a_chord_changes_where_a_half_bar_has_another() -> None:
    assert changes(Piece(song([72, 77], [48, 41]))).tolist() == [16 * bar for bar in range(1, 12)]


def test_another_kind_of_chord_on_the_same_root_is_a_change() -> None:
    chords = halves("chords", [[60, 64, 67], [60, 63, 67]] * 6)
    assert changes(Piece(Song(480, (chords,)))).tolist() == [16 * bar for bar in range(1, 12)]


def test_a_line_moves_from_its_last_note_before_to_its_first_after() -> None:
    steps, pitches = np.array([0, 16, 32]), np.array([60, 62, 59])
    assert directions(steps, pitches, np.array([16, 32, 13, 29]), 16).tolist() == [UP, DOWN, UP, DOWN]


def test_a_line_that_begins_nothing_within_a_beat_holds() -> None:
    assert directions(np.array([0, 16]), np.array([60, 62]), np.array([12, 20]), 16).tolist() == [HELD, HELD]
    assert directions(np.array([0, 16]), np.array([60, 60]), np.array([16]), 16).tolist() == [HELD]


def test_a_line_that_rests_for_longer_than_a_bar_says_nothing() -> None:
    found = directions(np.array([4, 40]), np.array([60, 62]), np.array([0, 20, 21, 40]), 16)
    assert np.isnan(found).tolist() == [True, False, True, True]


def test_parting_is_what_shuffled_pairs_do_not_explain() -> None:
    up_down = np.array([UP, UP, DOWN, DOWN])
    assert parting(up_down, -up_down) == pytest.approx(0.5)
    assert parting(up_down, up_down) == pytest.approx(-0.5)
    assert parting(up_down, np.array([UP, DOWN, UP, DOWN])) == 0.0
    assert parting(np.full(4, UP), np.full(4, UP)) == 0.0
    assert parting(up_down, np.full(4, HELD)) == 0.0


def test_a_bass_that_goes_against_the_lead_and_one_that_doubles_it() -> None:
    similar_by_chance = (6 / 11) ** 2 + (5 / 11) ** 2  # six changes up, five down
    assert judged(song([72, 77], [48, 41])).value == pytest.approx(2 * 6 / 11 * 5 / 11)
    assert judged(song([72, 77], [48, 53])).value == pytest.approx(similar_by_chance - 1)
    assert judged(song([72, 72], [48, 53])).value == 0.0  # oblique throughout, as every pairing would be


def test_the_lowest_notes_are_the_bass_and_the_highest_the_lead() -> None:
    plain = song([72, 77], [48, 41])
    fuller = [halves("lead", [[50], [49]] * 6), halves("bass", [[59], [60]] * 6)]
    assert judged(Song(480, (*plain.tracks, *fuller))) == judged(plain)


def test_without_a_lead_the_highest_group_stands_in() -> None:
    assert judged(song([72, 77], [48, 41], name="others")) == judged(song([72, 77], [48, 41]))


def test_what_is_undefined_says_why() -> None:
    tracks = song([72, 77], [48, 41]).tracks
    assert judged(Song(480, tracks[:2])).reason == "bass: fewer than 16 notes"
    assert judged(Song(480, tracks[2:])).reason == "lead: fewer than 16 notes"
    still = [halves(name, [[pitch]] * 12) for name, pitch in (("lead", 72), ("bass", 48))]
    assert judged(Song(480, tuple(still))).reason == "chord changes that lead and bass play over: 0, needed: 8"
