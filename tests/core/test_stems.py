"""Stems line up under each other and hold what the song holds; files end where the song does; sounds have names."""

from __future__ import annotations

import io
import re
from collections import Counter

import mido
import pytest

from popgen_core.errors import SongError
from popgen_core.groupers import general_midi
from popgen_core.music.general_midi_names import PROGRAMS, ProgramError, program_of, programs_from
from popgen_core.music.midi import song_to_midi
from popgen_core.music.song import BEND, CONTROL, KEY, METER, TEMPO, Marker, Song, Track, notes_from, rows
from popgen_core.music.stems import stems

BAND = Song(
    480,
    (
        Track("drums", 0, True, notes_from([(0, 10, 36, 90), (960, 10, 38, 90)])),
        Track("bass", 33, False, notes_from([(480, 100, 40, 80)]), rows(CONTROL, [(0, 7, 90)]), rows(BEND, [(9, 5)])),
        Track("../lead & co/", 80, False, notes_from([(0, 4000, 72, 70)])),
        Track("bass", 38, False, notes_from([(480, 100, 40, 80)])),
    ),
    rows(TEMPO, [(0, 500_000), (960, 400_000)]),
    rows(METER, [(0, 6, 8), (1440, 4, 4)]),
    rows(KEY, [(0, -3, True), (480, 4, False), (960, -7, False), (1440, 6, True)]),
    (Marker(0, "verse 1"), Marker(480, "Für Elise")),
    "popgen:{}",
)


def parsed(song: Song) -> mido.MidiFile:
    return mido.MidiFile(file=io.BytesIO(song_to_midi(song)))


def timed(file: mido.MidiFile, number: int) -> list[tuple[int, str]]:
    """(tick, kind) of a track's events."""
    tick, found = 0, []
    for event in file.tracks[number]:
        tick += event.time
        found.append((tick, event.type))
    return found


def test_each_group_is_a_stem_with_a_file_name_in_the_order_of_the_song() -> None:
    assert [name for name, _ in stems(BAND)] == ["01-drums.mid", "02-bass.mid", "03-lead-co.mid"]
    unnamed = Song(480, tuple(Track(name, 0, False, notes_from([(0, 10, 60, 90)])) for name in ("", "../..")))
    assert [name for name, _ in stems(unnamed)] == ["01-track.mid", "02-track.mid"]
    assert [song.tracks for _, song in stems(unnamed)] == [unnamed.tracks[:1], unnamed.tracks[1:]]


def test_a_group_without_a_note_is_no_stem() -> None:
    silent = Song(480, (Track("bass", 33, False), Track("lead", 80, False, notes_from([(0, 10, 60, 90)]))))
    assert [name for name, _ in stems(silent)] == ["01-lead.mid"]


def test_stems_together_hold_every_event_of_the_song_once() -> None:
    def events(tracks: tuple[Track, ...]) -> Counter[object]:
        tables = [
            (track.name, track.program, table.dtype.names, row)
            for track in tracks
            for table in (track.notes, track.controls, track.bends)
            for row in table.tolist()
        ]
        return Counter(tables)

    made = [song for _, song in stems(BAND)]
    assert events(tuple(track for song in made for track in song.tracks)) == events(BAND.tracks)
    assert [len(song.tracks) for song in made] == [1, 2, 1]


def test_all_stems_have_the_maps_of_the_whole_and_end_together() -> None:
    made = [song for _, song in stems(BAND)]
    for song in made:
        assert song.tempos is BAND.tempos
        assert song.meters is BAND.meters
        assert song.keys is BAND.keys
        assert song.provenance == BAND.provenance
        # bars of 6/8 and 4/4: the last note ends at 4000, the bar lines are at 1440, 3360 and 5280
        assert song.markers == (*BAND.markers, Marker(5280, "end"))
    ends = {timed(parsed(song), number)[-1] for song in made for number in range(len(song.tracks) + 1)}
    assert ends == {(5280, "end_of_track")}


def test_a_song_that_says_where_it_ends_gets_no_second_end() -> None:
    ended = Song(480, BAND.tracks, markers=(Marker(5000, "end"),))
    assert [song.markers for _, song in stems(ended)] == [ended.markers] * 3


def test_marks_stand_in_a_track_of_their_own_and_instruments_in_theirs() -> None:
    file = parsed(BAND)
    assert file.type == 1
    marks = ["text", "time_signature", "key_signature", "set_tempo", "marker", "key_signature", "marker"]
    marks += ["key_signature", "set_tempo", "time_signature", "key_signature", "end_of_track"]
    assert [kind for _, kind in timed(file, 0)] == marks
    assert [track.name for track in file.tracks] == ["", "drums", "bass", "../lead & co/", "bass"]
    assert {event.channel for event in file.tracks[1] if event.type == "note_on"} == {9}
    pitched = [{event.channel for event in track if not event.is_meta} for track in file.tracks[2:]]
    assert all(len(channels) == 1 for channels in pitched)
    assert len(set.union(*pitched)) == 3
    assert 9 not in set.union(*pitched)


def test_program_and_controllers_come_before_the_first_note() -> None:
    kinds = [kind for _, kind in timed(parsed(BAND), 2)]
    assert kinds[:4] == ["track_name", "program_change", "control_change", "pitchwheel"]


def test_every_track_ends_with_the_last_event_of_the_song() -> None:
    file = parsed(BAND)
    assert {timed(file, number)[-1] for number in range(5)} == {(4000, "end_of_track")}
    bare = parsed(Song(480, ()))
    assert timed(bare, 0) == [(0, "time_signature"), (0, "set_tempo"), (0, "end_of_track")]


def test_marks_are_written_with_the_bytes_that_the_specification_gives() -> None:
    midi = song_to_midi(BAND)
    assert b"\xff\x59\x02\xfd\x01" in midi  # three flats, minor
    assert b"\xff\x59\x02\xf9\x00" in midi  # seven flats
    assert b"\xff\x59\x02\x06\x01" in midi  # six sharps, minor
    assert b"\xff\x58\x04\x06\x03\x24\x08" in midi  # 6/8, a click each dotted quarter: 36 clocks
    assert b"\xff\x58\x04\x04\x02\x18\x08" in midi  # 4/4, a click each quarter
    assert b"\xff\x51\x03\x06\x1a\x80" in midi  # 400,000 microseconds
    assert b"\xff\x06\x0aF\xc3\xbcr Elise" in midi


@pytest.mark.parametrize(
    ("marks", "said"),
    [
        ({"tempos": rows(TEMPO, [(0, 2**24)])}, "a quarter of 16777216 microseconds"),
        ({"meters": rows(METER, [(0, 4, 5)])}, "the meter 4/5"),
        ({"meters": rows(METER, [(0, 256, 4)])}, "the meter 256/4"),
    ],
)
def test_a_tempo_or_meter_that_midi_cannot_say_is_refused(marks: dict[str, object], said: str) -> None:
    with pytest.raises(SongError, match=said):
        song_to_midi(Song(480, (), **marks))  # type: ignore[arg-type]


def test_programs_are_said_by_number_or_by_name() -> None:
    assert programs_from("guitar=30, bass = fretless bass") == {"guitar": 30, "bass": 35}
    assert programs_from("drums=jazz,lead=127") == {"drums": 32, "lead": 127}
    assert general_midi.PROGRAMS is PROGRAMS
    assert len(PROGRAMS) == 128


def test_a_name_may_leave_words_out_where_one_program_alone_has_those_that_are_said() -> None:
    assert program_of("clean guitar") == PROGRAMS.index("Electric Guitar (clean)") == 27
    assert program_of("FLUTE") == 73  # the pan flute has the word too
    assert program_of("Lead 1") == 80
    with pytest.raises(ProgramError, match=re.escape("'grand piano' may be 0 Acoustic Grand Piano, 2 Electric Grand")):
        program_of("grand piano")


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("guitar=disortion guitar", "did you mean Distortion Guitar?"),
        ("lead=vilin", "did you mean Violin?"),
        ("drums=jaz", "did you mean jazz?"),
        ("drums=violin", "no kit 'violin'"),
        ("lead=qqqq", "a number from 0 to 127, or one of"),
        ("lead=()", "no sound"),
        ("lead=128", "between 0 and 127"),
        ("lead=-1", "between 0 and 127"),
        ("lead", "'lead' says no sound"),
        ("lead=", "says no sound"),
        ("lead=1,lead=2", "lead is given two sounds"),
    ],
)
def test_a_sound_that_general_midi_has_not_is_answered_with_what_it_has(said: str, answer: str) -> None:
    with pytest.raises(ProgramError, match=re.escape(answer)):
        programs_from(said)
