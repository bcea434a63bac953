"""What is done so far of a dataset in the making: one line a file, so that a run that was killed goes on from there."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from popgen_core.corpus.facts import SongFacts, facts_from_plain
from popgen_core.corpus.reader import SongFile
from popgen_core.corpus.report import FileRow, row_from_plain

__all__ = ["LINES", "UNFINISHED", "Entry", "Journal", "entry_of"]

UNFINISHED = "unfinished"  # the folder of a dataset in the making
LINES = f"{UNFINISHED}/files.jsonl"


@dataclass(frozen=True)
class Entry:
    """What became of one file: its row, the digest of what went in, and for a song its file and facts."""

    row: FileRow
    key: str = ""
    song: SongFile | None = None
    facts: SongFacts | None = None

    def line(self) -> bytes:
        """The entry as one line of JSON."""
        plain = {
            "row": self.row.to_plain(),
            "key": self.key,
            "song": vars(self.song) if self.song else None,
            "facts": self.facts.to_plain() if self.facts else None,
        }
        return json.dumps(plain).encode() + b"\n"


def entry_of(line: bytes) -> Entry:
    """The entry of a line; raises ValueError for a line that was not written whole."""
    try:
        plain: dict[str, Any] = json.loads(line)
        song, facts = plain["song"], plain["facts"]
        return Entry(
            row_from_plain(plain["row"]),
            plain["key"],
            SongFile(**song) if song else None,
            facts_from_plain(facts) if facts else None,
        )
    except (KeyError, TypeError) as error:
        raise ValueError(f"no entry of a journal: {error}") from error


class Journal:
    """The lines of a dataset in the making. In memory stays only where each file's line begins."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("ab", buffering=0)
        self._lines = path.open("rb")
        self._places: dict[str, int] = {}  # file -> where its latest line begins
        self._end = self._read()

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
        self._lines.close()

    def add(self, entry: Entry) -> None:
        """Appends a line, which outlives this process from now on."""
        line = entry.line()
        self._file.write(line)
        self._places[entry.row.file] = self._end
        self._end += len(line)

    def keep(self, wanted: Callable[[Entry], bool]) -> set[str]:
        """Forgets the entries that are not wanted; the files of those that are."""
        self._places = {file: self._places[file] for file in self._places if wanted(self[file])}
        return set(self._places)

    def __getitem__(self, file: str) -> Entry:
        self._lines.seek(self._places[file])
        return entry_of(self._lines.readline())

    def entries(self) -> Iterator[Entry]:
        """All entries, sorted by file."""
        return (self[file] for file in sorted(self._places))

    def __contains__(self, file: object) -> bool:
        return file in self._places

    def __len__(self) -> int:
        return len(self._places)

    def _read(self) -> int:
        """Finds the lines that are there and cuts off what a kill left of the last one; where the next line begins."""
        end = 0
        for line in self._lines:
            try:
                entry = entry_of(line)
            except ValueError:
                break
            self._places[entry.row.file] = end
            end += len(line)
        self._file.truncate(end)
        return end
