import math

import numpy as np
import pytest

from popgen_core.analysis.piece import Piece
from popgen_core.music.song import Song
from popgen_eval.metrics.harmony import HarmonicConsistency


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
    groups = list(piece.agreement.values())
    # C E G for 4 beats each, C for 4 more, C sharp and F sharp for 2: G major holds all but the C sharp
    key = (18 / 20 - 0.6) / 0.4
    expected = np.cbrt(key * np.mean(groups) * (np.mean(groups) + min(groups)) / 2)
    assert HarmonicConsistency().score(piece)["harmonic_consistency"].value == pytest.approx(expected)


def test_a_group_that_plays_alone_has_nothing_to_agree_with(track) -> None:
    alone = consistency(track("lead", (0, 960, 60), (960, 960, 64)), track("drums", (0, 60, 36)))
    assert math.isnan(alone.value)
    assert alone.reason == "no two pitched groups of 16 notes sound together"
