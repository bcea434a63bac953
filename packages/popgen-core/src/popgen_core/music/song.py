"""A song: notes in ticks, with the tempo, meter, key, markers and controllers that came with them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from popgen_core.errors import SongError
from popgen_core.music.columns import NOTE, Columns, columns_of

__all__ = ["BEND", "CONTROL", "KEY", "METER", "NOTE", "TEMPO", "Marker", "Song", "Track", "notes_from", "rows"]

Rows = NDArray[Any]

CONTROL = np.dtype([("tick", "<i8"), ("number", "u1"), ("value", "u1")])
BEND = np.dtype([("tick", "<i8"), ("value", "<i2")])  # -8192 .. 8191
TEMPO = np.dtype([("tick", "<i8"), ("microseconds", "<i8")])  # microseconds a quarter note
METER = np.dtype([("tick", "<i8"), ("numerator", "<i4"), ("denominator", "<i4")])
KEY = np.dtype([("tick", "<i8"), ("fifths", "i1"), ("minor", "?")])  # fifths: -7 (flats) .. 7 (sharps)

PEDAL = 64


def rows(dtype: np.dtype[Any], values: Iterable[tuple[Any, ...]] = ()) -> Rows:
    """Tuples as a structured array of `dtype`: `rows(TEMPO, [(0, 500_000)])`."""
    return np.array(list(values), dtype=dtype)


def notes_from(values: Iterable[tuple[int, int, int, int]]) -> Rows:
    """(start_tick, length_ticks, pitch, velocity) tuples as notes, sorted by start, then pitch."""
    notes = rows(NOTE, values)
    return notes[np.lexsort((notes["pitch"], notes["start_tick"]))]


@dataclass(frozen=True)
class Marker:
    """A named place in a song, such as the start of its chorus."""

    tick: int
    text: str


@dataclass(frozen=True)
class Track:
    """The notes of one instrument, sorted by start, with the controllers and pitch bends that shape them.

    `program` is the General MIDI program 0-127; a drum track's notes choose a drum by their pitch.
    """

    name: str
    program: int
    is_drum: bool
    notes: Rows = field(default_factory=lambda: rows(NOTE))
    controls: Rows = field(default_factory=lambda: rows(CONTROL))
    bends: Rows = field(default_factory=lambda: rows(BEND))

    def pedals(self) -> NDArray[np.int64]:
        """Sustain pedal as (start_tick, end_tick) rows, from controller 64; one left down ends at the last note."""
        pedal = self.controls[self.controls["number"] == PEDAL]
        down = pedal["value"] >= 64
        changes = pedal["tick"][np.flatnonzero(np.diff(down.astype(np.int8), prepend=0))]
        if len(changes) % 2:
            changes = np.append(changes, max(int(changes[-1]), self.end_tick))
        return np.asarray(changes, dtype=np.int64).reshape(-1, 2)

    @cached_property
    def end_tick(self) -> int:
        """The tick at which the last note has ended; 0 without notes."""
        return int((self.notes["start_tick"] + self.notes["length_ticks"]).max(initial=0))


@dataclass(frozen=True)
class Song:
    """One piece: tracks of notes in ticks, and the maps that turn ticks into seconds, beats and bars.

    The tempo and meter maps always hold a row at tick 0 (120 BPM and 4/4 where none is given, as the Standard
    MIDI File specification has it), and like the keys one row a tick at most: the last that is given, since files
    repeat their marks in every track. A beat is a quarter note throughout popgen.
    Raises SongError for negative times, and for a resolution, tempo or meter that is not positive.
    """

    ticks_per_quarter: int
    tracks: tuple[Track, ...]
    tempos: Rows = field(default_factory=lambda: rows(TEMPO))
    meters: Rows = field(default_factory=lambda: rows(METER))
    keys: Rows = field(default_factory=lambda: rows(KEY))
    markers: tuple[Marker, ...] = ()
    provenance: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "tempos", _from_zero(self.tempos, (0, 500_000)))
        object.__setattr__(self, "meters", _from_zero(self.meters, (0, 4, 4)))
        object.__setattr__(self, "keys", _one_a_tick(self.keys))
        if self.ticks_per_quarter <= 0:
            raise SongError(f"a song needs a positive number of ticks a quarter, got {self.ticks_per_quarter}")
        if (self.tempos["microseconds"] <= 0).any():
            raise SongError("a tempo map holds a tempo of zero or less")
        if (self.meters["numerator"] <= 0).any() or (self.meters["denominator"] <= 0).any():
            raise SongError("a meter map holds a meter without beats")
        negative = (self.columns.start < 0) | (self.columns.length < 0)
        if negative.any():
            track = self.tracks[int(self.columns.track[negative.argmax()])]
            raise SongError(f"track {track.name!r} holds notes at negative times")

    @cached_property
    def columns(self) -> Columns:
        """The notes of all tracks as columns, found once: whoever changes notes makes a new song."""
        return columns_of([track.notes for track in self.tracks])

    @property
    def note_count(self) -> int:
        """Notes in all tracks."""
        return len(self.columns.start)

    @cached_property
    def end_tick(self) -> int:
        """The tick at which the last note has ended; 0 without notes."""
        return int(self.columns.end.max(initial=0))

    def seconds(self, ticks: Any) -> NDArray[np.float64]:
        """Seconds from the start at these ticks (any shape), by the tempo map."""
        ticks = np.asarray(ticks, dtype=np.float64)
        if len(self.tempos) == 1:
            return np.asarray((ticks - self.tempos["tick"][0]) * self._seconds_per_tick[0])
        at = np.maximum(np.searchsorted(self.tempos["tick"], ticks, side="right") - 1, 0)
        return np.asarray(self._tempo_seconds[at] + (ticks - self.tempos["tick"][at]) * self._seconds_per_tick[at])

    def ticks(self, seconds: Any) -> NDArray[np.float64]:
        """Ticks, with their fractions, at these seconds: the inverse of `seconds`."""
        seconds = np.asarray(seconds, dtype=np.float64)
        starts = self._tempo_seconds
        at = np.maximum(np.searchsorted(starts, seconds, side="right") - 1, 0)
        return np.asarray(self.tempos["tick"][at] + (seconds - starts[at]) / self._seconds_per_tick[at])

    def duration_seconds(self) -> float:
        """Seconds from the start to the end of the last note."""
        return self._duration

    @cached_property
    def _duration(self) -> float:
        return float(self.seconds(self.end_tick))

    def tempo_bpm(self, ticks: Any) -> NDArray[np.float64]:
        """Quarter notes a minute in force at these ticks; one that comes from seconds may miss a change by a hair."""
        at = np.maximum(np.searchsorted(self.tempos["tick"], np.asarray(ticks) + 1e-6, side="right") - 1, 0)
        return np.asarray(60e6 / self.tempos["microseconds"][at])

    @cached_property
    def _seconds_per_tick(self) -> NDArray[np.float64]:
        return np.asarray(self.tempos["microseconds"] / (1e6 * self.ticks_per_quarter))

    @cached_property
    def _tempo_seconds(self) -> NDArray[np.float64]:
        lengths = np.diff(self.tempos["tick"]) * self._seconds_per_tick[:-1]
        return np.concatenate([[0.0], np.cumsum(lengths)])


def _one_a_tick(given: Rows) -> Rows:
    """The rows sorted by tick, the last of several at one tick kept."""
    if len(given) < 2:
        return given
    ticks = given["tick"]
    if (ticks[1:] > ticks[:-1]).all():
        return given
    given = given[np.argsort(ticks, kind="stable")]
    return np.asarray(given[np.append(np.diff(given["tick"]) > 0, True)])


def _from_zero(given: Rows, default: tuple[int, ...]) -> Rows:
    """The map with one row a tick, and one in force at tick 0."""
    given = _one_a_tick(given)
    if len(given) == 0 or given["tick"][0] > 0:
        given = np.concatenate([rows(given.dtype, [default]), given])
    return given
