"""A song on a grid: one row an onset, exact; dense arrays of frame x group x pitch on demand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from popgen_core.errors import SongError
from popgen_core.music.grid import Grid, frames_nearest
from popgen_core.music.song import NOTE, Song, Track

__all__ = ["EVENT", "DenseRoll", "PitchPolicy", "Roll", "RollSpec", "roll_from_song", "song_from_roll"]

PitchPolicy = Literal["fold", "drop"]  # what becomes of pitches outside a roll's range

# frame: the frame nearest to the onset; last: the last frame in which the note sounds; group, pitch: indices into
# the spec; velocity 0..1; duration in seconds; offset: onset minus frame, in frames, -0.5 .. 0.5 (micro-timing)
EVENT = np.dtype(
    [
        ("frame", "<i4"),
        ("last", "<i4"),
        ("group", "<i2"),
        ("pitch", "<i2"),
        ("velocity", "<f4"),
        ("duration", "<f4"),
        ("offset", "<f4"),
    ]
)


@dataclass(frozen=True)
class RollSpec:
    """The sizes of a roll: names of its groups, number of pitches from `lowest`, channels that a model reads.

    The default pitches are the 88 keys from MIDI 21 (A0) to 108 (C8), one range for all groups (paper, 2.1).
    """

    groups: tuple[str, ...]
    pitches: int = 88
    lowest: int = 21
    channels: tuple[str, ...] = ("onset", "active", "velocity")

    @property
    def cells(self) -> int:
        """Cells of one frame: groups x pitches."""
        return len(self.groups) * self.pitches


@dataclass(frozen=True)
class DenseRoll:
    """A stretch of a roll as arrays (frame, group, pitch).

    `onset`, `active` bool; `velocity` 0..1, `duration` in seconds and `offset` in frames are float32 and stand at
    onsets only. `merged` counts the onsets that shared a cell with another and are not seen here.
    """

    onset: NDArray[np.bool_]
    active: NDArray[np.bool_]
    velocity: NDArray[np.float32]
    duration: NDArray[np.float32]
    offset: NDArray[np.float32]
    merged: int


@dataclass(frozen=True)
class Roll:
    """All onsets of a song on a grid, sorted by frame, group and pitch; `counts` says what the pitch range changed."""

    spec: RollSpec
    grid: Grid
    frames: int
    events: NDArray[Any]
    counts: dict[str, int] = field(default_factory=dict)

    def window(self, start: int, stop: int) -> NDArray[Any]:
        """Events that sound in frames start..stop-1, their frames counted from `start` (negative: begun before)."""
        sounding = (self.events["frame"] < stop) & (self.events["last"] >= start)
        inside = np.take(self.events, np.flatnonzero(sounding))
        inside["frame"] -= start
        inside["last"] -= start
        return inside

    def dense(self, start: int = 0, stop: int | None = None) -> DenseRoll:
        """Frames start..stop-1 (default: all) as dense arrays; where onsets share a cell the loudest is kept."""
        stop = self.frames if stop is None else stop
        return dense_events(self.window(start, stop), stop - start, self.spec)


def dense_events(events: NDArray[Any], frames: int, spec: RollSpec) -> DenseRoll:
    """Events whose frames count from 0 as dense arrays of `frames` frames."""
    shape = (frames, len(spec.groups), spec.pitches)
    active = np.zeros((frames + 1, *shape[1:]), dtype=np.int32)
    first, after = np.maximum(events["frame"], 0), np.minimum(events["last"] + 1, frames)
    np.add.at(active, (first, events["group"], events["pitch"]), 1)
    np.add.at(active, (after, events["group"], events["pitch"]), -1)
    begun = events[(events["frame"] >= 0) & (events["frame"] < frames)]
    begun = begun[np.argsort(begun["velocity"], kind="stable")]  # the loudest is written last and stays
    cell = (begun["frame"], begun["group"], begun["pitch"])
    onset = np.zeros(shape, dtype=np.bool_)
    onset[cell] = True
    values = {name: np.zeros(shape, dtype=np.float32) for name in ("velocity", "duration", "offset")}
    for name, value in values.items():
        value[cell] = begun[name]
    merged = len(begun) - int(onset.sum())
    return DenseRoll(onset=onset, active=np.cumsum(active[:-1], axis=0) > 0, merged=merged, **values)


def roll_from_song(song: Song, grid: Grid, spec: RollSpec, pitches: PitchPolicy = "fold") -> Roll:
    """A grouped song on a grid. Its tracks must be named after the spec's groups (a grouper does that).

    Pitches outside the range are folded by octaves into it, or with `pitches` "drop" left out; those of drums (a
    pitch there is an instrument) are always left out, and so are all where the range is less than an octave.
    `counts` holds `folded`, `dropped`, and `out_of_range`: all that lay outside before. Raises SongError for a track
    of no group.
    """
    notes = _notes(song, spec)
    outside = (notes.pitch < 0) | (notes.pitch >= spec.pitches)
    out_of_range, dropped = int(np.count_nonzero(outside)), 0
    if out_of_range:
        lost = outside & (notes.drum if pitches == "fold" and spec.pitches >= 12 else True)
        dropped = int(np.count_nonzero(lost))
        notes = _kept(replace(notes, pitch=_folded(notes.pitch, spec)), ~lost)
    events = _events(song, grid, notes, spec)
    frames = int(events["last"].max(initial=-1)) + 1
    counts = {"folded": out_of_range - dropped, "dropped": dropped, "out_of_range": out_of_range}
    return Roll(spec=spec, grid=grid, frames=frames, events=events, counts=counts)


@dataclass(frozen=True)
class _Notes:
    """The notes of all tracks, one array (note,) a field; `pitch` counts from the roll's lowest."""

    start: NDArray[np.int64]
    end: NDArray[np.int64]
    pitch: NDArray[np.int64]
    velocity: NDArray[np.uint8]
    group: NDArray[np.int64]
    drum: NDArray[np.bool_]


def _notes(song: Song, spec: RollSpec) -> _Notes:
    for track in song.tracks:
        if track.name not in spec.groups:
            named = ", ".join(spec.groups)
            raise SongError(f"track {track.name!r} is none of the groups {named}", hint="group it first")
    columns = song.columns
    groups = np.array([spec.groups.index(track.name) for track in song.tracks], dtype=np.int64)
    drums = np.array([track.is_drum for track in song.tracks], dtype=np.bool_)
    return _Notes(
        start=columns.start,
        end=columns.end,
        pitch=columns.pitch.astype(np.int64) - spec.lowest,
        velocity=columns.velocity,
        group=groups.repeat(columns.count),
        drum=drums.repeat(columns.count),
    )


def _kept(notes: _Notes, kept: NDArray[np.bool_]) -> _Notes:
    """(note,) which -> those notes alone."""
    return _Notes(**{name: column.compress(kept) for name, column in vars(notes).items()})


def _folded(pitch: NDArray[np.int64], spec: RollSpec) -> NDArray[np.int64]:
    """Pitches moved by octaves to the nearest place inside the range, of an octave at least."""
    raised = np.where(pitch < 0, pitch % 12, pitch)
    over = np.maximum(raised - (spec.pitches - 1), 0)
    return np.asarray(raised - 12 * -(-over // 12))


def _events(song: Song, grid: Grid, notes: _Notes, spec: RollSpec) -> NDArray[Any]:
    """Notes as EVENT rows by frame, group and pitch, those of one cell in the order given."""
    count = len(notes.start)
    ticks = np.concatenate([notes.start, notes.end])  # (2 * note,) onsets, then ends
    seconds = song.seconds(ticks)
    positions = grid.positions(song, ticks, seconds)
    nearest = frames_nearest(positions)
    frame = nearest[:count]
    events = np.empty(count, dtype=EVENT)
    events["frame"] = frame
    events["last"] = np.maximum(nearest[count:] - 1, frame)
    events["group"] = notes.group
    events["pitch"] = notes.pitch
    events["velocity"] = notes.velocity / np.float32(127)
    events["duration"] = seconds[count:] - seconds[:count]
    events["offset"] = positions[:count] - frame
    cell = (frame * len(spec.groups) + notes.group) * spec.pitches + notes.pitch
    return np.take(events, np.argsort(cell, kind="stable"))  # take: ten times as fast as an index on such rows


def song_from_roll(roll: Roll, template: Song, tracks: Sequence[Track]) -> Song:
    """A roll as a song in the tempo, meter and resolution of `template`.

    `tracks` gives name, program and drum flag for each group, in order; their own notes are replaced. A note lasts at
    least one tick, unless it had no length in the song that the roll was made of.
    """
    events = roll.events
    starts = roll.grid.ticks(template, events["frame"].astype(np.float64) + events["offset"])
    ends = template.ticks(template.seconds(starts) + events["duration"])
    notes = np.empty(len(events), dtype=NOTE)
    notes["start_tick"] = np.maximum(np.rint(starts), 0)
    notes["length_ticks"] = np.maximum(np.rint(ends) - notes["start_tick"], events["duration"] > 0)
    notes["pitch"] = events["pitch"] + roll.spec.lowest
    notes["velocity"] = np.clip(np.rint(events["velocity"] * 127), 1, 127)
    made = []
    for group, track in enumerate(tracks):
        mine = notes[events["group"] == group]
        mine = mine[np.lexsort((mine["pitch"], mine["start_tick"]))]
        made.append(Track(track.name, track.program, track.is_drum, mine))
    return Song(
        template.ticks_per_quarter,
        tuple(made),
        template.tempos,
        template.meters,
        template.keys,
        template.markers,
        template.provenance,
    )
