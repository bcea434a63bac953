import math

import pytest

from popgen_core.analysis.piece import Piece
from popgen_core.music.song import Song, Track, notes_from
from popgen_eval.metrics.indicators import StructureIndicators


def indicators(kinds: list[int]) -> dict:
    """Of bars of one pitch and place for each number."""
    notes = [(1920 * n + 120 * (kind % 16), 120, 60 + kind, 90) for n, kind in enumerate(kinds)]
    return dict(StructureIndicators().score(Piece(Song(480, (Track("lead", 0, False, notes_from(notes)),)))))


def test_one_bar_repeated_is_wholly_explained_by_any_stretch_and_bars_that_never_return_by_none() -> None:
    assert [score.value for score in indicators([0] * 32).values()] == pytest.approx([1.0, 1.0, 1.0])
    assert [score.value for score in indicators(list(range(32))).values()] == [0.0, 0.0, 0.0]


def test_a_phrase_played_twice_among_others_by_hand() -> None:
    bars = [0, 1, 2, 3, 10, 11, 12, 13, 0, 1, 2, 3, 20, 21, 22, 23]
    # the phrase is matched wholly and covers 4 of the other 12 bars
    short, middle, long = indicators(bars).values()
    assert short.value == pytest.approx(2 * (1 / 3) / (4 / 3))
    # with the two bars after it: four steps of 1 and one of -2 are 2 in five steps, over five of the other ten bars
    assert middle.value == pytest.approx(2 * (2 / 5) * (1 / 2) / (9 / 10))
    assert math.isnan(long.value)
    assert long.reason == "bars: 16; a stretch of 16 and its return need 32"


def test_an_empty_song_has_none() -> None:
    assert {score.reason for score in indicators([]).values()} == {"no notes"}
