"""A dataset that `prepare` made, opened: what is in it, and its songs one by one."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from popgen_core.corpus.grids import grid_from_plain
from popgen_core.corpus.pt import SCHEMA, song_from_pt
from popgen_core.corpus.stored import StoredSong
from popgen_core.errors import DatasetError
from popgen_core.music.grid import Grid
from popgen_core.music.roll import RollSpec

__all__ = ["Dataset", "SongEntry"]


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
    def sha256(self) -> str:
        """The digest of dataset.json, which holds that of every song."""
        return hashlib.sha256((self.path / "dataset.json").read_bytes()).hexdigest()

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
