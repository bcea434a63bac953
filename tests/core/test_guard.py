"""Hostile and damaged MIDI files: each gets its verdict, and none does harm."""

from __future__ import annotations

import os
import random
import struct
import time
from pathlib import Path

import pytest
from hostile import CASES, END, HUGE, NOTE, Case, chunk, karaoke, meta, midi, pedalled

from popgen_core.errors import MidiError
from popgen_core.music import notes_from
from popgen_core.music.guard import LIMITS, SKIPPED, Limits, read_song, song_from_bytes


def reason_of(content: bytes, limits: Limits = LIMITS) -> str:
    with pytest.raises(MidiError) as refused:
        song_from_bytes(content, limits)
    return refused.value.reason


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_every_file_gets_its_verdict(case: Case) -> None:
    content, verdict, said = case
    if verdict in ("skipped", "refused"):
        assert reason_of(content) == said
        assert (said in SKIPPED) == (verdict == "skipped")
        return
    reading = song_from_bytes(content)
    assert reading.repairs == ((said,) if verdict == "repaired" else ())
    first = reading.song.tracks[0].notes[0]
    assert (first["start_tick"], first["pitch"]) == (0, 60)


def test_a_plain_file_is_read_without_repairs(tmp_path: Path) -> None:
    (tmp_path / "plain.mid").write_bytes(midi(NOTE + END))
    reading = read_song(tmp_path / "plain.mid")
    assert (reading.repairs, reading.hanging) == ((), 0)
    assert reading.song.tracks[0].notes.tolist() == notes_from([(0, 96, 60, 64)]).tolist()


@pytest.mark.parametrize(
    "content",
    [
        b"MThd\x00\x00\x00\x06\x00\x01",
        struct.pack(">4sIHHH", b"MThd", 2, 1, 1, 480) + chunk(NOTE + END),
        b"\x00" * 1025 + midi(NOTE + END),
    ],
)
def test_what_does_not_begin_as_midi_does_is_no_midi(content: bytes) -> None:
    assert reason_of(content) == "not-midi"


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        (Limits(tracks=1), "too-many-tracks"),
        (Limits(notes=1), "too-many-notes"),
        (Limits(quarters=0), "too-long"),
        (Limits(seconds=0.09), "too-long"),
        (Limits(marks=0), "too-many-events"),
    ],
)
def test_each_limit_refuses_what_passes_it(limits: Limits, reason: str) -> None:
    tempo = meta(0x51, b"\x07\xa1\x20")  # 120 BPM: the note lasts 0.1 seconds
    content = midi(tempo + NOTE + END, NOTE + END)
    assert song_from_bytes(content, Limits(tracks=2, notes=2, quarters=1, seconds=0.11, marks=1)).repairs == ()
    assert reason_of(content, limits) == reason


@pytest.mark.parametrize("event", [b"\xf8", b"\xff\x51\x00", b"\xff\x03\x01\xe9", b"\xf7\x00", b"\x90\x3c\xc0"])
def test_a_track_that_needs_more_looking_at_than_the_limit_is_refused(event: bytes) -> None:
    content = midi((b"\x00" + event) * 50 + NOTE + END)
    assert song_from_bytes(content, Limits(events=200)).song.note_count >= 1
    assert reason_of(content, Limits(events=49)) == "too-many-events"


@pytest.mark.parametrize("event", [b"\x00\xf8", b"\x00\xff\x51\x00", HUGE + b"\xb0\x07\x40", b"\x00\x90\x3c\x40"])
def test_the_largest_file_of_the_worst_events_is_refused_in_seconds(event: bytes) -> None:
    content = midi(event * ((LIMITS.file_bytes - 40) // len(event)) + NOTE + END)
    begun = time.perf_counter()
    assert reason_of(content) in ("too-many-events", "ticks-overflow", "too-many-notes")
    assert time.perf_counter() - begun < 20  # measured: 1 to 4, a quadratic walk takes hours


def test_the_cells_of_a_four_hour_song_are_within_the_limit() -> None:
    assert Limits().cells >= 4 * 3600 * 20 * 7 * 88


def test_a_file_over_the_size_limit_is_not_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "sparse.mid"
    with path.open("wb") as file:
        file.truncate(2**40)  # a terabyte of holes
    with pytest.raises(MidiError, match="larger than 8,388,608 bytes") as refused:
        read_song(path)
    assert refused.value.reason == "too-large"


def test_a_file_just_as_large_as_the_limit_is_read(tmp_path: Path) -> None:
    content = midi(NOTE + END)
    (tmp_path / "plain.mid").write_bytes(content)
    assert read_song(tmp_path / "plain.mid", Limits(file_bytes=len(content))).song.note_count == 1
    with pytest.raises(MidiError):
        read_song(tmp_path / "plain.mid", Limits(file_bytes=len(content) - 1))


def test_a_pipe_a_folder_and_a_missing_file_are_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.mid")
    (tmp_path / "folder.mid").mkdir()
    reasons = {}
    for name in ("pipe.mid", "folder.mid", "missing.mid"):
        with pytest.raises(MidiError, match=name) as refused:
            read_song(tmp_path / name)
        reasons[name] = refused.value.reason
    assert reasons == {"pipe.mid": "not-a-file", "folder.mid": "not-a-file", "missing.mid": "unreadable"}


def test_a_link_to_a_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "plain.mid").write_bytes(midi(NOTE + END))
    (tmp_path / "link.mid").symlink_to(tmp_path / "plain.mid")
    assert read_song(tmp_path / "link.mid").song.note_count == 1


def test_notes_are_sorted_by_start_then_pitch_in_every_track() -> None:
    chord = b"\x00\x90\x43\x40\x00\x90\x3c\x40\x10\x80\x43\x40\x20\x80\x3c\x40"  # G for 16 ticks, C for 48
    song = song_from_bytes(midi(chord + END, NOTE + chord + END)).song
    assert [track.notes["pitch"].tolist() for track in song.tracks] == [[60, 67], [60, 60, 67]]
    assert [track.notes["length_ticks"].tolist() for track in song.tracks] == [[48, 16], [96, 48, 16]]


def test_lyrics_make_no_phantom_track() -> None:
    song = song_from_bytes(karaoke()).song
    assert [(track.name, len(track.notes)) for track in song.tracks] == [("", 1)]


def test_a_channel_with_controllers_alone_makes_no_phantom_track() -> None:
    silent = b"\x00\xb5\x07\x40\x00\xc5\x05\x00\xe5\x00\x40" + END
    assert [len(track.notes) for track in song_from_bytes(midi(silent, NOTE + END)).song.tracks] == [1]


@pytest.mark.parametrize("channel", range(16))
def test_the_pedal_is_read_on_every_channel(channel: int) -> None:
    [track] = song_from_bytes(pedalled(channel)).song.tracks
    assert track.pedals().tolist() == [[0, 32]]
    assert track.is_drum == (channel == 9)


def test_no_damage_at_random_gets_past_the_guard() -> None:
    """Every damaged file is either read, with times that a roll can hold, or refused."""
    generator = random.Random(7)
    whole = midi(meta(0x51, b"\x07\xa1\x20") + NOTE * 20 + END, b"\x00\xc1\x20" + NOTE * 20 + END)
    for _ in range(2000):
        content = bytearray(whole)
        for _ in range(generator.choice([1, 3, 10])):
            content[generator.randrange(len(content))] = generator.choice([0xFF, 0x80, 0x7F, generator.randrange(256)])
        try:
            song = song_from_bytes(bytes(content)).song
        except MidiError:
            continue
        assert 0 <= song.end_tick <= LIMITS.quarters * song.ticks_per_quarter
        assert song.duration_seconds() <= LIMITS.seconds
