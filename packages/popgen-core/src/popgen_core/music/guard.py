"""What keeps a hostile file from doing harm: checks before, around and after the parsing of a MIDI file.

symusic trusts its input: a tick past 2^31 turns negative and one past 2^32 wraps, 37 bytes can ask for a roll of
gigabytes. What can be kept of a musician's damaged file is kept, and named in the repairs.
"""

from __future__ import annotations

import os
import re
import stat
import unicodedata
from dataclasses import dataclass, replace
from typing import Any

from popgen_core.errors import MidiError
from popgen_core.music.chunks import LAST_TICK, Chunks, chunks_of, end_tick_bound, exact_end_tick, with_all_notes_ended
from popgen_core.music.meta import find_text
from popgen_core.music.midi import PROVENANCE, score_from_midi, song_from_score
from popgen_core.music.song import Marker, Song

__all__ = ["ENDINGS", "LIMITS", "Limits", "Reading", "plain_text", "read_bytes", "read_song", "song_from_bytes"]

ENDINGS = (".mid", ".midi", ".kar", ".rmi")  # of the names of MIDI files, in any case

LONGEST_TEXT = 200  # characters of a track name or a marker
ANSI = re.compile(r"\x1b(\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(\x07|\x1b\\)?)")


@dataclass(frozen=True)
class Limits:
    """What popgen reads at most; no song that people play comes near.

    `file_bytes`: size of the file. `tracks`, `notes`: their number. `quarters`: quarter notes from the start to the
    end of the last note. `seconds`: the same in seconds. `fastest_bpm`: quarter notes a minute. `beats_a_bar`: the
    upper number of a meter. `wrong_marks`: impossible meters that are dropped and named before a file is refused.
    """

    file_bytes: int = 8 * 2**20
    tracks: int = 1024
    notes: int = 500_000
    quarters: int = 100_000
    seconds: float = 4 * 3600.0
    fastest_bpm: float = 2000.0
    beats_a_bar: int = 64
    wrong_marks: int = 4


LIMITS = Limits()


@dataclass(frozen=True)
class Reading:
    """A song that is safe to lay on a grid, and what had to be repaired in its file, in words."""

    song: Song
    repairs: tuple[str, ...]


def read_song(path: str | os.PathLike[str], limits: Limits = LIMITS) -> Reading:
    """The song in a MIDI file. Raises MidiError, its `reason` one of the codes below, when popgen declines to read it.

    not-a-file, unreadable, too-large, not-midi, does-not-parse, smpte, format-2, bad-resolution, too-many-tracks,
    ticks-overflow, too-many-notes, too-long, no-notes, bad-tempo, bad-meter.
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
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        raise MidiError("it is no regular file", reason="not-a-file")
    with open(descriptor, "rb", closefd=False) as file:
        found = file.read(most + 1)  # not its size: a file may grow while it is read
    if len(found) > most:
        raise MidiError(f"it is larger than {most:,} bytes", reason="too-large")
    return found


def song_from_bytes(midi: bytes, limits: Limits = LIMITS) -> Reading:
    """The song in the bytes of a MIDI file; raises MidiError as `read_song` does."""
    chunks = chunks_of(midi, limits.tracks)
    _refuse_overflow(chunks)
    score, repairs = _parsed(chunks)
    _refuse_note_count(score.note_num(), limits)
    repairs += _drop_wrong_marks(score, limits)
    song = song_from_score(score, provenance=plain_text(find_text(midi, PROVENANCE), longest=2**16))
    _refuse_length(song, limits)
    song, renamed = _with_plain_names(song)
    return Reading(song, (*chunks.repairs, *repairs, *renamed))


def plain_text(text: str, *, longest: int = LONGEST_TEXT) -> str:
    """Text without control characters, terminal sequences and lone surrogates, cut to `longest` characters."""
    text = ANSI.sub("", text)
    kept = "".join(letter for letter in text if unicodedata.category(letter) not in ("Cc", "Cs", "Cf", "Zl", "Zp"))
    return kept[:longest].strip()


def _refuse_overflow(chunks: Chunks) -> None:
    for number, track in enumerate(chunks.tracks, 1):
        if end_tick_bound(track) > LAST_TICK and exact_end_tick(track) > LAST_TICK:
            raise MidiError(f"track {number} passes tick {LAST_TICK:,}", reason="ticks-overflow")


def _parsed(chunks: Chunks) -> tuple[Any, list[str]]:
    """symusic's score and what had to be repaired for it."""
    midi, clamp, repairs = chunks.midi(), False, []
    try:
        score = score_from_midi(midi)
    except MidiError:
        score, clamp = score_from_midi(midi, clamp=True), True
        repairs.append("data bytes over 127 limited to 127")
    if (hanging := _hanging_notes(chunks, clamp, score.note_num())) > 0:
        repairs.append(f"{hanging} hanging {'note' if hanging == 1 else 'notes'} (begun, never ended) left out")
    return score, repairs


def _hanging_notes(chunks: Chunks, clamp: bool, notes: int) -> int:
    """How many more notes there are when every note is ended at the end of its track."""
    try:
        return int(score_from_midi(with_all_notes_ended(chunks).midi(), clamp=clamp).note_num()) - notes
    except MidiError:  # what follows the last event of a damaged track cannot be told
        return 0


def _refuse_note_count(notes: int, limits: Limits) -> None:
    if notes == 0:
        raise MidiError("it holds no notes", reason="no-notes")
    if notes > limits.notes:
        raise MidiError(f"it holds {notes:,} notes, the limit is {limits.notes:,}", reason="too-many-notes")


def _drop_wrong_marks(score: Any, limits: Limits) -> list[str]:
    """Takes impossible meters and keys out of the score and names them; refuses tempos that no clock can follow."""
    shortest = int(score.tempos.numpy()["mspq"].min(initial=500_000))
    if shortest * limits.fastest_bpm < 60e6:
        raise MidiError(f"a tempo of {shortest} microseconds a quarter note", reason="bad-tempo")
    meters, keys = len(score.time_signatures), len(score.key_signatures)
    score.time_signatures.filter(lambda meter: _is_meter(meter.numerator, meter.denominator, limits))
    score.key_signatures.filter(lambda key: abs(key.key) <= 7 and key.tonality in (0, 1))
    meters, keys = meters - len(score.time_signatures), keys - len(score.key_signatures)
    if meters > limits.wrong_marks:
        raise MidiError(f"{meters} of its meters are impossible", reason="bad-meter")
    named = [f"{meters} impossible {'meter' if meters == 1 else 'meters'} dropped"] if meters else []
    return named + ([f"{keys} impossible key {'signature' if keys == 1 else 'signatures'} dropped"] if keys else [])


def _is_meter(numerator: int, denominator: int, limits: Limits) -> bool:
    return 1 <= numerator <= limits.beats_a_bar and denominator in (1, 2, 4, 8, 16, 32, 64)


def _refuse_length(song: Song, limits: Limits) -> None:
    quarters = song.end_tick / song.ticks_per_quarter
    if quarters > limits.quarters:
        raise MidiError(
            f"it is {quarters:,.0f} quarter notes long, the limit is {limits.quarters:,}", reason="too-long"
        )
    hours = song.duration_seconds() / 3600
    if hours * 3600 > limits.seconds:
        raise MidiError(f"it lasts {hours:,.1f} hours, the limit is {limits.seconds / 3600:g}", reason="too-long")


def _with_plain_names(song: Song) -> tuple[Song, list[str]]:
    """The song with names and markers that can be printed, and a repair if any could not."""
    tracks = tuple(replace(track, name=plain_text(track.name)) for track in song.tracks)
    markers = tuple(Marker(marker.tick, plain_text(marker.text)) for marker in song.markers)
    before = [track.name.strip() for track in song.tracks] + [marker.text.strip() for marker in song.markers]
    after = [track.name for track in tracks] + [marker.text for marker in markers]
    changed = sum(old != new for old, new in zip(before, after, strict=True))
    if not changed:
        return song, []
    return replace(song, tracks=tracks, markers=markers), [f"control characters taken out of {changed} names"]
