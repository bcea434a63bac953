"""Hostile and damaged MIDI files: each gets its verdict, and none does harm."""

from __future__ import annotations

import os
import random
import struct
from pathlib import Path

import pytest

from popgen_core.errors import MidiError
from popgen_core.music import notes_from
from popgen_core.music.chunks import chunks_of, end_tick_bound, exact_end_tick
from popgen_core.music.guard import LIMITS, Limits, plain_text, read_song, song_from_bytes

END = b"\x00\xff\x2f\x00"
NOTE = b"\x00\x90\x3c\x40\x60\x80\x3c\x40"  # middle C for 96 ticks
HUGE = b"\xff\xff\xff\x7f"  # the largest delta, 2^28 - 1 ticks


def chunk(body: bytes) -> bytes:
    return b"MTrk" + struct.pack(">I", len(body)) + body


def midi(*tracks: bytes, form: int = 1, count: int | None = None, division: int = 480) -> bytes:
    header = struct.pack(">4sIHHH", b"MThd", 6, form, len(tracks) if count is None else count, division)
    return header + b"".join(chunk(track) for track in tracks)


def reason_of(content: bytes, limits: Limits = LIMITS) -> str:
    with pytest.raises(MidiError) as refused:
        song_from_bytes(content, limits)
    return refused.value.reason


def test_a_plain_file_is_read_without_repairs(tmp_path: Path) -> None:
    (tmp_path / "plain.mid").write_bytes(midi(NOTE + END))
    reading = read_song(tmp_path / "plain.mid")
    assert reading.repairs == ()
    assert reading.song.tracks[0].notes.tolist() == notes_from([(0, 96, 60, 64)]).tolist()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "not-midi"),
        (b"MThd\x00\x00\x00\x06\x00\x01", "not-midi"),
        (b"<html>not found</html>" * 9, "not-midi"),
        (struct.pack(">4sIHHH", b"MThd", 2, 1, 1, 480) + chunk(NOTE + END), "not-midi"),
        (midi(NOTE + END, form=2), "format-2"),
        (midi(NOTE + END, division=0xE728), "smpte"),
        (midi(NOTE + END, division=0), "bad-resolution"),
        (midi(END), "no-notes"),
        (midi(), "no-notes"),
        (midi(b"\x00\x3c\x40" + END), "does-not-parse"),
        (midi(b"\x00\xff\x03\xff\xff\xff\x7fname" + NOTE + END), "does-not-parse"),
        (midi(b"\x00\xff\x51\x03\x00\x00\x00" + NOTE + END), "bad-tempo"),
        (midi(b"\x00\xff\x51\x03\x00\x00\x01" + NOTE + END), "bad-tempo"),
        (midi(b"\x00\xff\x58\x04\x04\xff\x18\x08" * 5 + NOTE + END), "bad-meter"),
        (b"RIFF\x04\x00\x00\x00RMID", "not-midi"),
    ],
)
def test_what_is_no_song_is_refused_with_its_reason(content: bytes, reason: str) -> None:
    assert reason_of(content) == reason


def test_37_bytes_with_one_huge_delta_are_too_long() -> None:
    content = midi(HUGE + NOTE[1:] + END)
    assert len(content) < 40
    assert reason_of(content) == "too-long"


@pytest.mark.parametrize("deltas", [8, 16, 17, 32])  # past 2^31 times are negative; 16 pass 2^32 and look plausible
def test_ticks_that_symusic_cannot_count_are_refused(deltas: int) -> None:
    control = b"\xb0\x07\x40"
    content = midi((HUGE + control) * deltas + HUGE + NOTE[1:] + END)
    assert reason_of(content) == "ticks-overflow"


def test_a_delta_of_four_continuation_bytes_counts_too() -> None:
    assert reason_of(midi(b"\xff\x80\x80\x80\xb0\x07\x40" * 9 + NOTE + END)) == "ticks-overflow"


def test_the_bound_on_ticks_is_never_below_the_exact_sum() -> None:
    generator = random.Random(1)
    for _ in range(200):
        track = b"".join(
            generator.choice([b"\x00", b"\x81\x00", b"\xc8\x80\x00", HUGE]) + b"\x90\x3c\x40" for _ in range(5)
        )
        assert exact_end_tick(track) <= end_tick_bound(track)


def test_a_large_bound_alone_refuses_no_file() -> None:
    content = midi(b"\x00\xff\x01\xaa\x00" + HUGE * 1344 + NOTE + END)  # a text of 5,376 bytes that are no times
    assert end_tick_bound(content) > 2**31
    assert song_from_bytes(content).song.note_count == 1


def test_the_exact_sum_follows_running_status_meta_and_exclusive_events() -> None:
    track = b"\x01\x90\x3c\x40\x02\x3c\x00\x04\xff\x01\x02\x7f\x7f\x08\xf0\x02\x7f\xf7\x10\xc0\x05" + END
    assert exact_end_tick(track) == 0x1F


def test_the_exact_sum_stops_at_the_end_of_track() -> None:
    assert exact_end_tick(b"\x05\x90\x3c\x40" + END + HUGE + b"\x90\x3c\x40") == 5


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        (Limits(tracks=1), "too-many-tracks"),
        (Limits(notes=1), "too-many-notes"),
        (Limits(quarters=0), "too-long"),
        (Limits(seconds=0.09), "too-long"),
        (Limits(fastest_bpm=119), "bad-tempo"),
    ],
)
def test_each_limit_refuses_what_passes_it(limits: Limits, reason: str) -> None:
    tempo = b"\x00\xff\x51\x03\x07\xa1\x20"  # 120 BPM: the note lasts 0.1 seconds
    content = midi(tempo + NOTE + END, NOTE + END)
    assert song_from_bytes(content, Limits(tracks=2, notes=2, quarters=1, seconds=0.11, fastest_bpm=120)).repairs == ()
    assert reason_of(content, limits) == reason


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


def test_tracks_that_the_header_does_not_count_are_kept_and_named() -> None:
    reading = song_from_bytes(midi(NOTE + END, NOTE + END, count=1))
    assert reading.song.note_count == 2
    assert reading.repairs == ("the header says 1 tracks, the file has 2",)


def test_two_tracks_make_a_file_of_format_1_whatever_its_header_says() -> None:
    chunks = chunks_of(midi(NOTE + END, NOTE + END, form=0), most_tracks=2)
    assert chunks.midi() == midi(NOTE + END, NOTE + END, form=1)
    assert chunks.repairs == ("format 0 with 2 tracks, read as format 1",)


def test_a_file_that_ends_early_keeps_what_it_has() -> None:
    reading = song_from_bytes(midi(NOTE + NOTE + END)[:-4])
    assert reading.song.note_count == 2
    assert reading.repairs == ("the file ends 4 bytes early, inside track 1",)


def test_chunks_of_other_kinds_and_longer_headers_are_no_damage() -> None:
    header = struct.pack(">4sIHHHH", b"MThd", 8, 1, 1, 480, 0)
    alien = b"XFIH" + struct.pack(">I", 3) + b"abc"
    reading = song_from_bytes(header + alien + chunk(NOTE + END) + b"\x00" * 5)
    assert reading.song.note_count == 1
    assert reading.repairs == ()


def test_a_riff_file_is_unwrapped() -> None:
    inside = midi(NOTE + END)
    listed = b"LIST" + struct.pack("<I", 3) + b"abc\x00"  # of odd length, so padded
    content = b"RIFF" + struct.pack("<I", 99) + b"RMID" + listed + b"data" + struct.pack("<I", len(inside)) + inside
    assert song_from_bytes(content).song.note_count == 1


def test_data_bytes_over_127_are_limited_and_named() -> None:
    reading = song_from_bytes(midi(b"\x00\x90\x3c\xc0\x60\x80\x3c\x40" + END))
    assert reading.song.tracks[0].notes["velocity"].tolist() == [127]
    assert reading.repairs == ("data bytes over 127 limited to 127",)


def test_hanging_notes_are_counted() -> None:
    reading = song_from_bytes(midi(b"\x00\x90\x40\x40\x00\x93\x40\x40" + NOTE + END, NOTE + END))
    assert reading.song.note_count == 2
    assert reading.repairs == ("2 hanging notes (begun, never ended) left out",)


def test_hanging_notes_are_counted_among_repaired_bytes_too() -> None:
    reading = song_from_bytes(midi(b"\x00\x90\x40\xc0" + NOTE + END))
    assert reading.repairs[1:] == ("1 hanging note (begun, never ended) left out",)


@pytest.mark.parametrize("meter", [b"\xff\x02", b"\x00\x02", b"\x04\xff", b"\x04\x07"])  # 255/4, 0/4, 4/2^255, 4/128
def test_one_impossible_meter_is_dropped_and_named(meter: bytes) -> None:
    waltz = b"\x00\xff\x58\x04\x03\x02\x18\x08"
    reading = song_from_bytes(midi(waltz + b"\x10\xff\x58\x04" + meter + b"\x18\x08" + NOTE + END))
    assert reading.song.meters.tolist() == [(0, 3, 4)]
    assert reading.repairs == ("1 impossible meter dropped",)


@pytest.mark.parametrize("key", [b"\x08\x00", b"\xf8\x01", b"\x01\x02"])  # 8 sharps, 8 flats, neither major nor minor
def test_impossible_keys_are_dropped_and_named(key: bytes) -> None:
    reading = song_from_bytes(midi(b"\x00\xff\x59\x02\xfd\x01" + b"\x01\xff\x59\x02" + key + NOTE + END))
    assert reading.song.keys.tolist() == [(0, -3, True)]
    assert reading.repairs == ("1 impossible key signature dropped",)


def test_names_lose_control_characters_and_terminal_sequences() -> None:
    name = b"\x1b[31m../../etc\x00/pass\x07wd\x1b]0;title\x07"
    track = b"\x00\xff\x03" + bytes([len(name)]) + name + b"\x00\xff\x06\x07Cho\x1brus" + NOTE + END
    reading = song_from_bytes(midi(track))
    assert reading.song.tracks[0].name == "../../etc/passwd"
    assert [text.text for text in reading.song.markers] == ["Chorus"]
    assert reading.repairs == ("control characters taken out of 2 names",)


def test_plain_text_keeps_what_people_write() -> None:
    assert plain_text("  Gitarre – für Zoë 日本  ") == "Gitarre – für Zoë 日本"
    assert plain_text("a\u202eb\u200bc\udc80\x85") == "abc"
    assert len(plain_text("x" * 5000)) == 200


def test_no_damage_at_random_gets_past_the_guard() -> None:
    """Every damaged file is either read, with times that a roll can hold, or refused."""
    generator = random.Random(7)
    whole = midi(b"\x00\xff\x51\x03\x07\xa1\x20" + NOTE * 20 + END, b"\x00\xc1\x20" + NOTE * 20 + END)
    for _ in range(3000):
        content = bytearray(whole)
        for _ in range(generator.choice([1, 3, 10])):
            content[generator.randrange(len(content))] = generator.choice([0xFF, 0x80, 0x7F, generator.randrange(256)])
        try:
            song = song_from_bytes(bytes(content)).song
        except MidiError:
            continue
        assert 0 <= song.end_tick <= LIMITS.quarters * song.ticks_per_quarter
        assert song.duration_seconds() <= LIMITS.seconds


def test_rebuilt_chunks_hold_the_same_bytes() -> None:
    content = midi(NOTE + END, NOTE + NOTE + END)
    assert chunks_of(content, most_tracks=2).midi() == content
