import math

import numpy as np
import pytest

from popgen_core.analysis.alike import null_contrast
from popgen_core.analysis.piece import Piece
from popgen_core.music.song import Song, Track, notes_from
from popgen_eval.metrics.progression import HarmonicProgression, harmonies_alike

C, F, G, A_MINOR, SILENT = (60, 64, 67), (60, 65, 69), (59, 62, 67), (57, 60, 64), ()


def tones(*chords: tuple[int, ...]) -> np.ndarray:
    """Chords of half bars -> (half bars, 12)."""
    rows = np.zeros((len(chords), 12), dtype=np.bool_)
    for row, chord in zip(rows, chords, strict=True):
        row[[pitch % 12 for pitch in chord]] = True
    return rows


def progression(bars: list[tuple[int, ...]]) -> object:
    notes = [(1920 * n, 1920, pitch, 90) for n, chord in enumerate(bars) for pitch in chord]
    song = Song(480, (Track("chords", 0, False, notes_from(notes)),))
    return HarmonicProgression().score(Piece(song))["harmonic_progression"]


def test_harmonies_alike_by_hand() -> None:
    # C C, C F, F F: C and F share one tone of three
    expected = [[1, (2 / 3) ** 2, 1 / 9], [(2 / 3) ** 2, 1, (2 / 3) ** 2], [1 / 9, (2 / 3) ** 2, 1]]
    assert harmonies_alike(tones(C, C, C, F, F, F)) == pytest.approx(np.array(expected))


def test_a_half_that_is_silent_in_both_is_left_out_and_in_one_is_0() -> None:
    found = harmonies_alike(tones(C, SILENT, C, SILENT, C, C, SILENT, SILENT))
    assert found[0, 1] == pytest.approx(1.0)
    assert found[0, 2] == pytest.approx(1 / 4)
    assert found[0, 3] == 0.0
    assert found[3, 3] == 0.0


def test_four_chords_that_always_come_back_are_all_that_a_progression_can_be() -> None:
    assert progression([C, G, A_MINOR, F] * 4).value == pytest.approx(1.0)


def test_the_value_is_the_contrast_of_four_bars_of_chords() -> None:
    kinds = np.array([0, 1, 1, 0, 0, 1, 1, 1, 0, 0, 1, 0, 0, 1, 1, 0])
    expected = null_contrast(np.where(kinds[:, None] == kinds, 1.0, 1 / 9), 4, 4)
    assert progression([F if kind else C for kind in kinds]).value == pytest.approx(expected)
    assert 0.1 < expected < 0.9


def test_one_chord_throughout_and_chords_in_no_order_make_none() -> None:
    assert progression([C] * 16).value == pytest.approx(0.0, abs=1e-12)
    disorder = np.random.default_rng(1).permutation(16) % 4
    assert progression([[C, G, A_MINOR, F][n] for n in disorder]).value < 0.15


def test_fewer_than_twelve_bars_with_a_chord_are_too_few() -> None:
    found = progression([C, G, A_MINOR, F, SILENT] * 2 + [C, SILENT, G])
    assert math.isnan(found.value)
    assert found.reason == "bars with a chord: 10, needed: 12"
    assert progression([]).reason == "no notes"
