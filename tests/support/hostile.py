"""Hostile and damaged MIDI files, each made by hand by one function, and what becomes of each.

`CASES` maps a name to (bytes, verdict, reason or repair): "accepted" with "", "repaired" with the whole text of its
one repair, "skipped" and "refused" with the reason's code. Every song in them holds at least one note, a middle C.
"""

from __future__ import annotations

import struct

END = b"\x00\xff\x2f\x00"
NOTE = b"\x00\x90\x3c\x40\x60\x80\x3c\x40"  # middle C for 96 ticks
HUGE = b"\xff\xff\xff\x7f"  # the largest delta, 2^28 - 1 ticks
CONTROL = b"\xb0\x07\x40"
HANGING = "ended at the next onset of the pitch or the end of the track"


def chunk(body: bytes, length: int | None = None, tag: bytes = b"MTrk") -> bytes:
    """A chunk, its length as it is or as given."""
    return tag + struct.pack(">I", len(body) if length is None else length) + body


def midi(*tracks: bytes, form: int = 1, count: int | None = None, division: int = 480) -> bytes:
    """A file of these tracks, with its number of tracks as it is or as given."""
    header = struct.pack(">4sIHHH", b"MThd", 6, form, len(tracks) if count is None else count, division)
    return header + b"".join(chunk(track) for track in tracks)


def meta(kind: int, body: bytes) -> bytes:
    """A meta event at once."""
    return b"\x00\xff" + bytes([kind, len(body)]) + body


def wrapped_ticks(deltas: int = 17) -> bytes:
    """A note after so many of the largest deltas: 8 pass 2^31, 16 pass 2^32 and look plausible."""
    return midi((HUGE + CONTROL) * deltas + HUGE + NOTE[1:] + END)


def giant_delta() -> bytes:
    """37 bytes that ask for a roll of gigabytes."""
    return midi(HUGE + NOTE[1:] + END)


def hanging_note() -> bytes:
    """C at 0 never ended, C again from 16 to 112, and the track ends at 112."""
    return midi(b"\x00\x90\x3c\x40\x10" + NOTE[1:] + END)


def cut_short() -> bytes:
    """Two notes whose file ends before the end of its track."""
    return midi(NOTE + NOTE + END)[:-4]


def track_length(length: int) -> bytes:
    """Two tracks of 12 bytes, the first of which says that it has another length."""
    return midi()[:10] + b"\x00\x02\x01\xe0" + chunk(NOTE + END, length) + chunk(NOTE + END)


def nonsense_after_a_note() -> bytes:
    """A note, then 4 bytes that are no event, then the end: 8 of 16 bytes are music."""
    return midi(NOTE + b"\x00\xf4\xf5\xf9" + END)


def early_end() -> bytes:
    """A track whose end stands between its notes."""
    return midi(NOTE + END + NOTE + END)


def riff(inside: bytes, length: int | None = None) -> bytes:
    """A file in Microsoft's RMID wrapping, with a chunk of odd length before it; its length as it is or as given."""
    listed = b"LIST" + struct.pack("<I", 3) + b"abc\x00"
    size = struct.pack("<I", len(inside) if length is None else length)
    return b"RIFF" + struct.pack("<I", 99) + b"RMID" + listed + b"data" + size + inside


def karaoke() -> bytes:
    """A track of lyrics without notes beside one with a note."""
    return midi(meta(3, b"Words") + meta(1, b"@KMIDI") + meta(5, b"la") + meta(5, b"lu") + END, NOTE + END)


def pedalled(channel: int) -> bytes:
    """A note on a channel (0-15), pedal down at 0 and up at 32."""
    pedal, on, off = bytes([0xB0 | channel, 64]), bytes([0x90 | channel, 60, 64]), bytes([0x80 | channel, 60, 64])
    return midi(b"\x00" + pedal + b"\x7f\x00" + on + b"\x20" + pedal + b"\x00\x40" + off + END)


def named(name: bytes) -> bytes:
    """A track with a name of these bytes."""
    return midi(meta(3, name) + NOTE + END)


def smpte(frames: int, ticks: int) -> bytes:
    """A note of 96 ticks in a file that counts frames, with a tempo event that means nothing."""
    return midi(meta(0x51, b"\x01\x00\x00") + NOTE + END, division=(-frames & 0xFF) << 8 | ticks)


Case = tuple[bytes, str, str]

CASES: dict[str, Case] = {
    "plain": (midi(NOTE + END), "accepted", ""),
    "empty": (b"", "refused", "not-midi"),
    "web-page": (b"<html>not found</html>" * 9, "refused", "not-midi"),
    "ticks-past-2^31": (wrapped_ticks(8), "refused", "ticks-overflow"),
    "ticks-past-2^32": (wrapped_ticks(17), "refused", "ticks-overflow"),
    "giant-delta": (giant_delta(), "refused", "too-long"),
    "hanging-note": (hanging_note(), "repaired", f"1 hanging note {HANGING}"),
    "too-few-tracks-counted": (
        midi(NOTE + END, NOTE + END, count=1),
        "repaired",
        "the header says 1 tracks, the file has 2",
    ),
    "too-many-tracks-counted": (midi(NOTE + END, count=9), "repaired", "the header says 9 tracks, the file has 1"),
    "cut-short": (cut_short(), "repaired", "the file ends 4 bytes early, inside track 1"),
    "length-too-short": (track_length(7), "repaired", "the length of track 1 is wrong (7 bytes), it has 12"),
    "length-over-the-next-track": (
        track_length(25),
        "repaired",
        "the length of track 1 is wrong (25 bytes), it has 12",
    ),
    "length-of-4-gigabytes": (
        track_length(0xFFFFFFFF),
        "repaired",
        "the length of track 1 is wrong (4,294,967,295 bytes), it has 12",
    ),
    "header-length-of-4-gigabytes": (
        midi(NOTE + END)[:4] + b"\xff\xff\xff\xff" + midi(NOTE + END)[8:],
        "repaired",
        "the header's length is wrong (4,294,967,295 bytes)",
    ),
    "bytes-before-the-header": (b"\x00" * 128 + midi(NOTE + END), "repaired", "128 bytes before the header left out"),
    "nonsense-in-a-track": (
        nonsense_after_a_note(),
        "repaired",
        "track 1 cut after 8 of 16 bytes, what follows is no MIDI",
    ),
    "nothing-but-nonsense": (midi(b"\x00\x3c\x40" + END), "refused", "does-not-parse"),
    "tempo-0": (midi(meta(0x51, b"\x00\x00\x00") + NOTE + END), "repaired", "1 impossible tempo dropped"),
    "tempo-of-60-million": (
        midi(meta(0x51, b"\x00\x00\x01") * 2 + NOTE + END),
        "repaired",
        "2 impossible tempos dropped",
    ),
    "tempo-without-a-number": (midi(meta(0x51, b"") + NOTE + END), "repaired", "1 impossible tempo dropped"),
    "meter-255/2^255": (midi(meta(0x58, b"\xff\xff\x18\x08") + NOTE + END), "repaired", "1 impossible meter dropped"),
    "meter-0/4": (midi(meta(0x58, b"\x00\x02\x18\x08") * 9 + NOTE + END), "repaired", "9 impossible meters dropped"),
    "meter-4/2^34": (midi(meta(0x58, b"\x04\x22\x18\x08") + NOTE + END), "repaired", "1 impossible meter dropped"),
    "key-of-8-sharps": (midi(meta(0x59, b"\x08\x00") + NOTE + END), "repaired", "1 impossible key signature dropped"),
    "velocity-over-127": (
        midi(b"\x00\x90\x3c\xc0\x60\x80\x3c\x40" + END),
        "repaired",
        "data bytes over 127 in 1 event limited to 127",
    ),
    "riff": (riff(midi(NOTE + END)), "accepted", ""),
    "riff-too-short": (
        riff(midi(NOTE + END), 20),
        "repaired",
        "the length of the wrapping is wrong (20 bytes), the rest was read too",
    ),
    "riff-too-long": (
        riff(midi(NOTE + END), 99),
        "repaired",
        "the length of the wrapping is wrong (99 bytes), the rest was read too",
    ),
    "early-end": (early_end(), "repaired", "12 bytes after the end of track 1 left out"),
    "no-end": (midi(NOTE), "repaired", "track 1 has no end, one was added"),
    "riff-of-nothing": (b"RIFF\x04\x00\x00\x00RMID", "refused", "not-midi"),
    "karaoke": (karaoke(), "accepted", ""),
    "smpte-25": (
        smpte(25, 40),
        "repaired",
        "SMPTE times (25 frames a second, 40 ticks a frame) read as 500 ticks a quarter at 120 BPM",
    ),
    "smpte-26": (smpte(26, 40), "refused", "smpte"),
    "smpte-0-ticks": (smpte(25, 0), "refused", "smpte"),
    "resolution-0": (midi(NOTE + END, division=0), "refused", "bad-resolution"),
    "format-2-of-one": (midi(NOTE + END, form=2), "repaired", "format 2 with one track, read as format 0"),
    "format-2-of-two": (midi(NOTE + END, NOTE + END, form=2), "skipped", "format-2"),
    "format-7": (midi(NOTE + END, form=7), "repaired", "format 7 is unknown, read as format 1"),
    "format-0-of-two": (midi(NOTE + END, NOTE + END, form=0), "repaired", "format 0 with 2 tracks, read as format 1"),
    "no-notes": (midi(END), "skipped", "no-notes"),
    "no-tracks": (midi(), "skipped", "no-notes"),
    "pedal-on-channel-16": (pedalled(15), "accepted", ""),
    "hostile-name": (
        named(b"\x1b[31m../../etc\x00/pass\x07wd\x1b]0;title\x07"),
        "repaired",
        "control characters taken out of 1 name",
    ),
    "name-in-latin-1": (named(b"f\xfcr Zo\xeb"), "repaired", "1 name read as Windows-1252, not UTF-8"),
    "name-in-shift-jis": (named("ギター".encode("cp932")), "repaired", "1 name read as Shift-JIS, not UTF-8"),
    "escape-event": (midi(b"\x00\xf7\x02\x01\x02" + NOTE + END), "accepted", ""),
}
