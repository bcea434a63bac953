import math

import numpy as np
import pytest

from popgen_core.analysis.piece import Piece
from popgen_core.music.song import Song, Track, notes_from
from popgen_eval.metrics.phrases import PhraseStructure, phrase_contrast


def alike(by_lag: dict[int, float], otherwise: float, bars: int = 16) -> np.ndarray:
    """How alike two bars are by how far they are apart."""
    lag = np.abs(np.subtract.outer(np.arange(bars), np.arange(bars)))
    return np.vectorize(lambda apart: by_lag.get(apart, otherwise))(lag).astype(float)


def structure(kinds: list[int]) -> object:
    notes = [(1920 * place + 120 * kind, 120, 60 + kind, 90) for place, kind in enumerate(kinds)]
    song = Song(480, (Track("lead", 0, False, notes_from(notes)),))
    return PhraseStructure().score(Piece(song))["phrase_structure"]


def test_the_contrast_by_hand() -> None:
    assert phrase_contrast(alike({4: 0.8, 8: 0.8}, 0.5)) == pytest.approx(0.3 / 0.5)
    assert phrase_contrast(alike({4: 0.8, 8: 0.6}, 0.5)) == pytest.approx(0.2 / 0.5)
    each = {3: 0.1, 5: 0.2, 6: 0.3, 7: 0.4, 9: 0.5, 4: 0.65, 8: 0.65}
    assert phrase_contrast(alike(each, 0.0)) == pytest.approx((0.65 - 0.3) / 0.7)
    assert phrase_contrast(alike({4: 0.7, 8: 0.7, 3: 0.6, 5: 0.6, 6: 0.6, 7: 0.6, 9: 0.6}, 0.0)) == pytest.approx(0.25)
    assert phrase_contrast(alike(dict.fromkeys((3, 5, 6, 7, 9), 0.2) | {4: 0.6, 8: 0.6}, 1.0)) == pytest.approx(0.5)


def test_there_is_always_room_to_divide_by() -> None:
    assert phrase_contrast(alike({4: 1.0, 8: 1.0}, 0.96)) == pytest.approx(0.04 / 0.08)
    assert phrase_contrast(alike({}, 1.0)) == 0.0


def test_music_in_fours_has_phrases_and_music_in_threes_or_ones_has_none() -> None:
    assert structure([0, 1, 2, 3] * 4).value == 1.0
    assert structure([0, 1, 2] * 5).value == 0.0
    assert structure([0] * 16).value == 0.0
    assert structure(list(range(16))).value == 0.0


def test_a_form_of_two_phrases_by_hand() -> None:
    # A B: bars 8 apart are alike, those 4 apart are not: p = 1/2, q = 0
    assert structure([0, 1, 2, 3, 4, 5, 6, 7] * 2).value == pytest.approx(0.5)


def test_eleven_bars_are_too_few() -> None:
    assert math.isnan(structure([0] * 11).value)
    assert structure([0] * 11).reason == "bars of one meter: 11, needed: 12"
