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

    What is held in memory is a signature and a few values a song, whatever the songs are.
    """
    licences = {task.source: book.of_file(task.inside) for task in tasks}
    first: dict[str, str] = {}
    songs: list[SplitSong] = []
    prints: list[str] = []
    sums = _Sums()
    shared: dict[tuple[str, ...], tuple[str, ...]] = {}
    for entry in entries():
        row = _final(entry, licences, first, {})
        sums.add(row)
        if row.kept and entry.facts:
            songs.append(SplitSong(row.file, intern(_source(row)), len(songs), _lean(entry.facts, shared)))
            prints.append(entry.facts.print)
    numbers = [int(number) for number in clusters(prints)]
    leaders: dict[int, str] = {}
    alike = {song.name: leaders.setdefault(number, song.name) for number, song in zip(numbers, songs, strict=True)}

    def settled() -> Iterator[Entry]:
        return (replace(entry, row=_final(entry, licences, first, alike)) for entry in entries())

    clustered = tuple(replace(song, cluster=number) for number, song in zip(numbers, songs, strict=True))
    return Settled(settled, clustered, sums.summary(), sums.reasons(), sums.licences.to_plain())


class _Sums:
    """Files by verdict and reason, and the licences of those that are kept."""

    def __init__(self) -> None:
        self.verdicts: Counter[str] = Counter()
        self.why: Counter[str] = Counter()
        self.licences = Passport()

    def add(self, row: FileRow) -> None:
        self.verdicts[row.verdict] += 1
        if row.reason:
            self.why[row.reason] += 1
        if row.kept:
            self.licences.add(row)

    def summary(self) -> dict[str, int]:
        return {verdict: self.verdicts[verdict] for verdict in VERDICTS}

    def reasons(self) -> dict[str, int]:
        return dict(sorted(self.why.items(), key=lambda reason: (-reason[1], reason[0])))


def _final(entry: Entry, licences: dict[str, Licence], first: dict[str, str], alike: dict[str, str]) -> FileRow:
    """The row of a file with its licence, as a copy of the first of the same content, or with what it is alike."""
    row = entry.row
    if (licence := licences.get(row.file)) is not None:
        row = replace(row, licence=licence.name, origin=licence.origin)
    if not row.kept:
        return row
    if (original := first.setdefault(entry.key, row.file)) != row.file:
        return replace(row, verdict="skipped", reason="duplicate", message=f"the same bytes as {original}")
    leader = alike.get(row.file, row.file)
    return replace(row, alike=leader) if leader != row.file else row


def _lean(facts: SongFacts, shared: dict[tuple[str, ...], tuple[str, ...]]) -> SongFacts:
    """Facts without the fingerprint, their words shared with those of other songs: there may be millions."""
    groups = shared.setdefault(facts.groups, facts.groups)
    return replace(facts, print="", mode=intern(facts.mode), feel=intern(facts.feel), groups=groups)


def _source(row: FileRow) -> str:
    """Where a song comes from, as far as the split cares: what its manifest says, or its first folder."""
    return origin_family(row.origin) if row.origin != UNKNOWN.origin else row.file.rpartition("/")[0].partition("/")[0]
