"""A generated song is dressed for a DAW; what a user gave stays event for event."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from popgen_core.errors import SongError
from popgen_core.music.fitted import fitted_between
from popgen_core.music.midi import song_from_midi, song_to_midi
from popgen_core.music.song import CONTROL, KEY, METER, Marker, Song, Track, notes_from, rows
from popgen_core.plan.dressed import Dressing, DressingError, Place, dressed, fifths_of, section_names
from popgen_core.plan.plan import NO_CHORD, Chord, Key, Plan, Section

BAR = 1920
C, AM = Chord(0), Chord(9, "min")
SECTIONS = (
    Section("verse", 2, key=Key(0)),
    Section("chorus", 1, key=Key(10)),
    Section("verse", 1, key=Key(3, "minor")),
)
PLAN = Plan(SECTIONS, (C, C, C, AM, None, NO_CHORD, C, C), (None,) * 4)


def track(name: str, *notes: tuple[int, int, int, int], program: int = 5, is_drum: bool = False) -> Track:
    return Track(name, program, is_drum, notes_from(notes))


def song(*tracks: Track, **marks: Any) -> Song:
    """Four bars of 4/4 that end with the marker `end`."""
    return Song(480, tracks, markers=(Marker(4 * BAR, "end"),), **marks)


BASS = track("bass", (0, 100, 40, 90))


def notes_of(made: Song, name: str = "bass") -> list[tuple[int, ...]]:
    return [tuple(note) for part in made.tracks if part.name == name for note in part.notes.tolist()]


def test_each_group_has_the_program_of_the_corpus_unless_the_user_chose_another() -> None:
    band = song(BASS, track("lead"), track("strings"), track("drums", is_drum=True), track("kazoo"))
    made = dressed(band, PLAN, Dressing(programs={"bass": 34, "lead": 81}, chosen={"lead": 30, "drums": 32}))
    # of the strings nobody said anything: 48 is a string ensemble; a group of another name keeps what it has
    assert [part.program for part in made.tracks] == [34, 30, 48, 32, 5]


def test_volume_and_pan_come_first_on_the_stage_that_was_asked_for() -> None:
    moved = replace(BASS, controls=rows(CONTROL, [(0, 7, 1), (0, 64, 127), (9, 7, 50)]))
    made = dressed(song(moved), PLAN, Dressing(stage={"bass": Place(pan=70, volume=90)}))
    assert made.tracks[0].controls.tolist() == [(0, 7, 90), (0, 10, 70), (0, 64, 127), (9, 7, 50)]


def test_sections_are_named_at_their_bar_lines_and_numbered_where_a_name_comes_again() -> None:
    made = dressed(song(BASS, meters=rows(METER, [(0, 4, 4), (BAR, 3, 4)])), PLAN, Dressing())
    # one bar of four quarters, then bars of three
    named = [(0, "verse 1"), (BAR + 1440, "chorus"), (BAR + 2 * 1440, "verse 2"), (4 * BAR, "end")]
    assert [(marker.tick, marker.text) for marker in made.markers] == named


def test_keys_become_signatures_where_they_change() -> None:
    made = dressed(song(BASS), PLAN, Dressing())
    assert made.keys.tolist() == [(0, 0, False), (2 * BAR, -2, False), (3 * BAR, -6, True)]
    same = Plan((SECTIONS[0], SECTIONS[0]), (None,) * 8, (None,) * 4)
    assert dressed(song(BASS), same, Dressing()).keys.tolist() == [(0, 0, False)]


def test_signatures_of_all_keys_have_six_flats_or_sharps_at_most() -> None:
    #                                          C  Db  D  Eb  E  F  F#  G  Ab A  Bb  B
    assert [fifths_of(Key(tonic)) for tonic in range(12)] == [0, -5, 2, -3, 4, -1, 6, 1, -4, 3, -2, 5]
    #                                                   Cm C#m Dm Ebm Em Fm F#m Gm G#m Am Bbm Bm
    assert [fifths_of(Key(tonic, "minor")) for tonic in range(12)] == [-3, 4, -1, -6, 1, -4, 3, -2, 5, 0, -5, 2]


def test_markers_and_keys_of_the_song_stay_and_the_plan_goes_on_behind_them() -> None:
    mine = replace(
        song(BASS, keys=rows(KEY, [(BAR, 3, False)])), markers=(Marker(0, "Take 2"), Marker(2 * BAR, "Solo"))
    )
    made = dressed(mine, PLAN, Dressing())
    assert [marker.text for marker in made.markers] == ["Take 2", "Solo", "verse 2", "end"]
    assert made.keys.tolist() == [(BAR, 3, False), (2 * BAR, -2, False), (3 * BAR, -6, True)]


def test_a_note_ends_where_the_next_of_its_pitch_begins_and_at_the_song_s_end() -> None:
    bass = track("bass", (0, 900, 40, 90), (480, 480, 40, 80), (480, 960, 41, 70), (4 * BAR - 10, 99, 40, 60))
    cut = [(0, 480, 40, 90), (480, 480, 40, 80), (480, 960, 41, 70), (4 * BAR - 10, 10, 40, 60)]
    assert notes_of(dressed(song(bass), PLAN, Dressing())) == cut
    drums = replace(bass, name="drums", is_drum=True)
    assert notes_of(dressed(song(drums), PLAN, Dressing()), "drums") == cut


def test_of_notes_of_a_pitch_that_begin_together_the_longest_stays_of_these_the_loudest() -> None:
    bass = track("bass", (0, 480, 40, 90), (0, 960, 40, 10), (0, 960, 40, 20), (0, 960, 40, 15), (0, 0, 50, 7))
    assert notes_of(dressed(song(bass), PLAN, Dressing())) == [(0, 960, 40, 20), (0, 1, 50, 7)]


def test_what_was_written_past_the_end_does_not_move_it() -> None:
    lead = track("lead", (4 * BAR - 10, 20, 60, 90))
    assert dressed(song(lead), PLAN, Dressing()).markers[-1] == Marker(4 * BAR, "end")


def test_new_notes_among_kept_ones_give_way_and_the_kept_ones_stay_as_they_are() -> None:
    old = [(0, 2 * BAR, 40, 90), (2 * BAR, 900, 41, 90), (2 * BAR, 900, 41, 80)]
    new = [(BAR, 100, 40, 50), (BAR, 5 * BAR, 41, 50), (BAR, 5 * BAR, 42, 50), (2 * BAR - 5, 50, 40, 50)]
    made = fitted_between(track("bass", *new).notes, track("bass", *old).notes, 3 * BAR)
    # of pitch 40 one still sounds over both new ones; 41 ends where a kept one begins, 42 with the end
    assert made.tolist() == [old[0], (BAR, BAR, 41, 50), (BAR, 2 * BAR, 42, 50), old[1], old[2]]


def test_a_song_without_an_end_ends_with_its_plan_or_at_the_bar_line_after_its_last_note() -> None:
    bare = replace(song(BASS), markers=())
    assert dressed(bare, PLAN, Dressing()).markers[-1] == Marker(4 * BAR, "end")
    assert dressed(bare, None, Dressing()).markers == (Marker(BAR, "end"),)
    longer = replace(bare, tracks=(track("bass", (5 * BAR, 1, 40, 90)),))
    assert dressed(longer, PLAN, Dressing()).markers[-1] == Marker(6 * BAR, "end")


def test_dressing_twice_changes_nothing() -> None:
    bass = track("bass", (0, 900, 40, 90), (480, 480, 40, 80))
    once = dressed(song(bass), PLAN, Dressing())
    assert song_to_midi(dressed(once, PLAN, Dressing())) == song_to_midi(once)


def test_a_dressed_song_comes_back_from_its_file_as_it_went_in() -> None:
    made = dressed(song(BASS, track("drums", (0, 1, 36, 9), is_drum=True)), PLAN, Dressing())
    read = song_from_midi(song_to_midi(made))
    assert (read.markers, read.keys.tolist(), read.meters.tolist()) == (
        made.markers,
        made.keys.tolist(),
        made.meters.tolist(),
    )
    for before, after in zip(made.tracks, read.tracks, strict=True):
        assert (before.name, before.program, before.is_drum) == (after.name, after.program, after.is_drum)
        assert before.notes.tolist() == after.notes.tolist()
        assert before.controls.tolist() == after.controls.tolist()


def test_fifteen_groups_beside_the_drums_have_channels_and_sixteen_have_not() -> None:
    groups = [track(f"group {number}") for number in range(15)]
    drums = [track("drums", is_drum=True), track("more drums", is_drum=True)]
    dressed(song(*groups, *drums), None, Dressing())
    with pytest.raises(DressingError, match="16 groups beside the drums, MIDI has channels for 15"):
        dressed(song(*groups, track("one more")), None, Dressing())


@pytest.mark.parametrize(
    ("dressing", "said"),
    [
        (Dressing(chosen={"lead": 1}), "--program: the song has no lead"),
    ],
)
def test_a_sound_that_nobody_would_hear_is_refused(dressing: Dressing, said: str) -> None:
    with pytest.raises(DressingError, match=said):
        dressed(song(BASS), PLAN, dressing)


def test_a_plan_longer_than_the_song_is_refused() -> None:
    long = Plan((Section("verse", 5),), (None,) * 10, (None,) * 5)
    with pytest.raises(SongError, match="the plan has 5 bars, the song 4"):
        dressed(song(BASS), long, Dressing())


def test_a_section_that_comes_once_has_no_number() -> None:
    assert section_names(PLAN) == ["verse 1", "chorus", "verse 2"]
