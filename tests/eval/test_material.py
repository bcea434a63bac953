"""What a piece is made of, on songs small enough to count."""

import math
from dataclasses import replace

import pytest

from popgen_core.analysis.piece import Piece
from popgen_core.music.song import TEMPO, Song, Track, notes_from, rows
from popgen_eval.metrics.material import Material


def material(*tracks: Track, bpm: float = 120) -> dict[str, float]:
    song = Song(480, tracks, rows(TEMPO, [(0, round(60e6 / bpm))]))
    return {name: score.value for name, score in Material().score(Piece(song)).items()}


def loud(track: Track, *velocities: int) -> Track:
    notes = track.notes.copy()
    notes["velocity"] = [velocities[at % len(velocities)] for at in range(len(notes))]
    return replace(track, notes=notes)


def test_a_machine_has_neither_range_nor_spread_of_velocity(track) -> None:
    found = material(track("lead", (0, 240, 60), (480, 240, 60)))
    assert found["velocity_range"] == found["velocity_spread"] == 0.0


def test_velocity_by_hand(track) -> None:
    lead = loud(track("lead", *((480 * beat, 240, 60) for beat in range(4))), 80, 100)  # sd 10, 48 notes
    bass = loud(track("bass", (0, 240, 36), bars=27), 50)  # sd 0, 27 notes
    found = material(lead, bass)
    assert found["velocity_range"] == 50.0
    assert found["velocity_spread"] == pytest.approx(10 * math.sqrt(48) / (math.sqrt(48) + math.sqrt(27)))


def test_groups_of_few_notes_have_no_spread() -> None:
    few = Track("lead", 0, False, notes_from((bar * 1920, 240, 60, 60 + bar) for bar in range(15)))
    found = Material().score(Piece(Song(480, (few,))))
    assert found["velocity_range"].value == 14.0
    assert found["velocity_spread"].reason == "no group has 16 notes (drums 32)"


@pytest.mark.parametrize(
    ("group", "low", "high"),
    [("bass", 21, 67), ("guitar", 33, 88), ("drums", 35, 81), ("chords", 21, 108), ("kazoo", 21, 108)],
)
def test_the_ends_of_a_range_are_in_it_and_a_semitone_more_is_not(track, group: str, low: int, high: int) -> None:
    inside, outside = [(0, 240, low), (480, 240, high)], [(960, 240, low - 1), (1440, 240, high + 1)]
    assert material(track(group, *inside))["pitch_range_violations"] == 0.0
    assert material(track(group, *inside, *outside))["pitch_range_violations"] == 0.5


def test_violations_are_a_share_of_all_notes(track) -> None:
    lead = track("lead", *((480 * beat, 240, 60) for beat in range(3)))
    assert material(lead, track("bass", (0, 240, 20)))["pitch_range_violations"] == 0.25


def test_silence_is_the_time_in_which_nothing_sounds(track) -> None:
    lead = track("lead", (0, 480, 60))
    assert material(lead)["silence"] == 0.75
    assert material(lead, track("bass", (240, 480, 36)))["silence"] == 0.625  # half of it beside the lead


def test_a_drum_hit_rings_for_a_beat_however_short_its_note(track) -> None:
    assert material(track("drums", (0, 1, 36), (960, 1, 38)))["silence"] == 0.5
    assert material(track("drums", (0, 960, 36)))["silence"] == 0.5


def test_density_is_notes_a_second(track) -> None:
    tracks = track("lead", (0, 240, 60), (480, 240, 60)), track("drums", (0, 60, 36), (960, 60, 36))
    assert material(*tracks)["density"] == pytest.approx(4 / 2)  # four notes in a bar of two seconds
    assert material(*tracks, bpm=60)["density"] == pytest.approx(1.0)
