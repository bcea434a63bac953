import math

import numpy as np
import pytest

from popgen_core.analysis.piece import Piece
from popgen_core.music.song import Song, Track, notes_from
from popgen_eval.metrics.harmony import HarmonicConsistency
from popgen_eval.metrics.harmony_v1 import HarmonicConsistency as First


def consistency(*tracks) -> object:
    return HarmonicConsistency().score(Piece(Song(480, tracks)))["harmonic_consistency"]


@pytest.fixture
def band(track) -> list:
    chords = track("chords", (0, 1920, 60), (0, 1920, 64), (0, 1920, 67))
    return [chords, track("bass", (0, 960, 36), (960, 960, 36))]


def test_a_band_that_holds_one_triad_is_wholly_consistent(band) -> None:
    assert consistency(*band).value == pytest.approx(1.0)


def test_one_group_against_all_others_spoils_it(band, track) -> None:
    agreeing = track("lead", (0, 960, 76), (960, 960, 79))
    against = track("lead", (0, 960, 73), (960, 960, 78))
    assert consistency(*band, agreeing).value == pytest.approx(1.0)
    assert consistency(*band, against).value < 0.75


def test_the_figure_is_the_cube_root_of_key_mean_and_worst(band, track) -> None:
    piece = Piece(Song(480, (*band, track("lead", (0, 960, 73), (960, 960, 66)))))
    groups = list(piece.agreement_by(0.8).values())
    # C E G for 4 beats each, C for 4 more, C sharp and F sharp for 2: G major holds all but the C sharp
    key = (18 / 20 - 0.6) / 0.4
    expected = np.cbrt(key * np.mean(groups) * (np.mean(groups) + min(groups)) / 2)
    assert HarmonicConsistency().score(piece)["harmonic_consistency"].value == pytest.approx(expected)


def test_a_group_that_plays_alone_has_nothing_to_agree_with(track) -> None:
    alone = consistency(track("lead", (0, 960, 60), (960, 960, 64)), track("drums", (0, 60, 36)))
    assert math.isnan(alone.value)
    assert alone.reason == "no two pitched groups of 16 notes sound together"


def test_the_first_version_weighs_the_chord_by_six_tenths_and_the_second_by_eight() -> None:
    # the lead has the G of C E G half of its time and an F, of the scale alone, the other half
    chords = Track("chords", 0, False, notes_from([(1920 * n, 1920, 60 + k, 90) for n in range(16) for k in (0, 4, 7)]))
    halves = [(1920 * n + 960 * k, 960, 79 if k else 77, 90) for n in range(16) for k in range(2)]
    piece = Piece(Song(480, (chords, Track("lead", 0, False, notes_from(halves)))))
    # 3 tones of a chord, 7 of a scale: chance (3 w + 7 (1 - w)) / 12; reached w / 2 + (1 - w)
    expected = {w: (1 - w / 2 - (7 - 4 * w) / 12) / (1 - (7 - 4 * w) / 12) for w in (0.6, 0.8)}
    assert piece.agreement_by(0.8)["lead"] == pytest.approx(expected[0.8])
    assert piece.agreement["lead"] == pytest.approx(expected[0.6])
    first, second = (made().score(piece)["harmonic_consistency"].value for made in (First, HarmonicConsistency))
    assert first > second
