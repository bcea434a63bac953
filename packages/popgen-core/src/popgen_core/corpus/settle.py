"""What only the whole folder can tell of a file: copies of it, near-duplicates, its licence, its part of the split."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from sys import intern
from typing import Any

from popgen_core.corpus.duplicates import clusters
from popgen_core.corpus.facts import SongFacts
from popgen_core.corpus.folder import Task
from popgen_core.corpus.journal import Entry
from popgen_core.corpus.licences import UNKNOWN, Licence, LicenceBook, Passport, origin_family
from popgen_core.corpus.report import VERDICTS, FileRow
from popgen_core.corpus.split import SplitSong

__all__ = ["Settled", "settle"]


@dataclass(frozen=True)
class Settled:
    """Entries with the final row of each: `entries()` gives them sorted by file, as often as it is called.

    `songs` are those that are kept, without the signatures by which near-duplicates were found. `summary` and
    `reasons` count files, `licences` is the passport of those that are kept.
    """

    entries: Callable[[], Iterator[Entry]]
    songs: tuple[SplitSong, ...]
    summary: dict[str, int]
    reasons: dict[str, int]
    licences: dict[str, Any]


def settle(entries: Callable[[], Iterable[Entry]], tasks: Iterable[Task], book: LicenceBook) -> Settled:
    """Entries of files, sorted by file, compared with each other: of identical files the first by name is kept.

    A copy's licence counts for the file that is kept where nothing else speaks of that. Of near-duplicates the one with
    the most notes is the one that others are like. What is held in memory is a signature and a few values a song.
    """
    licences = {task.source: book.of_file(task.inside) for task in tasks}
    kept, prints = _Kept(), []
    verdicts, why = Counter[str](), Counter[str]()
    for entry in entries():
        row = kept.compared(entry, licences.get(entry.row.file, UNKNOWN))
        verdicts[row.verdict] += 1
        if row.reason:
            why[row.reason] += 1
        if row.kept and entry.facts:
            kept.add(row, entry.key, entry.facts)
            prints.append(entry.facts.print)
    kept.alike = kept.leaders([int(number) for number in clusters(prints)])

    def settled() -> Iterator[Entry]:
        return (replace(entry, row=kept.final(entry, licences.get(entry.row.file, UNKNOWN))) for entry in entries())

    summary = {verdict: verdicts[verdict] for verdict in VERDICTS}
    reasons = dict(sorted(why.items(), key=lambda reason: (-reason[1], reason[0])))
    return Settled(settled, kept.split_songs(), summary, reasons, kept.passport())


@dataclass
class _Song:
    """What is remembered of a song that is kept, until all files are known."""

    file: str
    key: str
    notes: int
    seconds: float
    facts: SongFacts
    cluster: int = 0


class _Kept:
    """The songs of a folder: which file stands for each content, under which licence, and what they are like."""

    def __init__(self) -> None:
        self.songs: list[_Song] = []
        self.alike: dict[str, str] = {}  # file -> the near-duplicate that it is like
        self._first: dict[str, str] = {}  # content -> the first file that has it
        self._licence: dict[str, Licence] = {}  # content -> the first licence that is known of it
        self._groups: dict[tuple[str, ...], tuple[str, ...]] = {}

    def compared(self, entry: Entry, licence: Licence) -> FileRow:
        """The row of a file with its licence, and as a copy if an earlier one has the same content."""
        row = replace(entry.row, licence=licence.name, origin=licence.origin)
        if not row.kept:
            return row
        if licence.name != UNKNOWN.name:
            self._licence.setdefault(entry.key, licence)
        if (original := self._first.setdefault(entry.key, row.file)) != row.file:
            return replace(row, verdict="skipped", reason="duplicate", message=f"the same bytes as {original}")
        return row

    def add(self, row: FileRow, key: str, facts: SongFacts) -> None:
        """Remembers a song, its words shared with those of others: there may be millions."""
        groups = self._groups.setdefault(facts.groups, facts.groups)
        lean = replace(facts, print="", mode=intern(facts.mode), feel=intern(facts.feel), groups=groups)
        self.songs.append(_Song(row.file, key, row.notes, row.seconds, lean))

    def leaders(self, numbers: list[int]) -> dict[str, str]:
        """Takes the number of each song's cluster -> for each song the one of its cluster with the most notes."""
        most: dict[int, _Song] = {}
        for song, number in zip(self.songs, numbers, strict=True):
            song.cluster = number
            if number not in most or song.notes > most[number].notes:
                most[number] = song
        return {song.file: most[song.cluster].file for song in self.songs}

    def final(self, entry: Entry, licence: Licence) -> FileRow:
        """The row of a file once all files are known."""
        row = self.compared(entry, licence)
        if not row.kept:
            return row
        known = self._licence.get(entry.key, licence)
        leader = self.alike.get(row.file, row.file)
        alike = leader if leader != row.file else ""
        return replace(row, licence=known.name, origin=known.origin, alike=alike)

    def split_songs(self) -> tuple[SplitSong, ...]:
        """The songs as the split wants them."""
        return tuple(SplitSong(song.file, self._source(song), song.cluster, song.facts) for song in self.songs)

    def passport(self) -> dict[str, Any]:
        """The licences of all songs."""
        licences = Passport()
        for song in self.songs:
            known = self._licence.get(song.key, UNKNOWN)
            licences.add(FileRow("", "accepted", seconds=song.seconds, licence=known.name, origin=known.origin))
        return licences.to_plain()

    def _source(self, song: _Song) -> str:
        """Where a song comes from, as far as the split cares: what its manifest says, or its first folder."""
        origin = self._licence.get(song.key, UNKNOWN).origin
        if origin != UNKNOWN.origin:
            return intern(origin_family(origin))
        return intern(song.file.rpartition("/")[0].partition("/")[0])
