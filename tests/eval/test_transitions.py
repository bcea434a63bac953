import numpy as np
import pytest

from popgen_core.analysis.piece import Piece
from popgen_core.contracts.evaluator import Score
from popgen_core.music.song import Song, Track, notes_from
from popgen_eval.metrics.transitions import PreparedTransitions, above, unlike_before

GROOVE = [(0, 36), (480, 38), (960, 36), (1440, 38)]
FILL = [(960, 36), (1080, 38), (1200, 38), (1320, 38), (1440, 38), (1560, 38), (1680, 38), (1800, 38)]


def song(fills: dict[int, list[tuple[int, int]]], form: str = "A" * 8 + "B" * 8) -> Song:
    """A lead in A, a guitar in B, and drums that play a fill beside the groove in the bars named."""
    drums = [(1920 * bar + at, 60, hit, 90) for bar in range(len(form)) for at, hit in GROOVE + fills.get(bar, [])]
    lead = [(1920 * bar, 480, 72, 90) for bar, part in enumerate(form) if part == "A"]
    guitar = [(1920 * bar + 240, 480, 55, 90) for bar, part in enumerate(form) if part == "B"]
    named = (("drums", drums), ("lead", lead), ("guitar", guitar))
    return Song(480, tuple(Track(name, 0, name == "drums", notes_from(notes)) for name, notes in named))


def judged(song: Song) -> Score:
    return PreparedTransitions().score(Piece(song))["prepared_transitions"]


def test_a_fill_before_the_new_section_prepares_it() -> None:
    assert judged(song({7: FILL})).value == 1.0


def test_without_a_fill_the_bar_before_is_as_any_other() -> None:
    assert judged(song({})).value == 0.0


def test_a_fill_elsewhere_counts_against() -> None:
    assert judged(song({4: FILL})).value == pytest.approx(-1 / 13)  # fifteen bars, less the last and first of sections


def test_a_weaker_fill_before_the_section_than_elsewhere() -> None:
    found = judged(song({3: FILL, 7: FILL[:2]}))
    # above twelve bars and below the third; bar 7 is compared with bars 3 to 6
    assert found.value == pytest.approx((12 - 1) / 13)


def test_only_the_second_half_of_the_bar_counts() -> None:
    assert judged(song({7: [(120, 38), (240, 38), (840, 38)]})).value == 0.0


def test_a_break_is_a_preparation_too() -> None:
    silent = song({})
    tracks = [silent.tracks[0].notes, *(track.notes for track in silent.tracks[1:])]
    drums = tracks[0][(tracks[0]["start_tick"] < 7 * 1920 + 960) | (tracks[0]["start_tick"] >= 8 * 1920)]
    broken = Song(480, (Track("drums", 0, True, drums), *silent.tracks[1:]))
    assert judged(broken).value == 1.0


def test_kick_and_snare_exchanged_are_a_preparation_too() -> None:
    exchanged = song({})
    drums = exchanged.tracks[0].notes.copy()
    ending = (drums["start_tick"] >= 7 * 1920 + 960) & (drums["start_tick"] < 8 * 1920)
    drums["pitch"][ending] = [38, 36]
    assert judged(Song(480, (Track("drums", 0, True, drums), *exchanged.tracks[1:]))).value == 1.0


def test_a_bar_is_as_unlike_as_the_most_alike_of_four_before() -> None:
    rows = np.array([[1, 0], [1, 0], [1, 1], [0, 0], [0, 0]], dtype=bool)
    assert unlike_before(rows)[1:].tolist() == [0.0, 0.5, 1.0, 0.0]
    far = np.array([[1, 0]] + [[0, 1]] * 4 + [[1, 0]], dtype=bool)
    assert unlike_before(far)[5] == 1.0
    assert unlike_before(far[1:])[4] == 1.0
    assert unlike_before(np.delete(far, 1, axis=0))[4] == 0.0


def test_above_is_a_difference_of_shares() -> None:
    assert above(np.array([2.0]), np.array([1.0, 3.0, 2.0, 0.0])) == pytest.approx((1 - 1 + 0 + 1) / 4)
    assert above(np.array([5.0, 0.0]), np.array([1.0])) == 0.0


def test_a_song_of_one_section_is_undefined() -> None:
    assert judged(song({}, form="A" * 16)).reason == "no new section begins"
