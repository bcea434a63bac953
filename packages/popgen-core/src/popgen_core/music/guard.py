"""What keeps a hostile file from doing harm: checks before, around and after the parsing of a MIDI file.

symusic trusts its input: a tick past 2^31 turns negative and one past 2^32 wraps, 37 bytes can ask for a roll of
gigabytes. What can be kept of a musician's damaged file is kept, and named in the repairs.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, replace
from typing import Any

from popgen_core.errors import MidiError
from popgen_core.music.chunks import Chunks, chunks_of
from popgen_core.music.hanging import end_hanging_notes, hangs, with_late_ends
from popgen_core.music.marks import MarkLimits
from popgen_core.music.mend import mend_all, mend_doubtful
from popgen_core.music.meta import find_text
from popgen_core.music.midi import PROVENANCE, score_from_midi, song_from_score
from popgen_core.music.song import TEMPO, Marker, Song, rows
from popgen_core.music.text import plain_text
from popgen_core.music.ticks import refuse_overflow

__all__ = [
    "ENDINGS",
    "LIMITS",
    "SKIPPED",
    "Limits",
    "Reading",
    "plain_text",
    "read_bytes",
    "read_song",
    "song_from_bytes",
]

ENDINGS = (".mid", ".midi", ".kar", ".rmi")  # of the names of MIDI files, in any case
# reasons that mean "no usable music"; all others mean "hostile, or no MIDI"
SKIPPED: frozenset[str] = frozenset({"no-notes", "format-2"})


@dataclass(frozen=True)
class Limits:
    """What popgen reads at most; no song that people play comes near. Every one is a setting.

    `file_bytes`: size of the file, bytes. `tracks`: track chunks in it. `notes`: notes in all tracks. `marks`: tempos,
    meters, keys and markers together. `events`: events of one track that are looked at one by one, which only damaged
    and doubtful tracks need. `quarters`: quarter notes from the start to the end of the last note. `seconds`: the same
    in seconds. `cells`: cells of the song's dense roll, frames x groups x pitches (checked where rolls are made; four
    hours at 20 frames a second, 7 groups and 88 pitches are 177 million). `fastest_bpm`: quarter notes a minute of a
    tempo; `beats_a_bar`: the upper number of a meter; tempos and meters beyond are dropped and named, and refuse no
    file.
    """

    file_bytes: int = 8 * 2**20
    tracks: int = 1024
    notes: int = 500_000
    marks: int = 100_000
    events: int = 500_000
    quarters: int = 100_000
    seconds: float = 4 * 3600.0
    cells: int = 500_000_000
    fastest_bpm: float = 2000.0
    beats_a_bar: int = 64


LIMITS = Limits()


@dataclass(frozen=True)
class Reading:
    """A song that is safe to lay on a grid, and what had to be repaired in its file, in words.

    `hanging`: notes that were begun and never ended, and now end at the next onset of their pitch or with their track.
    """

    song: Song
    repairs: tuple[str, ...]
    hanging: int = 0


def read_song(path: str | os.PathLike[str], limits: Limits = LIMITS) -> Reading:
    """The song in a MIDI file. Raises MidiError, its `reason` one of the codes below, when popgen declines to read it.

    not-a-file, unreadable, too-large, not-midi, does-not-parse, smpte, bad-resolution, too-many-tracks,
    ticks-overflow, too-many-notes, too-many-events, too-long; and those in SKIPPED: no-notes, format-2.
    """
    try:
        return song_from_bytes(read_bytes(path, limits), limits)
    except MidiError as error:
        shown = plain_text(os.fsencode(path).decode("utf-8", "backslashreplace"), longest=2**12)
        raise MidiError(f"{shown}: {error.message}", reason=error.reason, hint=error.hint) from error


def read_bytes(path: str | os.PathLike[str], limits: Limits = LIMITS) -> bytes:
    """The bytes of a regular file within the size limit; pipes and devices are not waited for."""
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise MidiError(f"it cannot be opened: {why}", reason="unreadable") from error
    try:
        return _regular_bytes(descriptor, limits.file_bytes)
    except OSError as error:
        raise MidiError(f"it cannot be read: {error.strerror}", reason="unreadable") from error
    finally:
        os.close(descriptor)


def _regular_bytes(descriptor: int, most: int) -> bytes:
    about = os.fstat(descriptor)
    if not stat.S_ISREG(about.st_mode):
        raise MidiError("it is no regular file", reason="not-a-file")
    found, chunk = b"", min(max(about.st_size + 1, 2**16), most + 1)
    while len(found) <= most and (read := os.read(descriptor, chunk)):
        found += read  # to the end, not to its size: a file may grow while it is read
    if len(found) > most:
        raise MidiError(f"it is larger than {most:,} bytes", reason="too-large")
    return found


def song_from_bytes(midi: bytes, limits: Limits = LIMITS) -> Reading:
    """The song in the bytes of a MIDI file; raises MidiError as `read_song` does."""
    chunks = chunks_of(midi, limits.tracks)
    refuse_overflow(midi, chunks.tracks)
    score, chunks, hanging = _parsed(chunks, midi, limits)
    song = song_from_score(score, provenance=plain_text(find_text(midi, PROVENANCE), longest=2**16))
    if chunks.microseconds:
        song = replace(song, tempos=rows(TEMPO, [(0, chunks.microseconds)]))
    _refuse_length(song, limits)
    song, renamed = _with_plain_names(song)
    return Reading(song, (*chunks.repairs, *_hanging_in_words(hanging), *renamed), hanging)


def _parsed(chunks: Chunks, midi: bytes, limits: Limits) -> tuple[Any, Chunks, int]:
    """symusic's score, the file that it was read from, and how many hanging notes were ended in it."""
    marks = MarkLimits(limits.fastest_bpm, limits.beats_a_bar, limits.events)
    chunks = mend_doubtful(chunks, midi, marks)
    try:
        score = score_from_midi(with_late_ends(chunks))
    except MidiError:
        chunks = mend_all(chunks, marks)
        score = score_from_midi(with_late_ends(chunks))
    _refuse_counts(score, chunks, limits)
    if not hangs(score):
        return score, chunks, 0
    chunks, hanging = end_hanging_notes(chunks, limits.events)
    return score_from_midi(chunks.midi()), chunks, hanging


def _hanging_in_words(hanging: int) -> list[str]:
    notes = "1 hanging note" if hanging == 1 else f"{hanging:,} hanging notes"
    return [f"{notes} ended at the next onset of the pitch or the end of the track"] if hanging else []


def _refuse_counts(score: Any, chunks: Chunks, limits: Limits) -> None:
    notes = score.note_num()
    if notes == 0 and chunks.cut:
        raise MidiError("it is damaged, and no note is left in it", reason="does-not-parse")
    if notes == 0:
        raise MidiError("it holds no notes", reason="no-notes")
    if notes > limits.notes:
        raise MidiError(f"it holds {notes:,} notes, the limit is {limits.notes:,}", reason="too-many-notes")
    marks = len(score.tempos) + len(score.time_signatures) + len(score.key_signatures) + len(score.markers)
    if marks > limits.marks:
        message = f"it holds {marks:,} tempos, meters, keys and markers, the limit is {limits.marks:,}"
        raise MidiError(message, reason="too-many-events")


def _refuse_length(song: Song, limits: Limits) -> None:
    last = song.end_tick
    quarters = last / song.ticks_per_quarter
    if quarters > limits.quarters:
        raise MidiError(
            f"it is {quarters:,.0f} quarter notes long, the limit is {limits.quarters:,}", reason="too-long"
        )
    hours = song.duration_seconds() / 3600
    if hours * 3600 > limits.seconds:
        raise MidiError(f"it lasts {hours:,.1f} hours, the limit is {limits.seconds / 3600:g}", reason="too-long")


def _with_plain_names(song: Song) -> tuple[Song, list[str]]:
    """The song with names and markers that can be printed, and a repair if any could not."""
    before = [track.name.strip() for track in song.tracks] + [marker.text.strip() for marker in song.markers]
    after = [plain_text(text) for text in before]
    changed = sum(old != new for old, new in zip(before, after, strict=True))
    if not changed and all(track.name == name for track, name in zip(song.tracks, after, strict=False)):
        return song, []
    tracks = tuple(replace(track, name=name) for track, name in zip(song.tracks, after, strict=False))
    texts = after[len(song.tracks) :]
    markers = tuple(Marker(marker.tick, text) for marker, text in zip(song.markers, texts, strict=True))
    repairs = [f"control characters taken out of {changed} name{'s' * (changed > 1)}"] if changed else []
    return replace(song, tracks=tracks, markers=markers), repairs
