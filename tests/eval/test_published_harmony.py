"""Tonal distance and chord-tone ratios, on songs small enough to work out by hand."""

import math

import numpy as np
import pytest

from popgen_core.analysis.piece import Piece
from popgen_core.music.song import METER, Song, Track, notes_from, rows
from popgen_eval.metrics.chord_tones import ChordTones
from popgen_eval.metrics.tonal_distance import MATRIX, TonalDistance

TRIAD = [(0, 1920, 48), (0, 1920, 52), (0, 1920, 55)]  # C major for a bar
# a fifth apart: 30 degrees on the circle of fifths, 90 on that of minor thirds, 120 on that of major thirds (r .5)
FIFTH = math.sqrt(2 - 2 * math.cos(math.radians(30)) + 2 + 0.25 * 3)
# C lies at (1, 0) on each unit circle, the middle of C major at (.4553, .4553), (2/3, 1/3) and (0, .5774)
AGAINST_TRIAD = math.sqrt(0.5447**2 + 0.4553**2 + 2 / 9 + 0.25 * (1 + 1 / 3))


def apart(*tracks: Track, meter: tuple[int, int] = (4, 4)) -> float:
    song = Song(480, tracks, meters=rows(METER, [(0, *meter)]))
    return TonalDistance().score(Piece(song))["tonal_distance"].value


def lead_fits(*tracks: Track) -> dict[str, float]:
    return {name: score.value for name, score in ChordTones().score(Piece(Song(480, tracks))).items()}


@pytest.fixture
def over_c(track):
    """The figures of a lead of four quarters a bar over C major."""

    def found(*pitches: int, length: int = 480) -> dict[str, float]:
        lead = track("lead", *((480 * beat, length, pitch) for beat, pitch in enumerate(pitches)))
        return lead_fits(track("chords", *TRIAD), lead)

    return found


def test_the_matrix_is_that_of_the_formula() -> None:
    l = np.arange(12)  # noqa: E741 - the name in the paper
    angles = (l * 7 * np.pi / 6, l * 3 * np.pi / 2, l * 2 * np.pi / 3)
    for circle, (angle, radius) in enumerate(zip(angles, (1, 1, 0.5), strict=True)):
        assert MATRIX[:, 2 * circle] == pytest.approx(radius * np.sin(angle))
        assert MATRIX[:, 2 * circle + 1] == pytest.approx(radius * np.cos(angle))


def test_unisons_and_octaves_lie_together_and_a_fifth_apart_by_hand(track) -> None:
    bass = track("bass", (0, 480, 36), (960, 480, 36))
    assert apart(bass, track("lead", (0, 480, 72), (960, 480, 60))) == 0.0
    assert apart(bass, track("lead", (0, 480, 67), (960, 480, 55))) == pytest.approx(FIFTH)


def test_a_tritone_is_as_far_as_two_circles_are_wide(track) -> None:
    bass, lead = track("bass", (0, 480, 36), (960, 480, 36)), track("lead", (0, 480, 66), (960, 480, 66))
    assert apart(bass, lead) == pytest.approx(math.sqrt(8))  # opposite on the first two circles, one place on the third


def test_only_beats_in_which_both_sound_count(track) -> None:
    bass = track("bass", (0, 480, 36), (960, 480, 43))
    assert apart(bass, track("lead", (0, 480, 60), (480, 480, 66))) == 0.0


def test_all_pairs_of_pitched_groups_count_alike_and_drums_do_not(track) -> None:
    one, two = track("bass", (0, 480, 36), (960, 480, 36)), track("lead", (0, 480, 60), (960, 480, 60))
    three, drums = track("guitar", (0, 480, 55), (960, 480, 55)), track("drums", *((240 * n, 60, 42) for n in range(8)))
    assert apart(one, two, three, drums) == pytest.approx(2 * FIFTH / 3)


def test_a_group_is_weighed_by_time_inside_a_beat(track) -> None:
    bass = track("bass", (0, 480, 36), (960, 480, 36))
    lead = track("lead", (0, 240, 60), (240, 240, 67), (960, 240, 67), (1200, 240, 60))
    assert apart(bass, lead) == pytest.approx(FIFTH / 2)


def test_beats_of_seven_eighths_are_quarters() -> None:
    bass = Track("bass", 0, False, notes_from((bar * 1680, 1680, 36, 90) for bar in range(16)))
    lead = Track("lead", 0, False, notes_from((bar * 1680, 1680, 55, 90) for bar in range(16)))
    assert apart(bass, lead, meter=(7, 8)) == pytest.approx(FIFTH)


def test_groups_that_never_sound_together_have_no_distance(track) -> None:
    bass, lead = track("bass", (0, 480, 36), (240, 240, 36)), track("lead", (480, 480, 60), (960, 480, 60))
    score = TonalDistance().score(Piece(Song(480, (bass, lead))))["tonal_distance"]
    assert math.isnan(score.value)
    assert score.reason == "no two pitched groups of 16 notes sound in one beat"


def test_a_lead_on_chord_tones_only_is_wholly_in(over_c) -> None:
    assert over_c(72, 76, 79, 72)["ctnctr"] == 1.0


def test_a_passing_tone_is_proper_and_a_leap_from_a_strange_tone_is_not(over_c) -> None:
    assert over_c(72, 74, 76, 72)["ctnctr"] == 1.0  # D goes to E
    assert over_c(72, 74, 79, 72)["ctnctr"] == 0.75  # D leaps to G
    assert over_c(72, 74, 81, 79)["ctnctr"] == 0.75  # D leaps, A goes to G
    assert over_c(72, 82, 79, 76)["ctnctr"] == 0.75  # B flat to G is a step too far


def test_a_strange_tone_that_goes_to_another_is_not_proper(over_c) -> None:
    assert over_c(72, 78, 77, 76)["ctnctr"] == 0.75  # F sharp to F: a semitone, but F is no chord tone; F to E


def test_b_resolves_to_the_c_above_by_one_semitone_and_not_eleven(over_c) -> None:
    assert over_c(72, 71, 72, 76)["ctnctr"] == 1.0
    assert over_c(72, 71, 60, 64)["ctnctr"] == 0.75  # an octave lower it does not


def test_a_repeated_strange_tone_resolves_when_its_pitch_changes(over_c) -> None:
    assert over_c(72, 74, 74, 76)["ctnctr"] == 1.0


def test_a_resolution_more_than_a_bar_later_is_none(track) -> None:
    notes = [
        (3 * 1920 * place + 240 * eighth, 240, pitch, 90)
        for place in range(8)
        for eighth, pitch in enumerate((72, 76, 79, 74))
    ]
    chords = track("chords", *TRIAD, bars=24)
    assert lead_fits(chords, Track("lead", 0, False, notes_from(notes)))["ctnctr"] == 0.75


def test_consonance_by_hand_takes_the_interval_up_from_the_chord_tone(over_c) -> None:
    # C over C E G: unison 1, sixth 1, fourth 0; E: third, unison, sixth; G: fifth, third, unison
    assert over_c(72, 72, 72, 72)["pcs"] == pytest.approx(2 / 3)
    assert over_c(76, 76, 79, 79)["pcs"] == pytest.approx(1.0)
    # D: second -1, seventh -1, fifth 1
    assert over_c(74, 74, 74, 74)["pcs"] == pytest.approx(-1 / 3)


def test_consonance_and_distance_are_weighed_by_time_and_rests_do_not_count(track) -> None:
    lead = track("lead", (0, 960, 72), (1440, 240, 79), (1680, 240, 74))
    found = lead_fits(track("chords", *TRIAD), lead)
    assert found["pcs"] == pytest.approx((8 * 2 / 3 + 2 * 1 + 2 * -1 / 3) / 12)


def test_a_lead_note_ends_where_the_next_begins(track) -> None:
    found = lead_fits(track("chords", *TRIAD), track("lead", (0, 1920, 72), (1440, 960, 79)))
    assert found["pcs"] == pytest.approx((3 * 2 / 3 + 1 * 1) / 4)


def test_lead_notes_where_no_chord_is_heard_do_not_count(track) -> None:
    lead = track("lead", *((480 * beat, 480, 72) for beat in range(4)), bars=16)
    assert lead_fits(track("chords", *TRIAD, bars=8), lead) == {
        "ctnctr": 1.0,
        "pcs": pytest.approx(2 / 3),
        "mctd": pytest.approx(AGAINST_TRIAD, abs=1e-4),
    }


def test_distance_of_the_root_from_its_triad_by_hand(over_c) -> None:
    assert over_c(72, 60, 72, 72)["mctd"] == pytest.approx(AGAINST_TRIAD, abs=1e-4)


def test_a_held_note_meets_the_next_chord_and_counts_once(track) -> None:
    chords = track("chords", *((0, 960, p) for p in (48, 52, 55)), *((960, 960, p) for p in (54, 58, 61)), bars=24)
    found = lead_fits(chords, track("lead", (0, 1920, 72), bars=24))
    assert found["ctnctr"] == 1.0
    assert found["pcs"] == pytest.approx((2 / 3 - 1) / 2)  # F sharp major: tritone, second and major seventh above


def test_the_highest_note_of_the_lead_counts_and_its_own_notes_make_no_chord(track) -> None:
    lead = track("lead", *((480 * beat, 480, pitch) for beat in range(4) for pitch in (62, 66, 72)))
    found = lead_fits(track("chords", *TRIAD), lead)
    assert found["ctnctr"] == 1.0
    assert found["pcs"] == pytest.approx(2 / 3)


def test_without_a_lead_or_chords_the_ratios_are_undefined(track) -> None:
    lead, few = track("lead", *((480 * beat, 480, 72) for beat in range(4))), track("lead", (0, 480, 72), bars=23)
    for tracks, reason in (
        ((track("chords", *TRIAD),), "no lead"),
        ((lead,), "0 lead notes over chords, needed: 24"),
        ((few, track("chords", *TRIAD, bars=23)), "23 lead notes over chords, needed: 24"),
    ):
        for score in ChordTones().score(Piece(Song(480, tracks))).values():
            assert math.isnan(score.value)
            assert score.reason == reason
