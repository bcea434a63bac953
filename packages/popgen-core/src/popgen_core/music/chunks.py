"""Chunks of a Standard MIDI File, taken apart and put together again without trusting a length or a count in it."""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from popgen_core.errors import MidiError

__all__ = ["LAST_TICK", "Chunks", "chunks_of", "end_tick_bound", "exact_end_tick", "with_all_notes_ended"]

LAST_TICK = 2**31 - 1  # symusic counts ticks in 32 bits with a sign: beyond this its times turn negative, then wrap
END_OF_TRACK = b"\xff\x2f\x00"
DATA_BYTES = {0x80: 2, 0x90: 2, 0xA0: 2, 0xB0: 2, 0xC0: 1, 0xD0: 1, 0xE0: 2}
HEADER = struct.Struct(">4sIHHh")


@dataclass(frozen=True)
class Chunks:
    """A file's format (0, 1), ticks a quarter note, and the bytes of each of its tracks; `repairs` in words."""

    form: int
    division: int
    tracks: tuple[bytes, ...]
    repairs: tuple[str, ...] = ()

    def midi(self) -> bytes:
        """The same music as a file whose header and lengths are true; chunks of other kinds are left out."""
        form = self.form if len(self.tracks) == 1 else 1
        header = HEADER.pack(b"MThd", 6, form, len(self.tracks), self.division)
        return header + b"".join(b"MTrk" + struct.pack(">I", len(track)) + track for track in self.tracks)


def chunks_of(midi: bytes, most_tracks: int) -> Chunks:
    """The chunks of a file, out of its RIFF wrapping if it has one.

    Raises MidiError for what is no MIDI file and for format 2, SMPTE times, a resolution of 0 and too many tracks.
    """
    midi = _unwrapped(midi)
    if len(midi) < HEADER.size or not midi.startswith(b"MThd"):
        raise MidiError("no Standard MIDI File: it does not begin with MThd", reason="not-midi")
    _, length, form, count, division = HEADER.unpack_from(midi)
    if length < 6:
        raise MidiError(f"its header is {length} bytes long and needs 6", reason="not-midi")
    if form > 1:
        raise MidiError(f"format {form}: independent sequences are no song (formats 0 and 1 are)", reason="format-2")
    if division < 0:
        raise MidiError("its times are SMPTE frames, not beats", reason="smpte", hint="export it with ticks a quarter")
    if division == 0:
        raise MidiError("it has 0 ticks a quarter note", reason="bad-resolution")
    tracks, repairs = _tracks(midi, 8 + length, most_tracks)
    if len(tracks) != count:
        repairs.append(f"the header says {count} tracks, the file has {len(tracks)}")
    if form == 0 and len(tracks) > 1:
        repairs.append(f"format 0 with {len(tracks)} tracks, read as format 1")
    return Chunks(form, division, tuple(tracks), tuple(repairs))


def _unwrapped(midi: bytes) -> bytes:
    """The MIDI file inside a RIFF RMID file (Microsoft's .rmi), or the bytes as they are."""
    if midi[:4] != b"RIFF" or midi[8:12] != b"RMID":
        return midi
    at = 12
    while at + 8 <= len(midi):
        length = int.from_bytes(midi[at + 4 : at + 8], "little")
        if midi[at : at + 4] == b"data":
            return midi[at + 8 : at + 8 + length]
        at += 8 + length + length % 2
    raise MidiError("a RIFF file without MIDI data in it", reason="not-midi")


def _tracks(midi: bytes, at: int, most_tracks: int) -> tuple[list[bytes], list[str]]:
    tracks: list[bytes] = []
    repairs: list[str] = []
    while at + 8 <= len(midi):
        length = int.from_bytes(midi[at + 4 : at + 8], "big")
        if midi[at : at + 4] == b"MTrk":
            tracks.append(midi[at + 8 : at + 8 + length])
            if len(tracks) > most_tracks:
                raise MidiError(f"more than {most_tracks} tracks", reason="too-many-tracks")
            if at + 8 + length > len(midi):
                missing = at + 8 + length - len(midi)
                repairs.append(f"the file ends {missing} bytes early, inside track {len(tracks)}")
        at += 8 + length
    return tracks, repairs


def end_tick_bound(track: bytes) -> int:
    """A number that the last tick of a track cannot pass: one pass of numpy, no walk over events.

    Every byte that could end a delta counts as one, with up to three bytes of continuation before it.
    """
    value = np.frombuffer(track or b"\x00", dtype=np.uint8)
    longer = value >= 0x80
    bits = (value & 0x7F).astype(np.int32)
    total = bits.copy()
    before: NDArray[np.bool_] = longer
    for shift in (1, 2, 3):
        before = longer[:-shift] if shift == 1 else before[1:] & longer[:-shift]
        total[shift:] += np.where(before, bits[:-shift] << (7 * shift), 0)
    ends = ~longer
    ends[3:] |= before  # a fourth byte ends a delta whatever it says
    return int(total[ends].sum(dtype=np.int64))


def exact_end_tick(track: bytes) -> int:
    """The sum of a track's delta times, event by event; slow, for tracks whose bound is too large.

    Raises MidiError where the events make no sense, since what follows there could mean anything.
    """
    at, status, tick = 0, 0, 0
    try:
        while at < len(track):
            delta, at = _number(track, at)
            tick += delta
            if track[at] >= 0x80:
                status, at = track[at], at + 1
            elif not 0x80 <= status < 0xF0:
                raise MidiError(f"byte {at} of a track continues no event", reason="does-not-parse")
            if status == 0xFF and track[at] == 0x2F:
                break
            at = _after_event(track, at, status)
    except IndexError:
        pass  # the track ends inside an event: what came before it counts
    return tick


def _number(track: bytes, at: int) -> tuple[int, int]:
    value = 0
    for _ in range(4):
        byte, at = track[at], at + 1
        value = (value << 7) | (byte & 0x7F)
        if byte < 0x80:
            break
    return value, at


def _after_event(track: bytes, at: int, status: int) -> int:
    if 0x80 <= status < 0xF0:
        return at + DATA_BYTES[status & 0xF0]
    if status in (0xF0, 0xF7, 0xFF):
        length, at = _number(track, at + (status == 0xFF))
        return at + length
    raise MidiError(f"byte {at} of a track is no event", reason="does-not-parse")


def with_all_notes_ended(chunks: Chunks) -> Chunks:
    """The same file with a note-off for every pitch at the end of each track, so that no note stays without an end."""
    return Chunks(chunks.form, chunks.division, tuple(_ended(track) for track in chunks.tracks))


def _ended(track: bytes) -> bytes:
    """A track with note-offs put before its end-of-track event, by running status: three bytes a pitch."""
    has_end = track.endswith(END_OF_TRACK)
    body = track[: -len(END_OF_TRACK)] if has_end else track + b"\x00"
    for channel in range(16):
        if bytes([0x90 | channel]) in track:
            body += bytes([0x80 | channel]) + b"".join(bytes([pitch, 0, 0]) for pitch in range(128))
    return body + END_OF_TRACK
