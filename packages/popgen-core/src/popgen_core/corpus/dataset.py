"""A dataset that `prepare` made, opened: what is in it, and its songs one by one."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from popgen_core.corpus.grids import grid_from_plain
from popgen_core.corpus.index import ANEW, INDEX, checked_bytes, read_index
from popgen_core.corpus.pt_song import song_from_pt
from popgen_core.corpus.reader import SONGS
from popgen_core.corpus.split import Split
from popgen_core.corpus.store import Store, store_at
from popgen_core.corpus.stored import StoredSong
from popgen_core.errors import DatasetError
from popgen_core.music.grid import Grid
from popgen_core.music.roll import RollSpec

__all__ = ["Dataset", "SongEntry"]

SONG_NAME = re.compile(r"([0-9a-f]{2}/)?[0-9a-f]{16,64}\.pt")


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
        about, split, sha256 = read_index(store)
        try:
            songs = tuple(SongEntry(**song) for song in about["songs"])
            spec = RollSpec(tuple(about["groups"]), pitches=about["pitches"], lowest=about["lowest"])
            grid, grouper, licences = grid_from_plain(about["grid"]), about["grouper"], about.get("licences", {})
        except (KeyError, TypeError, AttributeError) as error:
            raise DatasetError(f"{store.place}/{INDEX} lacks or mistakes {error}", hint=ANEW) from error
        return cls(store, grid, spec, grouper, songs, sha256, split, licences)

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
        return replace(song_from_pt(checked_bytes(self.store, name, entry.sha256)), source=entry.file)
