"""A dataset that `prepare` made, opened: what is in it, and its songs one by one."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from popgen_core.corpus.grids import grid_from_plain
from popgen_core.corpus.journal import UNFINISHED
from popgen_core.corpus.pt import song_from_pt
from popgen_core.corpus.split import Split, split_from_plain
from popgen_core.corpus.store import Store, store_at
from popgen_core.corpus.stored import StoredSong
from popgen_core.errors import DatasetError
from popgen_core.music.grid import Grid
from popgen_core.music.roll import RollSpec

__all__ = ["DIGEST", "INDEX", "REPORT", "SCHEMA", "SONGS", "SPLIT", "Dataset", "SongEntry", "digest_lines"]

SCHEMA = 2
READ_SCHEMAS = (1, SCHEMA)
INDEX, DIGEST, REPORT, SPLIT, SONGS = "dataset.json", "dataset.sha256", "report.json", "split.json", "songs"
SONG_NAME = re.compile(r"([0-9a-f]{2}/)?[0-9a-f]{16,64}\.pt")
ANEW = "prepare the dataset anew"


@dataclass(frozen=True)
class SongEntry:
    """What dataset.json says of one song: its MIDI file, its file in songs/, length in frames and seconds, notes by
    group, what is known of where it comes from, and the first file of which it is a near-duplicate."""

    file: str
    pt: str
    sha256: str
    frames: int
    seconds: float
    notes: dict[str, int]
    licence: str = "unknown"
    origin: str = "unknown"
    alike: str = ""
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Dataset:
    """What `prepare` made at a place. `spec` and `grid` are what its songs are stored on; `load` reads one of them.

    `split` says which songs are for training and which for testing; None in datasets that were made before there
    was one. `licences` says under which licences how many songs came.
    """

    store: Store
    grid: Grid
    spec: RollSpec
    grouper: dict[str, Any]
    songs: tuple[SongEntry, ...]
    sha256: str = ""
    split: Split | None = None
    licences: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def open(cls, place: str | os.PathLike[str]) -> Dataset:
        """The dataset at a place; raises DatasetError when there is none, a damaged one, or one of another schema."""
        store = store_at(place)
        index = _read(store, INDEX)
        about = _plain(store, INDEX, index)
        if about.get("schema") not in READ_SCHEMAS:
            raise DatasetError(
                f"{store.place} has schema {about.get('schema')!r}, this popgen reads {READ_SCHEMAS}",
                hint="prepare the dataset anew, or use the popgen that made it",
            )
        digests: bytes = index
        split: Split | None = None
        if about["schema"] > 1:
            digests, split = _checked(store, index)
        try:
            songs = tuple(SongEntry(**song) for song in about["songs"])
            spec = RollSpec(tuple(about["groups"]), pitches=about["pitches"], lowest=about["lowest"])
            grid, grouper, licences = grid_from_plain(about["grid"]), about["grouper"], about.get("licences", {})
        except (KeyError, TypeError, AttributeError) as error:
            raise DatasetError(f"{store.place}/{INDEX} lacks or mistakes {error}", hint=ANEW) from error
        return cls(store, grid, spec, grouper, songs, hashlib.sha256(digests).hexdigest(), split, licences)

    @property
    def groups(self) -> tuple[str, ...]:
        """Names of the groups, in the order of the rolls."""
        return self.spec.groups

    def of(self, files: Collection[str]) -> Dataset:
        """The same dataset with the songs of these files only."""
        wanted = set(files)
        return replace(self, songs=tuple(song for song in self.songs if song.file in wanted))

    def __len__(self) -> int:
        return len(self.songs)

    def __iter__(self) -> Iterator[StoredSong]:
        return (self.load(index) for index in range(len(self)))

    def load(self, index: int) -> StoredSong:
        """One song; raises DatasetError when its file is missing or not the one that was prepared."""
        entry = self.songs[index]
        name = f"{SONGS}/{entry.pt}"
        if not SONG_NAME.fullmatch(entry.pt):
            raise DatasetError(f"{self.store.place}: {entry.pt!r} is no name of a song's file", hint=ANEW)
        found = _read(self.store, name)
        _check_digest(self.store, name, found, entry.sha256)
        return replace(song_from_pt(found), source=entry.file)


def _read(store: Store, name: str) -> bytes:
    try:
        return store.read(name)
    except OSError as error:
        if name not in (INDEX, DIGEST):
            raise DatasetError(f"{store.place}/{name} cannot be read: {_why(error)}", hint=ANEW) from error
        if any(found.startswith(f"{UNFINISHED}/") for found in store.names()):
            raise DatasetError(
                f"{store.place} is not finished", hint="the same command that began it goes on: popgen prepare"
            ) from error
        raise DatasetError(
            f"{store.place} is no dataset: {name}: {_why(error)}", hint="make one: popgen prepare"
        ) from error


def _why(error: OSError) -> str:
    return error.strerror or type(error).__name__


def digest_lines(contents: Mapping[str, bytes]) -> bytes:
    """What dataset.sha256 says of the files beside it; `sha256sum --check` reads it too."""
    return "".join(f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in contents.items()).encode()


def _checked(store: Store, index: bytes) -> tuple[bytes, Split]:
    """The digests of index, report and split, once they are known to be those that were written, and the split."""
    contents = {INDEX: index, REPORT: _read(store, REPORT), SPLIT: _read(store, SPLIT)}
    if (digests := _read(store, DIGEST)) != digest_lines(contents):
        was = dict(
            line.split("  ", 1)[::-1] for line in digests.decode("utf-8", "replace").splitlines() if "  " in line
        )
        for name, content in contents.items():
            _check_digest(store, name, content, was.get(name, ""))
        raise DatasetError(f"{store.place}/{DIGEST} was changed since the dataset was prepared", hint=ANEW)
    return digests, split_from_plain(_plain(store, SPLIT, contents[SPLIT]))


def _check_digest(store: Store, name: str, content: bytes, digest: str) -> None:
    if digest != hashlib.sha256(content).hexdigest():
        raise DatasetError(f"{store.place}/{name} was changed since the dataset was prepared", hint=ANEW)


def _plain(store: Store, name: str, content: bytes) -> dict[str, Any]:
    try:
        plain = json.loads(content)
    except ValueError as error:
        raise DatasetError(f"{store.place}/{name} is damaged: {error}", hint=ANEW) from error
    if not isinstance(plain, dict):
        raise DatasetError(f"{store.place}/{name} is damaged", hint=ANEW)
    return plain
