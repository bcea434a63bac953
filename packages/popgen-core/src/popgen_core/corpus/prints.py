"""The fingerprint of a song: some of its melodic turns, by which copies of it and excerpts from it are known again.

A turn is six events of one line: the five steps between them in semitones, and how many beats pass at each, rounded.
So neither key, tempo, loudness nor instruments change it. The lines are the top line of every pitched group, and top
and bottom of all pitched groups together, which stay when tracks come into other groups.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from popgen_core.errors import DatasetError
from popgen_core.music.columns import Columns
from popgen_core.music.song import Song

__all__ = ["FULL", "SIZE", "print_from_text", "print_of", "print_of_notes", "text_of_print"]

SIZE = 128  # hashes that a print keeps, the smallest of its song's
LEAST, LEAST_DRUMS = 8, 16  # fewer different turns, of a melody and of drums, say nothing about where a song is from
FULL = 0xFFFFFFFE  # above every hash that is no padding

TURN_STEPS, DRUM_STEPS = 5, 8  # steps from event to event in a turn, of a melody and of drums
LEAST_MOVES = 3  # of a turn's steps that change the pitch: repeated notes are everybody's
TOGETHER = 0.1  # beats; onsets that follow each other no later are one event (a strum, a human chord)
WIDEST = 31  # semitones; wider leaps count as this

# beats from event to event between which a step counts as equally long: 16ths and triplets, 8ths, dotted 8ths, ...
STEP_BEATS = np.array([0.18, 0.41, 0.61, 0.86, 1.22, 1.75, 2.5, 3.5, 6.0])
STEPS = 48  # parts of a beat to which onsets are rounded where all notes count
LENGTHS = 16  # room for the classes of STEP_BEATS in a token

# General MIDI percussion -> kick, snare, closed hi-hat, open hi-hat, low tom, high tom, crash, ride or other
DRUMS = ((35, 36), (37, 38, 39, 40), (22, 42, 44), (26, 46), (41, 43, 45), (47, 48, 50), (49, 52, 55, 57))


def _drum_bits() -> NDArray[np.int64]:
    """(128,) one bit for the voice of each drum pitch."""
    bits = np.full(128, 1 << len(DRUMS), dtype=np.int64)
    for voice, pitches in enumerate(DRUMS):
        bits[list(pitches)] = 1 << voice
    return bits


DRUM_BITS = _drum_bits()


def print_of(song: Song) -> NDArray[np.uint32]:
    """The fingerprint of a song whose tracks are named after their groups.

    The `SIZE` smallest hashes of the song's different turns, rising (a bottom-k sketch, Broder 1997): those of an
    excerpt below some number are then among those of the whole song below it. A song without enough melody is known
    by its drums instead: sets of drums struck together, nine in a row; one with too few of those by all its notes.
    """
    drum = np.array([track.is_drum for track in song.tracks], dtype=np.bool_)
    return print_of_notes(song.columns.of(~drum), song.columns.of(drum), song.ticks_per_quarter)


def print_of_notes(pitched: Columns, drums: Columns, ticks_per_quarter: int) -> NDArray[np.uint32]:
    """The fingerprint by the notes of pitched groups and of drums, each group's sorted by start; as `print_of`."""
    hashes = _melody_hashes(pitched, ticks_per_quarter)
    if len(hashes) >= LEAST:
        return hashes[:SIZE]
    hashes = _drum_hashes(drums, ticks_per_quarter) if len(drums.start) else hashes
    return hashes[:SIZE] if len(hashes) >= LEAST_DRUMS else _exact_hashes(pitched, drums, ticks_per_quarter)


def _exact_hashes(pitched: Columns, drums: Columns, ticks_per_quarter: int) -> NDArray[np.uint32]:
    """Two hashes of all notes, from the first on and in any key: with too few turns only equal music is known again."""
    if not len(pitched.start) + len(drums.start):
        return np.zeros(0, dtype=np.uint32)
    first = min(int(notes.start.min()) for notes in (pitched, drums) if len(notes.start))
    content = hashlib.sha256()
    for notes, lowest in ((pitched, int(pitched.pitch.min(initial=128))), (drums, 0)):
        beat = np.rint((notes.start - first) * (STEPS / ticks_per_quarter)).astype(np.int64)
        events = np.sort(beat << 8 | (notes.pitch.astype(np.int64) - lowest))
        content.update(events.astype("<i8").tobytes() + b"/")
    both = np.frombuffer(content.digest()[:8], dtype="<u4").astype(np.uint32)
    return np.unique(np.minimum(both, np.uint32(FULL - 1)))


def text_of_print(hashes: NDArray[np.uint32]) -> str:
    """A fingerprint as text for JSON: base64 of little-endian 32-bit numbers."""
    return base64.b64encode(hashes.astype("<u4").tobytes()).decode("ascii")


def print_from_text(text: str) -> NDArray[np.uint32]:
    """The fingerprint in a text that `text_of_print` made; raises DatasetError for any other."""
    try:
        return np.frombuffer(base64.b64decode(text, validate=True), dtype="<u4").astype(np.uint32)
    except (binascii.Error, ValueError) as error:
        raise DatasetError("a song's fingerprint is damaged", hint="prepare the dataset anew") from error


def _melody_hashes(notes: Columns, ticks_per_quarter: int) -> NDArray[np.uint32]:
    """Notes of the pitched groups -> the different turns of all lines as rising hashes."""
    if len(notes.start) == 0:
        return np.zeros(0, dtype=np.uint32)
    order = np.argsort(notes.start, kind="stable")  # all groups together: the last line
    tick = np.concatenate([notes.start, notes.start.take(order)])
    pitch = np.concatenate([notes.pitch, notes.pitch.take(order)])
    together = len(notes.count)
    line = np.arange(together + 1, dtype=np.int32).repeat([*notes.count.tolist(), len(order)])
    beat = tick / ticks_per_quarter

    first = _first_of_events(beat, line)
    top, beat, line = np.maximum.reduceat(pitch, first), beat.take(first), line.take(first)
    at = int(line.searchsorted(together))
    bottom = np.minimum.reduceat(pitch[first[at] :], first[at:] - first[at])

    steps = _steps(np.concatenate([top, bottom], dtype=np.int64))
    tokens = (np.minimum(np.maximum(steps, -WIDEST), WIDEST) + WIDEST) * LENGTHS
    tokens += STEP_BEATS.searchsorted(_steps(np.concatenate([beat, beat[at:]])))
    ends = np.concatenate([_steps(line) != 0, [True], np.zeros(len(bottom) - 1, dtype=np.bool_)])
    turns = (_counts(ends, TURN_STEPS) == 0) & (_counts(steps != 0, TURN_STEPS) >= LEAST_MOVES)
    return _hashes(_codes(tokens, TURN_STEPS).compress(turns))


def _drum_hashes(notes: Columns, ticks_per_quarter: int) -> NDArray[np.uint32]:
    """Notes of the drums -> the different turns as rising hashes, none of which a melody is meant to have."""
    order = np.argsort(notes.start, kind="stable")
    beat = notes.start.take(order) / ticks_per_quarter
    first = _first_of_events(beat, np.zeros(len(order), dtype=np.int32))
    struck = np.bitwise_or.reduceat(DRUM_BITS.take(notes.pitch.take(order)), first)
    tokens = struck[1:] * LENGTHS + STEP_BEATS.searchsorted(_steps(beat.take(first))) + (1 << 20)
    return _hashes(_codes(tokens, DRUM_STEPS))


def _steps(values: NDArray[Any]) -> NDArray[Any]:
    """(event,) -> (event - 1,) from each to the next."""
    return np.asarray(values[1:] - values[:-1])


def _first_of_events(beat: NDArray[np.float64], line: NDArray[np.int32]) -> NDArray[np.int64]:
    """Which notes begin an event: those of another line than the note before, or later than together with it."""
    begins = np.ones(len(beat), dtype=np.bool_)
    np.logical_or(_steps(beat) > TOGETHER, line[1:] != line[:-1], out=begins[1:])
    return np.flatnonzero(begins)


def _counts(flags: NDArray[np.bool_], width: int) -> NDArray[np.int8]:
    """(steps,) -> (steps - width + 1,) how many of each `width` in a row, a handful, are set."""
    turns = max(len(flags) - width + 1, 0)
    counts = np.zeros(turns, dtype=np.int8)
    for step in range(width):
        counts += flags[step : step + turns].view(np.int8)
    return counts


def _codes(tokens: NDArray[np.int64], width: int) -> NDArray[np.uint64]:
    """(steps,) -> (steps - width + 1,) one number for each `width` tokens in a row, none of them below 0."""
    turns = max(len(tokens) - width + 1, 0)
    codes = np.zeros(turns, dtype=np.uint64)
    for step in range(width):
        codes *= np.uint64(0x9E3779B97F4A7C15)
        codes += tokens[step : step + turns].view(np.uint64)
    return codes


def _hashes(codes: NDArray[np.uint64]) -> NDArray[np.uint32]:
    """Numbers -> their different 32-bit hashes, rising; the mixing is that of SplitMix64 (Steele and others, 2014)."""
    if len(codes) == 0:
        return codes.astype(np.uint32)
    mixed = codes ^ (codes >> np.uint64(30))
    mixed *= np.uint64(0xBF58476D1CE4E5B9)
    mixed ^= mixed >> np.uint64(27)
    mixed *= np.uint64(0x94D049BB133111EB)
    mixed ^= mixed >> np.uint64(31)
    short = (mixed >> np.uint64(32)).astype(np.uint32)
    short = np.sort(np.minimum(short, np.uint32(FULL - 1)))
    return short.compress(np.append(True, short[1:] != short[:-1]))
