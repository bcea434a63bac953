"""Groupers keep their laws: every note once, names first, no trace of the tracks' order, overlaps kept."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest

from popgen_core.contracts.settings import read_settings, settings_of
from popgen_core.groupers import GROUPS, Program, Seven
from popgen_core.groupers.general_midi import PROGRAMS, said
from popgen_core.groupers.names import groups_of_name
from popgen_core.music import Song, Track, notes_from
from popgen_core.songwriter import write_songs


def track(name: str = "", program: int = 0, pitch: int = 60, *, is_drum: bool = False) -> Track:
    return Track(name, program, is_drum, notes_from([(0, 480, pitch, 80), (480, 480, pitch + 2, 80)]))


def group_of(one: Track, **options: bool) -> str | None:
    return Seven(Seven.Config(**options)).group(Song(480, (one,))).placements[0].group


def all_notes(song: Song) -> Counter[tuple[int, ...]]:
    return Counter(tuple(map(int, note)) for each in song.tracks for note in each.notes)


@pytest.fixture(scope="module")
def bare() -> list[Song]:
    """Songs of the songwriter whose names and programs are hidden."""
    return [
        replace(song, tracks=tuple(replace(each, name="", program=0) for each in song.tracks))
        for song in write_songs(12, 2026)
    ]


def test_every_note_is_in_exactly_one_group(bare: list[Song]) -> None:
    for song in bare:
        grouping = Seven().group(song)
        assert grouping.dropped == 0
        assert all_notes(grouping.song) == all_notes(song)


def test_grouping_a_grouped_song_changes_nothing(bare: list[Song]) -> None:
    for song in bare:
        once = Seven().group(song).song
        twice = Seven().group(once).song
        assert [each.name for each in twice.tracks] == [each.name for each in once.tracks]
        for before, after in zip(once.tracks, twice.tracks, strict=True):
            assert np.array_equal(before.notes, after.notes)


def test_the_order_of_tracks_leaves_no_trace(bare: list[Song]) -> None:
    rng = np.random.default_rng(3)
    for song in bare:
        shuffled = replace(song, tracks=tuple(song.tracks[at] for at in rng.permutation(len(song.tracks))))
        for before, after in zip(Seven().group(song).song.tracks, Seven().group(shuffled).song.tracks, strict=True):
            assert before.name == after.name
            assert np.array_equal(before.notes, after.notes)


def test_two_tracks_with_the_same_note_at_the_same_time_keep_both() -> None:
    first = Track("Piano", 0, False, notes_from([(0, 480, 60, 80), (480, 240, 60, 70)]))
    second = Track("Rhodes", 4, False, notes_from([(0, 960, 60, 80), (0, 480, 60, 50)]))
    for pair in permutations((first, second)):
        [chords] = Seven().group(Song(480, pair)).song.tracks
        assert chords.notes.tolist() == [(0, 480, 60, 50), (0, 480, 60, 80), (0, 960, 60, 80), (480, 240, 60, 70)]


def test_a_merged_group_has_the_program_of_its_busiest_track() -> None:
    busy = Track("Rhodes", 4, False, notes_from([(tick, 100, 60, 80) for tick in range(0, 900, 100)]))
    [chords] = Seven().group(Song(480, (track("Piano", 0), busy))).song.tracks
    assert (chords.name, chords.program) == ("chords", 4)


@pytest.mark.parametrize("group", GROUPS)
def test_a_track_named_after_a_group_goes_there_whatever_else_it_is(group: str) -> None:
    assert group_of(track(group, 33, 30, is_drum=True), names=False) == group
    assert Program().group(Song(480, (track(group, 33),))).placements[0].group == group


def test_the_drum_channel_beats_a_descriptive_name() -> None:
    assert group_of(track("Piano", is_drum=True)) == "drums"


def test_a_song_without_notes_and_an_empty_track_are_grouped_without_complaint() -> None:
    assert Seven().group(Song(480, ())).song.tracks == ()
    empty = Seven().group(Song(480, (Track("", 33, False), track())))
    assert [placement.group for placement in empty.placements] == ["bass", "chords"]
    assert [each.name for each in empty.song.tracks] == ["chords"]


def test_names_off_reads_no_name_and_roles_off_hears_nothing(bare: list[Song]) -> None:
    assert group_of(track("Rhythm Guitar", 48)) == "chords"
    assert group_of(track("Rhythm Guitar", 48), names=False) == "strings"
    deaf = Seven(Seven.Config(roles=False))
    for song in bare:
        assert {placement.group for placement in deaf.group(song).placements} == {"drums", "chords"}


def test_a_recipe_without_options_gets_both_settings() -> None:
    config, errors = read_settings(Seven.Config, {}, "grouper")
    assert errors == []
    assert settings_of(config) == {"names": True, "roles": True}


SAYS = {
    "drums": "Drums|drum kit|Drumkit (MIDI)|Standard Kit|Kick|Hi-Hat|Snare Drum|Bass Drum 1|Schlagzeug|Batería|drm|Kit",
    "bass": "Bass|E-Bass|Fretless Bs.|Electric Bass (finger)|Synth Bass 1|BassSynth|Bass Guitar|Baixo 01|basu|Basse",
    "chords": "Piano|Pno|Klavier|Rhodes Piano|E. Piano|Rhythm Guitar|Rhyth Guit L|GuitarChords|strummed gtr|Keys",
    "guitar": "Lead Guitar|LeadGuitar|Guitar Solo|Lead Gtr 2|Arpeggio|Arp|Guitar Riff",
    "strings": "Strings|Synth Strings 2|Streicher|Cordas|Warm Pad|Choir Aahs|String Ensemble 1",
    "lead": "Melody|Melodie|Lead|Ld|Vocals|Lead Vocal|Gesang|Solo|Piano Melody|Jazz Guitar (melody)|merodi",
    "others": "FX 5 (brightness)|Orchestra Hit|Applause",
}


LIES = ["", "untitled", "Track 3", "Bass clef", "Staff-1", "MIDI out #3", "(c) 1998", "© Anna Bass", "Piano by J. Doe"]
LIES += ["drums.mid", "me@drums.org", "http://bass.com", "The Night The Drums Came Down Again", "\x1b[31m"]
LIES += ["Steel Drums", "Taiko Drum", "Square Lead", "Lead 8 (Bass + Lead)"]


@pytest.mark.parametrize(("group", "name"), [(group, name) for group in SAYS for name in SAYS[group].split("|")])
def test_descriptive_names_are_understood(group: str, name: str) -> None:
    assert groups_of_name(name) == (group,)


def test_a_name_that_leaves_it_open_says_so() -> None:
    for name in ("Guitar", "AGtr", "E-Git", "Overdrive Guitar", "Gitarre 1"):
        assert groups_of_name(name) == ("guitar", "chords")
    assert groups_of_name("Violin I") == ("strings", "lead")
    assert groups_of_name("Bass Clarinet") == ("lead", "others")
    assert groups_of_name("Alto Sax") == ("lead", "others")
    assert groups_of_name("Backing Vocals") == ("strings", "others")


@pytest.mark.parametrize("name", LIES)
def test_a_name_that_tells_nothing_or_lies_is_not_believed(name: str) -> None:
    assert groups_of_name(name) == ()


def test_an_open_name_holds_the_role_to_its_groups() -> None:
    pad = notes_from([(4 * 480 * bar, 1900, pitch, 70) for bar in range(16) for pitch in (72, 76, 79)])
    assert group_of(Track("", 48, False, pad)) == "strings"
    assert group_of(Track("Guitar", 48, False, pad)) == "chords"
    assert group_of(Track("Guitar", 48, False, pad), roles=False) == "guitar"


def test_programs_are_called_by_their_general_midi_names() -> None:
    assert len(PROGRAMS) == 128
    assert (PROGRAMS[0], PROGRAMS[33], PROGRAMS[127]) == ("Acoustic Grand Piano", "Electric Bass (finger)", "Gunshot")
    assert said(80) == "program 80 (Lead 1 (square))"
