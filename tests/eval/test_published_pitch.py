"""Pitch figures that others defined, on songs small enough to count."""

import math

import numpy as np
import pytest

from popgen_core.analysis.piece import Piece
from popgen_core.music.song import Song, Track, notes_from
from popgen_eval.metrics.published_pitch import PublishedPitch, entropy, scale_consistency


def pitches(*tracks: Track) -> dict[str, float]:
    return {name: score.value for name, score in PublishedPitch().score(Piece(Song(480, tracks))).items()}


def test_entropy_of_one_half_and_two_quarters_is_a_bit_and_a_half() -> None:
    assert entropy(np.array([8, 4, 0, 4])) == pytest.approx(0.5 * 1 + 2 * 0.25 * 2)
    assert entropy(np.full(12, 3)) == pytest.approx(math.log2(12))
    assert entropy(np.array([0, 7])) == 0.0


def test_a_natural_minor_scale_is_its_relative_major() -> None:
    a_minor = np.bincount([9, 11, 0, 2, 4, 5, 7], minlength=12)
    assert scale_consistency(a_minor) == 1.0


def test_all_twelve_tones_equally_often_reach_seven_twelfths() -> None:
    assert scale_consistency(np.full(12, 5)) == pytest.approx(7 / 12)


def test_four_semitones_in_a_row_fit_a_scale_by_three() -> None:
    assert scale_consistency(np.bincount([0, 1, 2, 3], minlength=12)) == 0.75


def test_harmonic_minor_is_none_of_the_scales() -> None:
    assert scale_consistency(np.bincount([9, 11, 0, 2, 4, 5, 8], minlength=12)) == pytest.approx(6 / 7)


def test_the_figures_of_a_small_song_by_hand(track) -> None:
    lead = track("lead", (0, 240, 60), (480, 240, 64), (960, 240, 67), (1440, 240, 72))
    found = pitches(lead, track("drums", (0, 60, 37), (480, 60, 42), (960, 60, 39)))
    assert found == {
        "pitch_class_entropy": pytest.approx(1.5),  # C half of the notes, E and G a quarter each
        "scale_consistency": 1.0,
        "n_pitches_used": 4.0,
        "pitch_range": 12.0,
        "used_pitch_classes": 3.0,
    }


def test_pitch_classes_of_a_bar_are_counted_by_group_and_not_in_the_mix(track) -> None:
    lead = track("lead", (0, 240, 60), (480, 240, 64), (960, 240, 67))
    bass = track("bass", (0, 240, 38), (960, 240, 38))
    assert pitches(lead, bass)["used_pitch_classes"] == (3 + 1) / 2


def test_bars_in_which_a_group_is_silent_do_not_count_and_held_notes_do(track) -> None:
    held = [(bar * 1920, 2 * 1920, 60 + bar % 4 // 2, 90) for bar in range(0, 32, 4) for _ in range(2)]
    lead = Track("lead", 0, False, notes_from(held))  # bars 0 and 1 of four sound
    assert pitches(lead)["used_pitch_classes"] == 1.0
    change = [(bar * 1920, 2 * 1920, 60 + bar % 2, 90) for bar in range(16)]
    # the first bar holds one note, each other one its own and the one before
    assert pitches(Track("lead", 0, False, notes_from(change)))["used_pitch_classes"] == (1 + 15 * 2) / 16


def test_fifteen_pitched_notes_are_too_few_and_say_so(track) -> None:
    few = Track("lead", 0, False, notes_from((bar * 1920, 480, 60, 90) for bar in range(15)))
    song = Song(480, (few, track("drums", *((480 * beat, 60, 36) for beat in range(4)))))
    for score in PublishedPitch().score(Piece(song)).values():
        assert math.isnan(score.value)
        assert score.reason == "15 pitched notes, needed: 16"


def test_sixteen_notes_of_groups_too_small_leave_only_the_bar_figure_undefined() -> None:
    lead = Track("lead", 0, False, notes_from((bar * 1920, 480, 60, 90) for bar in range(12)))
    bass = Track("bass", 0, False, notes_from((bar * 1920, 480, 36, 90) for bar in range(12)))
    found = PublishedPitch().score(Piece(Song(480, (lead, bass))))
    assert found["pitch_range"].value == 24.0
    assert found["used_pitch_classes"].reason == "no pitched group has 16 notes"
