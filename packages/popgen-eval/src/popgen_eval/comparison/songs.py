"""The songs of a report as a table of scores, one row a song; a song is what a test counts."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from popgen_core.corpus.folder import printable_path
from popgen_core.errors import RecipeError
from popgen_eval.report import FileScores, Report

__all__ = ["Songs", "alone", "file_name", "judged", "matched", "shortened", "songs_of"]

DIGITS = 12  # scores that differ by less are equal but for rounding: a tie, to a rank test
SHOWN = 5  # names that an error lists


@dataclass(frozen=True)
class Songs:
    """Songs in order: `names`, and `scores` (song, figure), NaN where undefined; `figures` names the columns.

    `files` were judged for them, `unread` are the names of songs of which no file could be.
    """

    names: tuple[str, ...]
    scores: NDArray[np.float64]
    figures: tuple[str, ...]
    files: int
    unread: tuple[str, ...]

    @cached_property
    def _column(self) -> dict[str, int]:
        return {figure: number for number, figure in enumerate(self.figures)}

    def of(self, figure: str) -> NDArray[np.float64]:
        """The scores of one figure (song,), NaN where undefined."""
        return np.asarray(self.scores[:, self._column[figure]], dtype=np.float64)


def songs_of(report: Report, *, by_name: bool, without: Collection[str] = ()) -> Songs:
    """A report -> its songs: every file by itself, or `by_name` all files of one name as versions of one song.

    A song's score is the mean of those of its versions in which it is defined. Files of the names in `without` are
    left out.
    """
    versions: dict[str, list[FileScores]] = {}
    kept = [file for file in report.files if file_name(file) not in without]
    for number, file in enumerate(kept):
        versions.setdefault(file_name(file) if by_name else f"{number} {file.path}", []).append(file)
    rows = [_mean(files, report.names) for files in versions.values()]
    names = list(versions) if by_name else [file.path for file in kept]
    unread = [name for name, files in zip(names, versions.values(), strict=True) if all(file.error for file in files)]
    scores = np.array(rows, dtype=np.float64).reshape(len(rows), len(report.names))
    return Songs(tuple(names), np.round(scores, DIGITS), report.names, len(kept), tuple(unread))


def alone(one: Report, other: Report) -> tuple[str, ...]:
    """The names of the first's songs of which the other has no file, in order."""
    there = {file_name(file) for file in other.files}
    return tuple(dict.fromkeys(name for name in map(file_name, one.files) if name not in there))


def matched(a: Songs, b: Songs, labels: tuple[str, str]) -> tuple[Songs, Songs]:
    """Two systems' songs by name -> both in the order of the first, without those that one of them could not be judged.

    Raises RecipeError where a song of one has no partner in the other.
    """
    single = [
        (label, [name for name in one.names if name not in set(other.names)])
        for label, one, other in ((labels[0], a, b), (labels[1], b, a))
    ]
    if any(names for _, names in single):
        total = sum(len(names) for _, names in single)
        lists = "; ".join(f"only in {label}: {shortened(names)}" for label, names in single if names)
        raise RecipeError(
            f"{total} {'song has' if total == 1 else 'songs have'} no partner of the same file name: {lists}",
            hint="--common leaves them out; a pair are two files of one name, made from one prompt",
        )
    place = {name: number for number, name in enumerate(b.names)}
    order = [place[name] for name in a.names]
    kept = [name not in {*a.unread, *b.unread} for name in a.names]
    names = tuple(name for name, keep in zip(a.names, kept, strict=True) if keep)
    return (
        Songs(names, a.scores[kept], a.figures, a.files, a.unread),
        Songs(names, b.scores[order][kept], b.figures, b.files, b.unread),
    )


def judged(songs: Songs) -> Songs:
    """Without the songs of which no file could be judged."""
    kept = [name not in set(songs.unread) for name in songs.names]
    names = tuple(name for name, keep in zip(songs.names, kept, strict=True) if keep)
    return Songs(names, songs.scores[kept], songs.figures, songs.files, songs.unread)


def file_name(file: FileScores) -> str:
    """The last part of a file's path, whichever system wrote it."""
    return re.split(r"[\\/]", file.path)[-1]


def _mean(files: Sequence[FileScores], figures: Sequence[str]) -> list[float]:
    """The mean score of each figure over the files in which it is defined."""
    row = []
    for figure in figures:
        values = [file.scores.get(figure, math.nan) for file in files]
        defined = [value for value in values if not math.isnan(value)]
        row.append(math.fsum(defined) / len(defined) if defined else math.nan)
    return row


def shortened(names: Sequence[str]) -> str:
    """The first names and how many more there are, for a message."""
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(map(printable_path, names[:SHOWN])) + more
