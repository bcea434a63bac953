"""Chunks of a Standard MIDI File, taken apart and put together again without trusting a length or a count in it."""

from __future__ import annotations

import struct
from dataclasses import dataclass, replace

from popgen_core.errors import MidiError
from popgen_core.music.events import END_OF_TRACK
from popgen_core.music.smpte import beats_of

__all__ = ["Chunks", "chunks_of"]

HEADER = struct.Struct(">4sIHHh")
NEAR = 1024  # bytes within which a header is looked for: other systems put 128 of their own before a file


@dataclass(frozen=True)
class Chunks:
    """A file's format (0, 1), ticks a quarter note, and the bytes of each of its tracks; `repairs` in words.

    `microseconds` is the one tempo of a file that came with SMPTE times, microseconds a quarter; 0 for all others.
    `cut`: whether a track was cut where its bytes stopped making sense.
    """

    form: int
    division: int
    tracks: tuple[bytes, ...]
    repairs: tuple[str, ...] = ()
    microseconds: int = 0
    cut: bool = False

    def midi(self) -> bytes:
        """The same music as a file whose header and lengths are true; chunks of other kinds are left out."""
        form = self.form if len(self.tracks) == 1 else 1
        header = HEADER.pack(b"MThd", 6, form, len(self.tracks), self.division)
        return header + b"".join(b"MTrk" + struct.pack(">I", len(track)) + track for track in self.tracks)

    def repaired(self, tracks: tuple[bytes, ...], repairs: tuple[str, ...]) -> Chunks:
        """The same file with other tracks, and with what was done to them added to its repairs."""
        return replace(self, tracks=tracks, repairs=(*self.repairs, *repairs))


def chunks_of(midi: bytes, most_tracks: int) -> Chunks:
    """The chunks of a file, out of its wrapping if it has one.

    Raises MidiError for what is no MIDI file, for several sequences (format 2), for SMPTE times that no clock has, a
    resolution of 0 and too many tracks.
    """
    midi, repairs = _unwrapped(midi)
    if len(midi) < HEADER.size or not midi.startswith(b"MThd"):
        raise MidiError("no Standard MIDI File: it does not begin with MThd", reason="not-midi")
    _, length, form, count, division = HEADER.unpack_from(midi)
    if length < 6:
        raise MidiError(f"its header is {length} bytes long and needs 6", reason="not-midi")
    if division == 0:
        raise MidiError("it has 0 ticks a quarter note", reason="bad-resolution")
    if length > len(midi) - 8:
        repairs.append(f"the header's length is wrong ({length:,} bytes)")
        length = 6
    tracks, damage = _tracks(midi, 8 + length, most_tracks)
    if len(tracks) != count:
        damage.append(f"the header says {count} tracks, the file has {len(tracks)}")
    form, changed = _form(form, len(tracks))
    cut = len(tracks) < count or any("bytes early" in told for told in damage)
    if division > 0:
        return Chunks(form, division, tuple(tracks), (*repairs, *damage, *changed), cut=cut)
    beats = beats_of(division)
    repairs = [*repairs, *damage, *changed, beats.repair]
    return Chunks(form, beats.ticks_per_quarter, tuple(tracks), tuple(repairs), beats.microseconds, cut)


def _unwrapped(midi: bytes) -> tuple[bytes, list[str]]:
    """The MIDI file inside a RIFF RMID file (Microsoft's .rmi) or behind some other bytes, or the bytes as they are."""
    if midi[:4] != b"RIFF" or midi[8:12] != b"RMID":
        before = midi.find(b"MThd", 0, NEAR)
        return (midi[before:], [f"{before} bytes before the header left out"]) if before > 0 else (midi, [])
    at = 12
    while at + 8 <= len(midi):
        length = int.from_bytes(midi[at + 4 : at + 8], "little")
        if midi[at : at + 4] == b"data":
            end = at + 8 + length
            if end == len(midi) or _begins_chunk(midi, end + length % 2):
                return midi[at + 8 : end], []
            return midi[at + 8 :], [f"the length of the wrapping is wrong ({length:,} bytes), the rest was read too"]
        at += 8 + length + length % 2
    raise MidiError("a RIFF file without MIDI data in it", reason="not-midi")


def _begins_chunk(midi: bytes, at: int) -> bool:
    """Whether a chunk of a RIFF file begins here, or the file ends."""
    length = int.from_bytes(midi[at + 4 : at + 8], "little")
    return at == len(midi) or (midi[at : at + 4].isascii() and at + 8 + length <= len(midi) and len(midi) >= at + 8)


def _form(form: int, tracks: int) -> tuple[int, list[str]]:
    """The format that the tracks are read as; raises MidiError for several sequences in one file."""
    if form == 2 and tracks > 1:
        raise MidiError(f"format 2: {tracks} independent sequences, no song", reason="format-2")
    if form == 2:
        return 0, ["format 2 with one track, read as format 0"]
    if form > 2:
        return 1, [f"format {form} is unknown, read as format 1"]
    if form == 0 and tracks > 1:
        return 1, [f"format 0 with {tracks} tracks, read as format 1"]
    return form, []


def _tracks(midi: bytes, at: int, most_tracks: int) -> tuple[list[bytes], list[str]]:
    tracks: list[bytes] = []
    repairs: list[str] = []
    while at + 8 <= len(midi):
        length = int.from_bytes(midi[at + 4 : at + 8], "big")
        if midi[at : at + 4] != b"MTrk":
            at = _past_other_chunk(midi, at, length)
            continue
        if len(tracks) == most_tracks:
            raise MidiError(f"more than {most_tracks} tracks", reason="too-many-tracks")
        start, end = at + 8, _true_end(midi, at + 8, length)
        tracks.append(midi[start:end])
        if end != start + length:
            repairs.append(_wrong_length(len(tracks), length, midi[start:end], end == len(midi)))
        at = end
    return tracks, repairs


def _past_other_chunk(midi: bytes, at: int, length: int) -> int:
    """Where to go on at something that is no track: behind a chunk of another kind, else at the next track."""
    end = at + 8 + length
    if midi[at : at + 4].isalnum() and end <= len(midi):
        return end
    following = midi.find(b"MTrk", at + 1)
    return following if following > 0 else len(midi)


def _true_end(midi: bytes, start: int, length: int) -> int:
    """Where a track ends: as its length says if that can be, else before the next track, else at the file's end."""
    end = start + length
    if (inside := midi.find(END_OF_TRACK + b"MTrk", start, end + 4)) >= 0:
        return inside + len(END_OF_TRACK)
    if end > len(midi):
        return len(midi)
    if end == len(midi) or midi.startswith(b"MTrk", end) or midi.endswith(END_OF_TRACK, start, end):
        return end
    following = midi.find(b"MTrk", end)
    other = int.from_bytes(midi[end + 4 : end + 8], "big")
    if midi[end : end + 4].isalnum() and end + 8 + other in (len(midi), following):
        return end
    return following if following > 0 else len(midi)


def _wrong_length(number: int, length: int, track: bytes, last: bool) -> str:
    if last and length > len(track) and not track.endswith(END_OF_TRACK):
        return f"the file ends {length - len(track):,} bytes early, inside track {number}"
    return f"the length of track {number} is wrong ({length:,} bytes), it has {len(track):,}"
