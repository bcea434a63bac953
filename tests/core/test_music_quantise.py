"""Quantisation: where notes go, how far, and what stays: swing, short notes, everything that is no note."""

from __future__ import annotations

import numpy as np
import pytest
from pydantic import TypeAdapter, ValidationError

from popgen_core.music import Song, Track, notes_from, rows
from popgen_core.music.quantise import QuantiseConfig, Swing, beat_steps, quantised, swing_of
from popgen_core.music.song import CONTROL, METER

Q = 480
SNAP = QuantiseConfig(resolution=4, strength=1.0)


def song(*notes: tuple[int, int], meters: tuple[tuple[int, int, int], ...] = ((0, 4, 4),)) -> Song:
    """(start, length) in ticks of 480 a quarter."""
    track = Track("lead", 0, False, notes_from([(start, length, 60, 64) for start, length in notes]))
    return Song(Q, (track,), meters=rows(METER, meters))


def spans(made: Song) -> list[tuple[int, int]]:
    return [(int(note["start_tick"]), int(note["length_ticks"])) for note in made.tracks[0].notes]


def playing(*phases: float, beats: int = 16) -> Song:
    """A short note at each of these places of every beat."""
    return song(*[(round((beat + phase) * Q), 40) for beat in range(beats) for phase in phases])


def places_of(made: Song) -> list[int]:
    return sorted({int(tick) % Q for tick in made.tracks[0].notes["start_tick"]})


def test_strength_0_gives_the_song_itself() -> None:
    played = song((13, 100), (131, 100))
    assert quantised(played, QuantiseConfig()) is played


def test_strength_1_puts_onsets_and_ends_on_the_nearest_steps() -> None:
    assert spans(quantised(song((13, 100), (131, 200), (475, 250)), SNAP)) == [(0, 120), (120, 240), (480, 240)]


def test_half_the_strength_goes_half_the_way() -> None:
    assert spans(quantised(song((20, 120)), QuantiseConfig(strength=0.5))) == [(10, 120)]  # 20 to 0, 140 to 120
    assert spans(quantised(song((20, 130)), QuantiseConfig(strength=0.5))) == [(10, 125)]  # 150 to 120


def test_half_way_between_two_steps_belongs_to_the_later() -> None:
    assert spans(quantised(song((60, 120)), SNAP)) == [(120, 120)]


@pytest.mark.parametrize(
    ("resolution", "to"), [(1, [0, 480]), (2, [0, 240]), (3, [0, 160]), (6, [0, 160]), (12, [0, 160]), (48, [0, 170])]
)
def test_the_resolution_says_how_many_steps_a_beat_has(resolution: int, to: list[int]) -> None:
    config = QuantiseConfig(resolution=resolution, strength=1.0)
    odd = {1: 250, 2: 165, 3: 165, 6: 165, 12: 165, 48: 171}[resolution]
    assert [start for start, _ in spans(quantised(song((4, 100), (odd, 300)), config))] == to


@pytest.mark.parametrize("resolution", [3, 6, 12])
def test_triplets_stay_triplets_where_the_resolution_carries_them(resolution: int) -> None:
    made = quantised(playing(0.01, 0.34, 0.66), QuantiseConfig(resolution=resolution, strength=1.0))
    assert places_of(made) == [0, 160, 320]


def test_a_short_note_keeps_its_length_and_an_empty_one_none() -> None:
    assert spans(quantised(song((5, 30), (125, 1), (250, 0)), SNAP)) == [(0, 30), (120, 1), (240, 0)]


def test_a_note_keeps_one_tick_at_least() -> None:
    config = QuantiseConfig(resolution=1, strength=0.99)
    assert all(length >= 1 for _, length in spans(quantised(song((239, 2), (700, 30), (719, 1)), config)))


def test_notes_are_sorted_again_and_none_is_lost() -> None:
    track = Track("lead", 0, False, notes_from([(110, 60, 72, 64), (125, 60, 60, 65)]))
    made = quantised(Song(Q, (track,)), SNAP)
    assert made.tracks[0].notes.tolist() == [(120, 120, 60, 65), (120, 60, 72, 64)]
    assert track.notes["start_tick"].tolist() == [110, 125]  # what was given is never written to


def test_all_but_notes_stays() -> None:
    track = Track("lead", 7, False, notes_from([(13, 100, 60, 64)]), rows(CONTROL, [(13, 64, 127)]))
    made = quantised(Song(Q, (track,), meters=rows(METER, [(0, 3, 4)]), provenance="x"), SNAP)
    assert made.tracks[0].controls.tolist() == [(13, 64, 127)]
    assert (made.tracks[0].program, made.provenance, made.meters.tolist()) == (7, "x", [(0, 3, 4)])


def test_steps_count_from_the_bar_line() -> None:
    sevens = ((0, 7, 8),)  # a bar of 1680 ticks: the second begins between two beats of the first
    config = QuantiseConfig(resolution=1, strength=1.0)
    starts = [
        start for start, _ in spans(quantised(song((1690, 900), (2200, 900), (3300, 900), meters=sevens), config))
    ]
    assert starts == [1680, 2160, 3360]


def test_the_next_bar_line_is_a_step_too() -> None:
    config = QuantiseConfig(resolution=3, strength=1.0)  # steps at 1440, 1600, 1760: none at the line 1680
    assert spans(quantised(song((1650, 500), meters=((0, 7, 8),)), config))[0][0] == 1680
    cut = ((0, 4, 4), (2450, 3, 4))  # the second bar ends where the meter changes
    assert spans(quantised(song((2449, 500), (2411, 500), meters=cut), SNAP))[1][0] == 2450


def test_a_pick_up_bar_does_not_move_the_steps() -> None:
    made = quantised(song((230, 100), (490, 100), meters=((0, 1, 4), (480, 4, 4))), SNAP)
    assert [start for start, _ in spans(made)] == [240, 480]


def test_straight_and_empty_songs_have_no_swing() -> None:
    assert swing_of(playing(0.0, 0.5)) == Swing(0.5, 0.5)
    assert swing_of(playing(0.0, 0.25, 0.5, 0.75)) == Swing(0.5, 0.5)
    assert swing_of(Song(Q, ())) == Swing(0.5, 0.5)
    assert swing_of(playing(0.0, 0.6, beats=7)) == Swing(0.5, 0.5)  # seven off-beat notes say too little


@pytest.mark.parametrize("place", [0.55, 0.6, 2 / 3])
def test_swung_eighths_are_found_where_they_fall(place: float) -> None:
    swing = swing_of(playing(0.0, place))
    assert swing.eighth == pytest.approx(place, abs=1 / Q)
    assert swing.sixteenth == 0.5


def test_swung_sixteenths_are_found_where_they_fall() -> None:
    swing = swing_of(playing(0.0, 0.3, 0.5, 0.8))
    assert (swing.eighth, swing.sixteenth) == (0.5, pytest.approx(0.6, abs=2 / Q))


def test_playing_late_is_not_swing() -> None:
    assert swing_of(playing(0.04, 0.54)).eighth == 0.5
    assert swing_of(playing(0.03, 0.63)).eighth == pytest.approx(0.6, abs=2 / Q)


def test_a_song_half_straight_and_half_in_triplets_counts_as_straight() -> None:
    mixed = song(*[(beat * Q + place, 40) for beat in range(16) for place in ((0, 240), (0, 160, 320))[beat % 2]])
    assert swing_of(mixed) == Swing(0.5, 0.5)


def test_dotted_rhythms_are_not_swing() -> None:
    assert swing_of(playing(0.0, 0.75)) == Swing(0.5, 0.5)
    assert swing_of(playing(0.0, 0.71)) == Swing(0.5, 0.5)
    assert swing_of(playing(0.0, 0.6, 0.75, 0.77)).eighth == pytest.approx(0.6, abs=1 / Q)


def test_off_beats_a_hair_late_are_straight() -> None:
    assert swing_of(playing(0.0, 0.52)) == Swing(0.5, 0.5)


def test_swung_eighths_are_never_dragged_to_straight_ones() -> None:
    for place in (0.56, 0.6, 0.66):
        for resolution in (2, 4, 6, 8, 12):
            made = quantised(playing(0.02, place), QuantiseConfig(resolution=resolution, strength=1.0))
            assert places_of(made) == [0, pytest.approx(place * Q, abs=10)], (place, resolution)


def test_swing_is_made_straight_where_that_is_asked() -> None:
    config = QuantiseConfig(resolution=2, strength=1.0, keep_swing=False)
    assert places_of(quantised(playing(0.0, 0.6), config)) == [0, 240]


def test_halves_of_a_swung_beat_are_stretched_as_a_whole() -> None:
    assert beat_steps(4, Swing(eighth=0.6)).tolist() == pytest.approx([0, 0.3, 0.6, 0.8, 1])
    assert beat_steps(4, Swing(sixteenth=0.6)).tolist() == pytest.approx([0, 0.3, 0.5, 0.8, 1])
    assert beat_steps(2, Swing(sixteenth=0.6)).tolist() == [0, 0.5, 1]


def test_steps_of_triplets_stay_and_swung_ones_move() -> None:
    assert beat_steps(6, Swing(eighth=0.6)).tolist() == pytest.approx([0, 1 / 6, 1 / 3, 0.6, 2 / 3, 5 / 6, 1])
    moved = beat_steps(12, Swing(sixteenth=0.6))
    assert moved.tolist() == pytest.approx(sorted([0, 1, 2, 3.6, 4, 5, 6, 7, 8, 9.6, 10, 11, 12]) / np.float64(12))
    assert beat_steps(3, Swing(eighth=0.6)).tolist() == pytest.approx([0, 1 / 3, 2 / 3, 1])


@pytest.mark.parametrize("resolution", range(1, 49))
def test_every_onset_lies_on_a_step(resolution: int) -> None:
    drawn = np.random.default_rng(resolution).integers(0, 40 * Q, 200)
    played = song(*[(int(tick), 100) for tick in drawn])
    made = quantised(played, QuantiseConfig(resolution=resolution, strength=1.0))
    steps = beat_steps(resolution, swing_of(played)) * Q
    assert all(np.abs(steps - place).min() <= 0.5 + 1e-6 for place in places_of(made))


@pytest.mark.parametrize("wrong", [{"resolution": 0}, {"resolution": 49}, {"strength": -0.1}, {"strength": 1.1}])
def test_settings_out_of_range_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(QuantiseConfig).validate_python(wrong)
