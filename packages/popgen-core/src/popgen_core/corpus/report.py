"""What became of every file of a corpus: one row a file, and their sum."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

__all__ = ["VERDICTS", "FileRow", "PrepareReport"]

VERDICTS = ("accepted", "repaired", "skipped", "refused")


@dataclass(frozen=True)
class FileRow:
    """One file: `verdict` is one of VERDICTS; `reason` a short code and `message` a line where it was not accepted.

    `tracks` counts those with notes before grouping, `groups` the notes of each group, `folded` the notes moved by
    octaves into the roll's range, `dropped` those left out, `merged` those that share a cell of the grid.
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
    folded: int = 0
    dropped: int = 0
    merged: int = 0

    @property
    def kept(self) -> bool:
        """Whether the file's song is in the dataset."""
        return self.verdict in ("accepted", "repaired")


@dataclass(frozen=True)
class PrepareReport:
    """What `prepare` made of a folder: the dataset's place, and one row a file, sorted by file."""

    folder: str
    out: Path
    rows: tuple[FileRow, ...]

    @property
    def summary(self) -> dict[str, int]:
        """Number of files of each verdict."""
        found = Counter(row.verdict for row in self.rows)
        return {verdict: found[verdict] for verdict in VERDICTS}

    @property
    def reasons(self) -> dict[str, int]:
        """Number of files for each reason, the most frequent first."""
        return dict(Counter(row.reason for row in self.rows if row.reason).most_common())

    def to_plain(self) -> dict[str, Any]:
        """The report as report.json holds it; the places on this machine are left out, so that it can be compared."""
        return {"summary": self.summary, "reasons": self.reasons, "files": [asdict(row) for row in self.rows]}
