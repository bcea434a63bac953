"""What can be kept of a damaged file is kept, and every change is named."""

from __future__ import annotations

import struct

import pytest
from hostile import END, NOTE, chunk, cut_short, meta, midi, nonsense_after_a_note, riff, track_length

from popgen_core.music.chunks import chunks_of
from popgen_core.music.events import skeleton, walk
from popgen_core.music.guard import Limits, song_from_bytes

WALTZ = meta(0x58, b"\x03\x02\x18\x08")


def test_tracks_that_the_header_does_not_count_are_kept_and_named() -> None:
    reading = song_from_bytes(midi(NOTE + END, NOTE + END, count=1))
    assert reading.song.note_count == 2
    assert reading.repairs == ("the header says 1 tracks, the file has 2",)


def test_two_tracks_make_a_file_of_format_1_whatever_its_header_says() -> None:
    chunks = chunks_of(midi(NOTE + END, NOTE + END, form=0), most_tracks=2)
    assert chunks.midi() == midi(NOTE + END, NOTE + END, form=1)


def test_rebuilt_chunks_hold_the_same_bytes() -> None:
    content = midi(NOTE + END, NOTE + NOTE + END)
    assert chunks_of(content, most_tracks=2).midi() == content


def test_a_file_that_ends_early_keeps_what_it_has() -> None:
    reading = song_from_bytes(cut_short())
    assert reading.song.note_count == 2
    assert reading.repairs == ("the file ends 4 bytes early, inside track 1",)


def test_a_file_that_ends_within_an_event_invents_none() -> None:
    content = midi(NOTE + NOTE + NOTE + END)[:-10]  # within the third note-on
    [track] = song_from_bytes(content).song.tracks
    assert track.notes.tolist() == [(0, 96, 60, 64), (96, 96, 60, 64)]


@pytest.mark.parametrize("length", [0, 3, 11, 13, 20, 31, 33, 2**31, 2**32 - 1])
def test_a_wrong_length_loses_neither_the_end_of_its_track_nor_the_next_track(length: int) -> None:
    reading = song_from_bytes(track_length(length))
    assert [track.notes.tolist() for track in reading.song.tracks] == [[(0, 96, 60, 64)]] * 2
    assert reading.repairs == (f"the length of track 1 is wrong ({length:,} bytes), it has 12",)


def test_chunks_of_other_kinds_and_longer_headers_are_no_damage() -> None:
    header = struct.pack(">4sIHHHH", b"MThd", 8, 1, 2, 480, 0)
    alien = chunk(b"abc", tag=b"XFIH")
    reading = song_from_bytes(header + alien + chunk(NOTE + END) + alien + chunk(NOTE + END) + b"\x00" * 5)
    assert reading.song.note_count == 2
    assert reading.repairs == ()


def test_a_riff_file_is_unwrapped() -> None:
    assert song_from_bytes(riff(midi(NOTE + END))).song.note_count == 1


def test_a_track_is_cut_where_it_stops_making_sense_and_the_others_are_kept() -> None:
    content = midi(NOTE + END, nonsense_after_a_note()[22:], NOTE + END)
    reading = song_from_bytes(content)
    assert reading.song.note_count == 3
    assert reading.repairs == ("track 2 cut after 8 of 16 bytes, what follows is no MIDI",)


def test_data_bytes_over_127_are_limited_and_the_rest_of_the_track_is_kept() -> None:
    reading = song_from_bytes(midi(b"\x00\x90\x3c\xc0\x60\x80\x3c\xff" + NOTE + END))
    assert reading.song.tracks[0].notes.tolist() == [(0, 96, 60, 127), (96, 96, 60, 64)]
    assert reading.repairs == ("data bytes over 127 in 2 events limited to 127",)


@pytest.mark.parametrize(
    "body", [b"\xff\x02\x18\x08", b"\x00\x02\x18\x08", b"\x04\xff\x18\x08", b"\x04\x07\x18\x08", b"\x04", b""]
)
def test_impossible_meters_are_dropped_and_named_however_many(body: bytes) -> None:
    reading = song_from_bytes(midi(WALTZ + (b"\x10" + meta(0x58, body)[1:]) * 12 + NOTE + END))
    assert reading.song.meters.tolist() == [(0, 3, 4)]
    assert reading.repairs == ("12 impossible meters dropped",)


@pytest.mark.parametrize("body", [b"\x00\x00\x00", b"\x00\x75\x2f", b"\x07\xa1", b"\x07\xa1\x20\x00"])
def test_impossible_tempos_are_dropped_and_named(body: bytes) -> None:
    reading = song_from_bytes(midi(meta(0x51, b"\x09\x27\xc0") + b"\x10" + meta(0x51, body)[1:] + NOTE + END))
    assert reading.song.tempos.tolist() == [(0, 600_000)]
    assert reading.repairs == ("1 impossible tempo dropped",)


def test_the_fastest_tempo_and_the_longest_bar_are_settings() -> None:
    content = midi(meta(0x51, b"\x00\x75\x30") + meta(0x58, b"\x40\x02\x18\x08") + NOTE + END)  # 2000 BPM, 64/4
    assert song_from_bytes(content).repairs == ()
    named = song_from_bytes(content, Limits(fastest_bpm=1999, beats_a_bar=63)).repairs
    assert named == ("1 impossible tempo dropped", "1 impossible meter dropped")


@pytest.mark.parametrize("key", [b"\x08\x00", b"\xf8\x01", b"\x01\x02"])  # 8 sharps, 8 flats, neither major nor minor
def test_impossible_keys_are_dropped_and_named(key: bytes) -> None:
    reading = song_from_bytes(midi(meta(0x59, b"\xfd\x01") + b"\x01" + meta(0x59, key)[1:] + NOTE + END))
    assert reading.song.keys.tolist() == [(0, -3, True)]
    assert reading.repairs == ("1 impossible key signature dropped",)


def test_an_escape_event_takes_no_time() -> None:
    content = midi(b"\x00\xf7\x02\x01\x02" + NOTE + END)
    assert song_from_bytes(content).song.tracks[0].notes.tolist() == [(0, 96, 60, 64)]


def test_running_status_behind_an_exclusive_event_loses_no_note() -> None:
    content = midi(b"\x00\x90\x3c\x40\x10\xf0\x02\x01\xf7\x50\x3c\x00" + END)
    assert song_from_bytes(content).song.tracks[0].notes.tolist() == [(0, 96, 60, 64)]


def test_what_follows_the_end_of_a_track_is_nothing() -> None:
    assert song_from_bytes(midi(NOTE + END + NOTE + END)).song.note_count == 1


def test_the_quick_walk_sees_every_event_that_is_no_plain_one() -> None:
    track = NOTE * 1200 + b"\x00\x3c\x40" * 1200 + b"\x00\xc1\x05\x00\x06" + meta(3, b"name") + b"\x00\x07" + END
    odd, events = skeleton(track), walk(track)
    assert [(event.at, event.kind) for event in odd.events] == [
        (event.at, event.kind) for event in events.events if event.status >= 0xF0
    ]
    assert (odd.end, odd.broken, events.broken) == (len(track), False, False)
