"""A dataset that `prepare` made, opened: what is in it, and its songs one by one."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from popgen_core.corpus.grids import grid_from_plain
from popgen_core.corpus.pt import SCHEMA, song_from_pt
from popgen_core.corpus.stored import StoredSong
from popgen_core.errors import DatasetError
from popgen_core.music.grid import Grid
from popgen_core.music.roll import RollSpec

__all__ = ["Dataset", "NoteRates", "SongEntry", "cells_of"]


@dataclass(frozen=True)
class SongEntry:
    """What dataset.json says of one song: its MIDI file, its file in songs/, length in frames and seconds, notes."""

    file: str
    pt: str
    sha256: str
    frames: int
    seconds: float
    notes: dict[str, int]


@dataclass(frozen=True)
class NoteRates:
    """Share of a group's cells (frame, pitch) that hold an onset, and share that sound: arrays (group,), 0..1."""

    onset: NDArray[np.float64]
    active: NDArray[np.float64]


@dataclass(frozen=True)
class Dataset:
    """A folder that `prepare` made. `spec` and `grid` are what its songs are stored on; `load` reads one of them."""

    path: Path
    grid: Grid
    spec: RollSpec
    grouper: dict[str, Any]
    songs: tuple[SongEntry, ...]

    @classmethod
    def open(cls, path: str | os.PathLike[str]) -> Dataset:
        """The dataset in a folder; raises DatasetError when there is none, or one of another schema."""
        path = Path(path)
        about = _about(path)
        if about.get("schema") != SCHEMA:
            raise DatasetError(
                f"{path} has schema {about.get('schema')!r}, this popgen reads {SCHEMA}",
                hint="prepare the dataset anew, or use the popgen that made it",
            )
        try:
            songs = tuple(SongEntry(**song) for song in about["songs"])
            spec = RollSpec(tuple(about["groups"]), pitches=about["pitches"], lowest=about["lowest"])
            return cls(path, grid_from_plain(about["grid"]), spec, about["grouper"], songs)
        except (KeyError, TypeError, AttributeError) as error:
            raise DatasetError(f"{path / 'dataset.json'} lacks or mistakes {error}", hint="prepare it anew") from error

    @property
    def groups(self) -> tuple[str, ...]:
        """Names of the groups, in the order of the rolls."""
        return self.spec.groups

    def __len__(self) -> int:
        return len(self.songs)

    def __iter__(self) -> Iterator[StoredSong]:
        return (self.load(index) for index in range(len(self)))

    def load(self, index: int) -> StoredSong:
        """One song; raises DatasetError when its file is missing or not the one that was prepared."""
        entry = self.songs[index]
        file = self.path / "songs" / os.path.basename(entry.pt)
        try:
            found = file.read_bytes()
        except OSError as error:
            raise DatasetError(f"{file} cannot be read: {error.strerror}", hint="prepare the dataset anew") from error
        if hashlib.sha256(found).hexdigest() != entry.sha256:
            raise DatasetError(f"{file} was changed since it was prepared", hint="prepare the dataset anew")
        return song_from_pt(found)

    def note_rates(self, grid: Grid, spec: RollSpec) -> NoteRates:
        """How full the cells of each group are on a grid, over all songs; 0 where there are no frames."""
        counts = np.zeros((2, len(spec.groups)))
        frames = 0
        for song in self:
            roll = song.roll(grid, spec)
            counts += cells_of(roll.events, spec)
            frames += roll.frames
        onset, active = counts / max(frames * spec.pitches, 1)
        return NoteRates(onset=onset, active=active)


def cells_of(events: NDArray[Any], spec: RollSpec) -> NDArray[np.int64]:
    """EVENT rows -> (2, group): cells of each group with an onset, and cells in which a note sounds."""
    if len(events) == 0:
        return np.zeros((2, len(spec.groups)), dtype=np.int64)
    row = events["group"].astype(np.int64) * spec.pitches + events["pitch"]
    length = int(events["last"].max()) + 1
    first, last = row * length + events["frame"], row * length + events["last"]  # rows of frames laid end to end
    order = np.argsort(first, kind="stable")
    first, last, row = first[order], last[order], row[order]
    sounded = np.concatenate([[-1], np.maximum.accumulate(last)[:-1]])  # the last cell that earlier notes fill
    active = np.maximum(last - np.maximum(first, sounded + 1) + 1, 0)
    begins = np.append(True, np.diff(first) > 0)
    group = row // spec.pitches
    count = len(spec.groups)
    return np.stack([np.bincount(group, weights=weights, minlength=count) for weights in (begins, active)]).astype(int)


def _about(path: Path) -> dict[str, Any]:
    try:
        about = json.loads((path / "dataset.json").read_bytes())
    except OSError as error:
        raise DatasetError(
            f"{path} is no dataset: dataset.json: {error.strerror}", hint="make one: popgen prepare"
        ) from error
    except ValueError as error:
        raise DatasetError(f"{path / 'dataset.json'} is damaged: {error}", hint="prepare the dataset anew") from error
    if not isinstance(about, dict):
        raise DatasetError(f"{path / 'dataset.json'} is damaged", hint="prepare the dataset anew")
    return about
