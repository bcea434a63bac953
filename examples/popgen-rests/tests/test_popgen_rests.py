"""popgen-rests keeps the contract of an evaluator, and finds the rests of melodies made by hand."""

import pytest
from popgen_core.analysis.piece import Piece
from popgen_core.music.song import Song, Track, notes_from
from popgen_core.testing import Check, Maker, parametrize_with_checks

from popgen_rests import popgen_components
from popgen_rests.evaluator import Rests


@parametrize_with_checks(popgen_components)
def test_the_contract_is_kept(check: Check, make: Maker) -> None:
    check(make)


def melody(*bar: tuple[int, int], bars: int = 16) -> Piece:
    """The same bar of 4/4 again and again: (start, length) of its notes in beats."""
    notes = [(1920 * at + 480 * start, 480 * length, 60, 90) for at in range(bars) for start, length in bar]
    return Piece(Song(480, (Track("lead", 73, False, notes_from(notes)),)), bars=bars)


@pytest.mark.parametrize(
    ("bar", "rest_bars", "phrase"),
    [
        (((0, 2), (2, 1)), 0.0, 3.0),  # on every bar line, a rest on the fourth beat
        (((1, 1), (2, 1)), 1.0, 2.0),  # a rest on the first beat and on the last
        (((1, 1), (3, 2)), 1 / 16, 0.0),  # held over every bar line but the first
    ],
)
def test_rests_are_found_at_bar_lines_and_between_phrases(
    bar: tuple[tuple[int, int], ...], rest_bars: float, phrase: float
) -> None:
    scores = Rests().score(melody(*bar))
    assert scores["lead_rest_bars"].value == pytest.approx(rest_bars)
    if phrase:
        assert scores["lead_phrase"].value == pytest.approx(phrase)


def test_a_song_without_a_lead_says_so() -> None:
    piece = Piece(Song(480, (Track("bass", 33, False, notes_from((480 * at, 480, 40, 90) for at in range(64))),)))
    assert {score.reason for score in Rests().score(piece).values()} == {"no lead of 16 notes"}
