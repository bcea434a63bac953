import math

import numpy as np
import pytest

from popgen_core.analysis.alike import null_contrast
from popgen_core.analysis.piece import Piece
from popgen_core.music.song import Song, Track, notes_from
from popgen_eval.metrics.contour import LeadContour, held_contour, shapes_alike

Bar = list[tuple[int, int]]  # (sixteenth, pitch)
RISE: Bar = [(0, 60), (4, 62), (8, 64), (12, 66)]
FALL: Bar = [(0, 66), (4, 64), (8, 62), (12, 60)]
ARCH: Bar = [(0, 60), (2, 67), (10, 60)]
LEAP: Bar = [(6, 60), (14, 72)]


def lead(bars: list[Bar]) -> Song:
    notes = [(1920 * n + 120 * step, 60, pitch, 90) for n, bar in enumerate(bars) for step, pitch in bar]
    return Song(480, (Track("lead", 0, False, notes_from(notes)),))


def up(bar: Bar, by: int) -> Bar:
    return [(step, pitch + by) for step, pitch in bar]


def contour(bars: list[Bar]) -> object:
    return LeadContour().score(Piece(lead(bars)))["lead_contour"]


def test_notes_are_held_until_the_next_and_over_rests() -> None:
    piece = Piece(lead([[(2, 60), (4, 65), (4, 70), (9, 62)], [], [(14, 50)]]))
    assert held_contour(piece.parts[0], 3, 16).tolist() == [
        [60, 60, 70, 70, 62, 62, 62, 62],
        [62] * 8,
        [62] * 7 + [50],
    ]


def test_how_alike_shapes_are_by_hand() -> None:
    flat, rising, falling = np.full(8, 60.0), np.arange(8.0), np.arange(8.0)[::-1]
    onsets = np.zeros((4, 16), dtype=np.bool_)
    onsets[:, 0] = True
    onsets[3, 8] = True
    found = shapes_alike(np.array([rising, falling, flat, rising + 5]), onsets)
    assert found[0] == pytest.approx([1.0, 0.0, 0.5, 0.5 + 0.5 / math.sqrt(2)])
    assert found[2, 2] == pytest.approx(1.0)


def test_a_phrase_that_comes_back_at_another_pitch_is_the_same_shape() -> None:
    phrase = [RISE, ARCH, FALL, LEAP]
    same = contour(phrase * 4).value
    assert contour([up(bar, 5 * (n // 4)) for n, bar in enumerate(phrase * 4)]).value == pytest.approx(same)
    assert same > 0.5


def test_the_value_is_the_contrast_of_the_bars_with_a_lead() -> None:
    # bars of two kinds, wholly alike or by onsets only: a flat bar and a rising one with the same onsets are 1/2 alike
    flat: Bar = [(step, 60) for step in (0, 4, 8, 12)]
    kinds = np.array([0, 1, 1, 0, 0, 1, 1, 1, 0, 0, 1, 0, 0, 1, 1, 0])
    bars = [flat if kind else RISE for kind in kinds]
    expected = null_contrast(np.where(kinds[:, None] == kinds, 1.0, 0.5), 4, 4)
    assert contour(bars).value == pytest.approx(expected)
    assert 0.1 < expected < 1
    with_rests = [bar for n, kind in enumerate(bars) for bar in ([kind, []] if n % 4 == 3 else [kind])]
    assert contour(with_rests).value == pytest.approx(expected)


def test_one_bar_repeated_is_no_contour() -> None:
    assert contour([RISE] * 16).value == pytest.approx(0.0, abs=1e-12)


def test_what_is_missing_is_said() -> None:
    assert contour([[(0, 60)]] * 23).reason == "no lead of 24 notes"
    assert contour([RISE] * 11 + [[]] * 3 + [[]]).reason == "bars of one meter: 11, needed: 12"
    assert contour([*[RISE] * 10, [], RISE]).reason == "bars with a lead: 11, needed: 12"
    assert math.isnan(contour([]).value)
