"""Rolls: songs on a grid, sparse and dense."""

from __future__ import annotations

import numpy as np
import pytest

from popgen_core.errors import SongError
from popgen_core.music import (
    BeatGrid,
    Roll,
    RollSpec,
    SecondsGrid,
    Song,
    Track,
    notes_from,
    roll_from_song,
    rows,
    song_from_roll,
)
from popgen_core.music.song import TEMPO

SPEC = RollSpec(("drums", "lead"))
PER_BEAT = BeatGrid(4)  # 120 ticks a frame
A0, C8 = 21, 108


def roll(*notes: tuple[int, int, int, int], group: str = "lead", grid: SecondsGrid | BeatGrid = PER_BEAT) -> Roll:
    track = Track(group, 0, group == "drums", notes_from(notes))
    return roll_from_song(Song(480, (track,)), grid, SPEC)


def test_an_onset_goes_to_the_nearest_frame_and_keeps_its_distance() -> None:
    events = roll((130, 240, 60, 127), (175, 240, 72, 127)).events
    assert events["frame"].tolist() == [1, 1]
    assert events["pitch"].tolist() == [60 - A0, 72 - A0]
    assert events["offset"].tolist() == pytest.approx([10 / 120, 55 / 120])
    assert events["duration"].tolist() == [0.25, 0.25]


def test_the_last_frame_is_the_one_before_the_nearest_to_the_end() -> None:
    assert roll((0, 120, 60, 64)).events["last"].tolist() == [0]
    assert roll((0, 480, 60, 64)).events["last"].tolist() == [3]
    assert roll((0, 545, 60, 64)).events["last"].tolist() == [4]


def test_a_note_shorter_than_a_frame_sounds_in_one() -> None:
    made = roll((0, 1, 60, 64))
    assert made.events["last"].tolist() == [0]
    assert made.dense().active.sum() == 1


def test_velocity_is_a_share_of_127() -> None:
    assert roll((0, 120, 60, 127)).events["velocity"].tolist() == [1.0]
    assert roll((0, 120, 60, 1)).events["velocity"].tolist() == pytest.approx([1 / 127])


def test_a_held_note_and_a_repeated_one_differ_in_their_onsets_alone() -> None:
    held, repeated = roll((0, 480, 60, 64)).dense(), roll((0, 240, 60, 64), (240, 240, 60, 64)).dense()
    assert (held.active == repeated.active).all()
    assert held.onset[:, 1, 60 - A0].tolist() == [True, False, False, False]
    assert repeated.onset[:, 1, 60 - A0].tolist() == [True, False, True, False]


def test_overlapping_notes_of_one_pitch_sound_until_the_later_end() -> None:
    dense = roll((0, 960, 60, 64), (120, 240, 60, 64)).dense()
    assert dense.active[:, 1, 60 - A0].tolist() == [True] * 8


def test_of_two_onsets_in_one_cell_the_loudest_is_seen_and_the_other_counted() -> None:
    dense = roll((0, 120, 60, 100), (10, 240, 60, 30)).dense()
    assert dense.merged == 1
    assert dense.velocity[0, 1, 60 - A0] == pytest.approx(100 / 127)
    assert dense.duration[0, 1, 60 - A0] == pytest.approx(0.125)
    assert dense.onset.sum() == 1


def test_dense_values_stand_at_onsets_only() -> None:
    dense = roll((0, 480, 60, 64)).dense()
    for values in (dense.velocity, dense.duration):
        assert np.flatnonzero(values[:, 1, 60 - A0]).tolist() == [0]
        assert (values.sum(axis=(1, 2)) == values[:, 1, 60 - A0]).all()


def test_a_window_holds_what_sounds_in_it_counted_from_its_start() -> None:
    made = roll((0, 480, 60, 64), (480, 480, 62, 64), (960, 480, 64, 64), (240, 240, 50, 64))
    window = made.window(3, 8)
    assert window["pitch"].tolist() == [60 - A0, 50 - A0, 62 - A0]
    assert window["frame"].tolist() == [-3, -1, 1]
    assert window["last"].tolist() == [0, 0, 4]
    assert made.window(4, 8)["pitch"].tolist() == [62 - A0]


def test_a_note_begun_before_the_window_sounds_in_it_without_an_onset() -> None:
    dense = roll((0, 960, 60, 64)).dense(2, 5)
    assert dense.onset.sum() == 0
    assert dense.active[:, 1, 60 - A0].tolist() == [True, True, True]
    assert dense.merged == 0


def test_a_window_past_the_end_is_silent() -> None:
    dense = roll((0, 480, 60, 64)).dense(2, 6)
    assert dense.active[:, 1, 60 - A0].tolist() == [True, True, False, False]


@pytest.mark.parametrize(
    ("pitch", "folded_to"),
    [(A0, A0), (A0 - 1, 32), (9, A0), (8, 32), (0, 24), (C8, C8), (C8 + 1, 97), (120, 108), (121, 97), (127, 103)],
)
def test_pitches_outside_the_keyboard_fold_by_octaves(pitch: int, folded_to: int) -> None:
    made = roll((0, 120, pitch, 64))
    assert made.events["pitch"].tolist() == [folded_to - A0]
    assert made.counts == {"folded": int(pitch != folded_to), "dropped": 0, "out_of_range": int(pitch != folded_to)}


def test_drums_outside_the_keyboard_are_dropped_and_counted() -> None:
    made = roll((0, 120, A0 - 1, 64), (0, 120, 36, 64), (0, 120, C8 + 1, 64), group="drums")
    assert made.events["pitch"].tolist() == [36 - A0]
    assert made.counts == {"folded": 0, "dropped": 2, "out_of_range": 2}


def test_pitches_outside_the_keyboard_are_dropped_where_that_is_asked() -> None:
    lead = Track("lead", 0, False, notes_from([(0, 120, A0 - 1, 64), (0, 120, A0, 64), (120, 120, C8 + 1, 64)]))
    drums = Track("drums", 0, True, notes_from([(0, 120, A0 - 1, 64), (0, 120, 36, 64)]))
    dropped = roll_from_song(Song(480, (lead, drums)), PER_BEAT, SPEC, pitches="drop")
    assert dropped.events["pitch"].tolist() == [36 - A0, 0]
    assert dropped.counts == {"folded": 0, "dropped": 3, "out_of_range": 3}
    folded = roll_from_song(Song(480, (lead, drums)), PER_BEAT, SPEC, pitches="fold")
    assert folded.events["pitch"].tolist() == [36 - A0, 0, 32 - A0, 97 - A0]
    assert folded.counts == {"folded": 2, "dropped": 1, "out_of_range": 3}


def test_a_roll_of_less_than_an_octave_folds_nothing() -> None:
    lead = Track("lead", 0, False, notes_from([(0, 120, 60, 64), (0, 120, 72, 64)]))
    made = roll_from_song(Song(480, (lead,)), PER_BEAT, RollSpec(("lead",), pitches=11, lowest=60))
    assert made.events["pitch"].tolist() == [0]
    assert made.counts == {"folded": 0, "dropped": 1, "out_of_range": 1}


def test_events_are_sorted_by_frame_group_and_pitch() -> None:
    lead = Track("lead", 0, False, notes_from([(0, 120, 70, 64), (0, 120, 60, 64), (120, 120, 50, 64)]))
    drums = Track("drums", 0, True, notes_from([(0, 120, 36, 64), (120, 120, 38, 64)]))
    events = roll_from_song(Song(480, (lead, drums)), PER_BEAT, SPEC).events
    assert events["group"].tolist() == [0, 1, 1, 0, 1]
    assert (events["pitch"] + A0).tolist() == [36, 60, 70, 38, 50]


def test_each_track_of_a_song_keeps_its_own_notes_and_values() -> None:
    lead = Track("lead", 0, False, notes_from([(0, 480, 60, 127)]))
    drums = Track("drums", 0, True, notes_from([(130, 60, 36, 1)]))
    for tracks in ((lead, drums), (drums, lead), (lead, Track("drums", 0, True), drums)):
        events = roll_from_song(Song(480, tracks), PER_BEAT, SPEC).events
        assert events["group"].tolist() == [1, 0]
        assert events["last"].tolist() == [3, 1]
        assert events["velocity"].tolist() == [1.0, pytest.approx(1 / 127)]
        assert events["duration"].tolist() == [0.5, 0.0625]
        assert events["offset"].tolist() == [0.0, pytest.approx(10 / 120)]


def test_of_two_notes_in_one_cell_the_earlier_track_comes_first() -> None:
    one = Track("lead", 0, False, notes_from([(0, 120, 60, 10)]))
    two = Track("lead", 0, False, notes_from([(0, 240, 60, 20)]))
    assert roll_from_song(Song(480, (one, two)), PER_BEAT, SPEC).events["last"].tolist() == [0, 1]
    assert roll_from_song(Song(480, (two, one)), PER_BEAT, SPEC).events["last"].tolist() == [1, 0]


def test_a_tempo_change_inside_a_note_changes_its_seconds_and_not_its_beats() -> None:
    lead = Track("lead", 0, False, notes_from([(0, 960, 60, 64), (960, 480, 62, 64)]))
    slowing = Song(480, (lead,), tempos=rows(TEMPO, [(0, 500_000), (480, 1_000_000)]))  # second beat: a second
    beats = roll_from_song(slowing, PER_BEAT, SPEC).events
    assert beats["frame"].tolist() == [0, 8]
    assert beats["last"].tolist() == [7, 11]
    assert beats["duration"].tolist() == [1.5, 1.0]
    seconds = roll_from_song(slowing, SecondsGrid(20), SPEC).events
    assert seconds["frame"].tolist() == [0, 30]
    assert seconds["last"].tolist() == [29, 49]
    assert seconds["duration"].tolist() == [1.5, 1.0]


def test_a_track_of_no_group_is_refused_with_the_groups_there_are() -> None:
    with pytest.raises(SongError, match="'piano' is none of the groups drums, lead"):
        roll(group="piano")


def test_a_song_without_notes_makes_a_roll_without_frames() -> None:
    assert roll_from_song(Song(480, ()), PER_BEAT, RollSpec(())).frames == 0
    made = roll_from_song(Song(480, ()), PER_BEAT, SPEC)
    assert (made.frames, len(made.events)) == (0, 0)
    assert made.dense(0, 4).active.sum() == 0


def test_a_note_without_length_comes_back_without_one() -> None:
    made = roll((120, 0, 60, 64), (240, 1, 60, 64))
    back = song_from_roll(made, Song(480, ()), [Track("drums", 0, True), Track("lead", 5, False)])
    assert back.tracks[1].notes["length_ticks"].tolist() == [0, 1]


def test_a_note_that_a_model_made_shorter_than_a_tick_lasts_one() -> None:
    made = roll((120, 120, 60, 64))
    made.events["duration"] = 1e-5
    back = song_from_roll(made, Song(480, ()), [Track("drums", 0, True), Track("lead", 5, False)])
    assert back.tracks[1].notes["length_ticks"].tolist() == [1]
    assert (back.tracks[1].program, back.tracks[1].is_drum) == (5, False)


def test_velocities_out_of_range_become_the_nearest_that_midi_has() -> None:
    made = roll((0, 120, 60, 64), (120, 120, 60, 64))
    made.events["velocity"] = [0.0, 1.7]
    back = song_from_roll(made, Song(480, ()), [Track("drums", 0, True), Track("lead", 5, False)])
    assert back.tracks[1].notes["velocity"].tolist() == [1, 127]
