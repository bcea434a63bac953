"""What became of every file of a corpus: one row a file, and their sum."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from popgen_core.corpus.split import Split
from popgen_core.corpus.store import store_at

__all__ = ["VERDICTS", "CorpusReport", "FileRow", "PrepareReport", "reasons", "row_from_plain", "summary"]

VERDICTS = ("accepted", "repaired", "skipped", "refused")


@dataclass(frozen=True)
class FileRow:
    """One file of a folder of MIDI files, and what popgen found in it.

    `verdict`: accepted; repaired (`repairs` says how); skipped (no usable music: `reason` is a short code, `message`
    a line for people); refused (hostile, or no MIDI). The latter two are not in a dataset; where a file could not be
    read its counts are 0.
    `tracks` counts those with notes before grouping; `groups` the notes of each group. `tempos` and `meters` count
    changes after the first. `hanging` notes were begun and never ended, `overlapping` ones begin while their track
    still sounds the same pitch, `out_of_range` ones lie outside the 88 keys (drums: outside the roll); of these
    `folded` moved by octaves and `dropped` were left out. `merged` notes share a cell of the grid with another.
    `flatness` is the share of notes that have the commonest velocity of their track: 1 is a machine.
    `lowest` and `highest` are MIDI pitches, drums left out. `licence` and `origin` are what a manifest or a licence
    file says of the file, or "unknown". `alike` names the file of which it is a near-duplicate.
    """

    file: str
    verdict: str
    reason: str = ""
    message: str = ""
    repairs: tuple[str, ...] = ()
    sha256: str = ""
    seconds: float = 0.0
    notes: int = 0
    tracks: int = 0
    groups: dict[str, int] = field(default_factory=dict)
    tempo: float = 0.0
    meter: str = ""
    tempos: int = 0
    meters: int = 0
    hanging: int = 0
    overlapping: int = 0
    out_of_range: int = 0
    folded: int = 0
    dropped: int = 0
    merged: int = 0
    flatness: float = 0.0
    lowest: int = 0
    highest: int = 0
    licence: str = "unknown"
    origin: str = "unknown"
    alike: str = ""

    @property
    def kept(self) -> bool:
        """Whether the file's song is in the dataset."""
        return self.verdict in ("accepted", "repaired")

    def to_plain(self) -> dict[str, Any]:
        """The row as plain values, as report.json holds it."""
        return {**vars(self), "repairs": list(self.repairs)}


def row_from_plain(plain: Mapping[str, Any]) -> FileRow:
    """The row of plain values; names that this popgen does not know are left out."""
    values = {name: value for name, value in plain.items() if name in NAMES}
    return FileRow(**{**values, "repairs": tuple(values.get("repairs", ()))})


NAMES = frozenset(one.name for one in fields(FileRow))


def summary(rows: Iterable[FileRow]) -> dict[str, int]:
    """Number of files of each verdict."""
    found = Counter(row.verdict for row in rows)
    return {verdict: found[verdict] for verdict in VERDICTS}


def reasons(rows: Iterable[FileRow]) -> dict[str, int]:
    """Number of files for each reason, the most frequent first."""
    return dict(Counter(row.reason for row in rows if row.reason).most_common())


@dataclass(frozen=True)
class CorpusReport:
    """All files under `folder`, one row a file, sorted by file; `groups` are what the grouper makes, in order.

    `problems`: a line for each manifest and licence file that could not be used.
    """

    folder: str
    groups: tuple[str, ...]
    rows: tuple[FileRow, ...]
    problems: tuple[str, ...] = ()

    @property
    def summary(self) -> dict[str, int]:
        """Number of files of each verdict."""
        return summary(self.rows)

    @property
    def reasons(self) -> dict[str, int]:
        """Number of files for each reason, the most frequent first."""
        return reasons(self.rows)


@dataclass(frozen=True)
class PrepareReport:
    """What `prepare` made of a folder: the dataset's place, how many files of each verdict and reason, the split.

    `already`: the dataset was there, complete and of the same files. `problems`: a line for each manifest and licence
    file that could not be used. The rows themselves lie in report.json, one
    line a file, since there may be millions; `rows` reads them.
    """

    folder: str
    out: str
    groups: tuple[str, ...]
    summary: dict[str, int]
    reasons: dict[str, int]
    split: Split
    already: bool = False
    problems: tuple[str, ...] = ()

    @property
    def rows(self) -> tuple[FileRow, ...]:
        """One row a file, sorted by file."""
        plain = json.loads(store_at(self.out).read("report.json"))
        return tuple(row_from_plain(row) for row in plain["files"])

    def to_plain(self) -> dict[str, Any]:
        """All but the rows, and the rows, as plain values."""
        return {
            "summary": self.summary,
            "reasons": self.reasons,
            "split": self.split.to_plain(),
            "already": self.already,
            "files": [row.to_plain() for row in self.rows],
        }
