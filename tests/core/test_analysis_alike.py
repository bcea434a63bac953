import numpy as np
import pytest

from popgen_core.analysis.alike import bars_alike, cosines, null_contrast, returns
from popgen_core.analysis.grid16 import drum_voice, voice_grid
from popgen_core.analysis.skyline import skyline

NONE = [0.0, 0.0]


def test_empty_rows_are_alike_and_unlike_all_others() -> None:
    assert cosines(np.array([[3.0, 4.0], NONE, NONE])).tolist() == [[1, 0, 0], [0, 1, 1], [0, 1, 1]]
    assert cosines(np.array([[1.0, 0.0], [3.0, 4.0]]))[0, 1] == pytest.approx(0.6)


def test_bars_are_alike_half_by_content_and_half_by_onsets() -> None:
    content, onsets = np.array([[1.0, 0.0], [3.0, 4.0]]), np.array([[1.0, 0.0], [0.0, 1.0]])
    assert bars_alike([(content, onsets)])[0, 1] == pytest.approx(0.5 * 0.6 + 0.5 * 0.0)


def test_a_group_that_is_silent_in_one_bar_counts_nothing_and_in_both_is_left_out() -> None:
    here, gone, never = np.array([[1.0, 0.0]] * 2), np.array([[1.0, 0.0], NONE]), np.array([NONE, NONE])
    assert bars_alike([(here, here), (gone, gone)])[0, 1] == pytest.approx(0.5)
    assert bars_alike([(here, here), (never, never)])[0, 1] == pytest.approx(1.0)
    assert bars_alike([(never, never)]).tolist() == [[0, 0], [0, 0]]


def test_a_bar_in_which_a_note_is_only_held_is_not_silent() -> None:
    content, onsets = np.array([[1.0, 0.0], [1.0, 0.0]]), np.array([[1.0, 0.0], NONE])
    assert bars_alike([(content, onsets)])[0, 1] == pytest.approx(0.5)


def test_what_returns_is_the_best_stretch_far_enough_away() -> None:
    alike = np.array([[1.0, 0.5, 0.2], [0.5, 1.0, 0.8], [0.2, 0.8, 1.0]])
    assert returns(alike, width=1, lag=1) == pytest.approx((0.5 + 0.8 + 0.8) / 3)
    assert returns(alike, width=1, lag=2) == pytest.approx((0.2 + 0.0 + 0.2) / 3)
    assert returns(alike, width=2, lag=1) == pytest.approx((0.5 + 0.8) / 2)


def test_one_bar_repeated_has_no_structure() -> None:
    assert null_contrast(np.ones((32, 32)), 4, 4) == 0.0


def test_a_phrase_of_four_bars_repeated_has_structure_and_shuffled_has_none() -> None:
    phrase = np.arange(32) % 4
    assert null_contrast((phrase[:, None] == phrase[None, :]).astype(float), 4, 4) == pytest.approx(1.0)
    mixed = np.random.default_rng(0).permutation(phrase)
    assert null_contrast((mixed[:, None] == mixed[None, :]).astype(float), 4, 4) < 0.2


def test_bars_that_all_differ_have_no_structure() -> None:
    assert null_contrast(np.eye(32), 4, 4) == 0.0


def test_the_contrast_is_the_same_every_time_and_undefined_for_too_few_bars() -> None:
    random = np.random.default_rng(3).random((20, 20))
    assert null_contrast(random, 4, 4) == null_contrast(random.copy(), 4, 4)
    assert np.isnan(null_contrast(np.ones((10, 10)), 4, 4))
    assert null_contrast(np.ones((11, 11)), 4, 4) == 0.0


def test_drums_are_three_voices() -> None:
    step, pitch = np.array([0, 4, 4, 17]), np.array([36, 38, 42, 35])
    grid = voice_grid(step, pitch, bars=2, steps=16)
    assert [tuple(int(part) for part in cell) for cell in np.argwhere(grid)] == [
        (0, 0, 0), (0, 1, 4), (0, 2, 4), (1, 0, 1),
    ]  # fmt: skip


def test_kicks_are_35_and_36_and_snares_37_to_40() -> None:
    assert drum_voice(np.arange(34, 43)).tolist() == [2, 0, 0, 1, 1, 1, 1, 2, 2]


def test_the_skyline_is_the_highest_note_at_each_step() -> None:
    steps, pitches = skyline(np.array([0, 4, 4, 2, 4]), np.array([60, 64, 72, 55, 67]))
    assert (steps.tolist(), pitches.tolist()) == ([0, 2, 4], [60, 55, 72])
    assert len(skyline(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64))[0]) == 0
