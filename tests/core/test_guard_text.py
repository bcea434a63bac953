"""Names and markers come out as people wrote them, and can be printed."""

from __future__ import annotations

import pytest
from hostile import END, NOTE, meta, midi, named

from popgen_core.music.guard import plain_text, song_from_bytes


@pytest.mark.parametrize(
    ("written", "encoding", "read"),
    [
        ("Gitarre für Zoë", "utf-8", "Gitarre für Zoë"),
        ("Gitarre für Zoë", "latin-1", "Gitarre für Zoë"),
        ("élan", "latin-1", "élan"),
        ("Don’t “go”", "cp1252", "Don’t “go”"),
        ("ギター", "cp932", "ギター"),
        ("第１バイオリン", "cp932", "第１バイオリン"),
        ("ベース 日本", "utf-8", "ベース 日本"),
    ],
)
def test_names_and_markers_are_read_in_the_encodings_that_files_come_in(written: str, encoding: str, read: str) -> None:
    raw = written.encode(encoding)
    song = song_from_bytes(midi(meta(3, raw) + meta(6, raw) + NOTE + END)).song
    assert song.tracks[0].name == read
    assert [marker.text for marker in song.markers] == [read]


def test_bytes_that_fit_no_encoding_are_left_out() -> None:
    reading = song_from_bytes(named(b"caf\xe9 \x81\x8d"))  # neither is in UTF-8, Shift-JIS or Windows-1252
    assert reading.song.tracks[0].name == "café"
    assert reading.repairs == ("1 name read as Latin-1, not UTF-8", "control characters taken out of 1 name")


def test_each_track_keeps_its_own_name() -> None:
    tracks = [meta(3, name) + NOTE + END for name in (b"f\xfcr", b"plain", b"f\xf6r")]
    reading = song_from_bytes(midi(*tracks))
    assert [track.name for track in reading.song.tracks] == ["für", "plain", "för"]
    assert reading.repairs == ("2 names read as Windows-1252, not UTF-8",)


def test_names_lose_control_characters_and_terminal_sequences() -> None:
    name = b"\x1b[31m../../etc\x00/pass\x07wd\x1b]0;title\x07"
    reading = song_from_bytes(midi(meta(3, name) + meta(6, b"Cho\x1brus") + NOTE + END))
    assert reading.song.tracks[0].name == "../../etc/passwd"
    assert [text.text for text in reading.song.markers] == ["Chorus"]
    assert reading.repairs == ("control characters taken out of 2 names",)


def test_plain_text_keeps_what_people_write() -> None:
    assert plain_text("  Gitarre – für Zoë 日本  ") == "Gitarre – für Zoë 日本"
    assert plain_text("a\u202eb\u200bc\udc80\x85") == "abc"
    assert len(plain_text("x" * 5000)) == 200
