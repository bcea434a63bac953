"""What goes out as MIDI or onto a grid comes back as it was."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from popgen_core.errors import MidiError
from popgen_core.music import (
    BeatGrid,
    Marker,
    RollSpec,
    SecondsGrid,
    Song,
    Track,
    notes_from,
    roll_from_song,
    rows,
    song_from_midi,
    song_from_roll,
    song_to_midi,
)
from popgen_core.music.meta import add_text, find_text, variable_length
from popgen_core.music.song import BEND, CONTROL, KEY, METER, TEMPO

TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=8)
TICK = st.integers(0, 100_000)


def one_a_tick(dtype: Any, *fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    row = st.tuples(TICK, *fields)
    return st.lists(row, max_size=4, unique_by=lambda made: made[0]).map(lambda made: rows(dtype, sorted(made)))


@st.composite
def tracks(draw: st.DrawFn) -> Track:
    """Notes of one pitch follow each other without overlap: what MIDI can tell apart."""
    notes = []
    for pitch in draw(st.lists(st.integers(0, 127), min_size=1, max_size=3, unique=True)):
        tick = 0
        for gap, length in draw(st.lists(st.tuples(TICK, st.integers(1, 10_000)), min_size=1, max_size=4)):
            notes.append((tick + gap, length, pitch, draw(st.integers(1, 127))))
            tick += gap + length
    controls = one_a_tick(CONTROL, st.integers(0, 119), st.integers(0, 127))
    bends = one_a_tick(BEND, st.integers(-8192, 8191))
    return Track(
        draw(TEXT), draw(st.integers(0, 127)), draw(st.booleans()), notes_from(notes), draw(controls), draw(bends)
    )


SONGS = st.builds(
    Song,
    ticks_per_quarter=st.integers(1, 32767),
    tracks=st.lists(tracks(), max_size=18).map(tuple),
    tempos=one_a_tick(TEMPO, st.integers(30_000, 2**24 - 1)),
    meters=one_a_tick(METER, st.integers(1, 64), st.sampled_from([1, 2, 4, 8, 16, 32, 64])),
    keys=one_a_tick(KEY, st.integers(-7, 7), st.booleans()),
    markers=st.lists(st.builds(Marker, TICK, TEXT.filter(bool)), max_size=3, unique_by=lambda marker: marker.tick).map(
        lambda made: tuple(sorted(made, key=lambda marker: marker.tick))
    ),
    provenance=st.one_of(st.just(""), st.text(max_size=300).map(lambda text: f"popgen:{text}")).filter(
        lambda text: text.isprintable()
    ),
)


def same_track(one: Track, other: Track) -> bool:
    pairs = ((one.notes, other.notes), (one.controls, other.controls), (one.bends, other.bends))
    named = (one.name, one.program, one.is_drum) == (other.name, other.program, other.is_drum)
    return named and all(mine.tobytes() == its.tobytes() for mine, its in pairs)


def assert_same(one: Song, other: Song) -> None:
    for name in ("tempos", "meters", "keys"):
        assert getattr(one, name).tolist() == getattr(other, name).tolist()
    assert (one.ticks_per_quarter, one.markers, one.provenance) == (
        other.ticks_per_quarter,
        other.markers,
        other.provenance,
    )
    assert len(one.tracks) == len(other.tracks)
    assert all(map(same_track, one.tracks, other.tracks))


@settings(max_examples=80, deadline=None, derandomize=True)
@given(SONGS)
def test_a_song_comes_back_from_midi_as_it_went(song: Song) -> None:
    assert_same(song, song_from_midi(song_to_midi(song)))


@settings(max_examples=80, deadline=None, derandomize=True)
@given(SONGS, st.sampled_from([SecondsGrid(20), SecondsGrid(1), SecondsGrid(1000), BeatGrid(4), BeatGrid(1)]))
def test_a_song_comes_back_from_any_grid_to_the_tick(song: Song, grid: SecondsGrid | BeatGrid) -> None:
    named = tuple(Track(f"g{i}", t.program, t.is_drum, t.notes) for i, t in enumerate(song.tracks))
    song = replace(song, tracks=named)
    spec = RollSpec(tuple(track.name for track in named), pitches=128, lowest=0)
    assert_same(song, song_from_roll(roll_from_song(song, grid, spec), song, named))


def test_the_same_song_makes_the_same_bytes() -> None:
    song = Song(480, (Track("lead", 0, False, notes_from([(0, 480, 60, 64)])),), provenance="popgen: test")
    assert song_to_midi(song) == song_to_midi(song_from_midi(song_to_midi(song)))


def test_marks_of_a_song_without_tracks_stay_in_order() -> None:
    """symusic 0.6.0 writes them with negative deltas when there is no track."""
    song = Song(
        480, (), rows(TEMPO, [(0, 600_000), (960, 400_000)]), rows(METER, [(0, 3, 4)]), rows(KEY, [(480, 1, 0)])
    )
    assert_same(song, song_from_midi(song_to_midi(song)))


def test_overlapping_notes_of_one_pitch_keep_their_starts_and_their_ends() -> None:
    song = Song(480, (Track("lead", 0, False, notes_from([(0, 960, 60, 64), (240, 240, 60, 100)])),))
    notes = song_from_midi(song_to_midi(song)).tracks[0].notes
    assert notes["start_tick"].tolist() == [0, 240]
    assert sorted(notes["start_tick"] + notes["length_ticks"]) == [480, 960]


def test_bytes_that_do_not_parse_are_refused() -> None:
    with pytest.raises(MidiError) as refused:
        song_from_midi(b"MThd" + bytes(20))
    assert refused.value.reason == "does-not-parse"


@pytest.mark.parametrize(
    ("value", "encoded"),  # the examples of the Standard MIDI File specification
    [
        (0, "00"),
        (0x40, "40"),
        (0x7F, "7f"),
        (0x80, "8100"),
        (0x2000, "c000"),
        (0x3FFF, "ff7f"),
        (0xFFFFFFF, "ffffff7f"),
    ],
)
def test_lengths_are_written_as_the_specification_has_them(value: int, encoded: str) -> None:
    assert variable_length(value).hex() == encoded


def test_a_text_is_found_by_its_prefix_among_others() -> None:
    midi = song_to_midi(Song(480, ()))
    both = add_text(add_text(midi, "popgen: made by " + "ü" * 200), "other: \u00ff\u0001 text")
    assert find_text(both, "popgen:") == "popgen: made by " + "ü" * 200
    assert find_text(both, "nobody:") == ""
    assert find_text(both[: both.index(b"popgen:") - 1], "popgen:") == ""


def test_a_song_of_one_track_is_a_file_of_type_1() -> None:
    midi = song_to_midi(Song(480, (Track("bass", 33, False, notes_from([(0, 480, 40, 90)])),)))
    assert midi[8:10] == b"\x00\x01"
    assert [track.name for track in song_from_midi(midi).tracks] == ["bass"]
