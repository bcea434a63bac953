"""A folder of MIDI files made into a dataset: every file read by a worker that may die, one row a file."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from popgen_core import __version__
from popgen_core.corpus.grids import grid_to_plain
from popgen_core.corpus.pool import Pool, WorkerLimits, default_workers
from popgen_core.corpus.pt import SCHEMA, write_song
from popgen_core.corpus.reader import ReaderSetup, refused
from popgen_core.corpus.report import FileRow, PrepareReport
from popgen_core.corpus.stored import StoredSong
from popgen_core.errors import DatasetError
from popgen_core.files import json_bytes, new_folder, write_atomically
from popgen_core.music.grid import Grid, SecondsGrid
from popgen_core.music.guard import ENDINGS, LIMITS, Limits
from popgen_core.music.roll import RollSpec

__all__ = ["midi_files", "prepare", "printable_path"]

PAPER_GRID = SecondsGrid(20)
WORKER_LIMITS = WorkerLimits()
Progress = Callable[[int, int, str], None]


def prepare(
    folder: str | os.PathLike[str],
    out: str | os.PathLike[str],
    *,
    grid: Grid = PAPER_GRID,
    grouper_name: str = "seven.v1",
    grouper_target: str = "popgen_core.groupers.seven:Seven",
    grouper_options: dict[str, Any] | None = None,
    limits: Limits = LIMITS,
    worker_limits: WorkerLimits = WORKER_LIMITS,
    workers: int | None = None,
    progress: Progress | None = None,
) -> PrepareReport:
    """Makes the dataset `out` of all MIDI files under `folder`, and returns the report that also lies in it.

    `workers` defaults to the cores of this process; `progress` is told (files done, files in all, file). The same
    files make the same bytes. Raises DatasetError for a folder without usable songs, OutputError for a place that
    cannot be written to; then, and when it is interrupted, nothing is left behind.
    """
    folder, out = Path(folder), Path(out).absolute()
    files, unreadable = midi_files(folder)
    grid_plain = grid_to_plain(grid)
    setup = ReaderSetup(grid, grouper_target, dict(grouper_options or {}), limits)
    with new_folder(out) as place:
        (place / "songs").mkdir()
        count = max(1, min(workers or default_workers(), len(files)))
        with Pool(setup, count, worker_limits) as pool:
            rows, songs = _read_all(pool, files, place / "songs", progress)
        report = PrepareReport(str(folder), out, tuple(sorted([*rows, *unreadable], key=lambda row: row.file)))
        _refuse_without_songs(report)
        about = {
            "schema": SCHEMA,
            "popgen_core": __version__,
            "grid": grid_plain,
            "grouper": {"name": grouper_name, "target": grouper_target, "options": setup.grouper_options},
            "groups": list(pool.groups),
            "pitches": RollSpec(pool.groups).pitches,
            "lowest": RollSpec(pool.groups).lowest,
            "songs": songs,
        }
        write_atomically(place / "dataset.json", json_bytes(about))
        write_atomically(place / "report.json", json_bytes(report.to_plain()))
    return report


def midi_files(folder: Path) -> tuple[list[tuple[str, str]], list[FileRow]]:
    """(path, printable path inside the folder) of all MIDI files, sorted, and rows for folders that cannot be read.

    Raises DatasetError when there are none. Links to folders are not followed.
    """
    if not folder.is_dir():
        what = "is a file, not a folder" if folder.exists() else "does not exist"
        raise DatasetError(f"{folder} {what}", hint="name a folder of MIDI files")
    errors: list[OSError] = []
    found = []
    for place, _, names in os.walk(folder, onerror=errors.append):
        found += [os.path.join(place, name) for name in names if name.lower().endswith(ENDINGS)]
    if not found:
        hint = f"cannot read {errors[0].filename}" if errors else f"their names end in {', '.join(ENDINGS)}"
        raise DatasetError(f"{folder} holds no MIDI files", hint=hint)
    unreadable = [
        refused(printable_path(os.path.relpath(error.filename, folder)), "unreadable", f"{error.strerror}")
        for error in errors
    ]
    inside = [(path, printable_path(os.path.relpath(path, folder))) for path in found]
    return sorted(inside, key=lambda file: os.fsencode(file[1])), unreadable


def printable_path(path: str) -> str:
    """A path as text that can be printed and stored: bytes that are no UTF-8, and control characters, escaped."""
    text = os.fsencode(path).decode("utf-8", "backslashreplace")
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text)


def _read_all(
    pool: Pool, files: list[tuple[str, str]], place: Path, progress: Progress | None
) -> tuple[list[FileRow], list[dict[str, Any]]]:
    """Rows of all files in their order and, for dataset.json, the songs; each song written as soon as it is there.

    Of identical files the first by name is kept, whichever is read first.
    """
    rows: dict[int, FileRow] = {}
    songs: dict[str, tuple[int, dict[str, Any]]] = {}
    for number, (row, stored) in pool.answers(files):
        rows[number] = row
        if stored is not None:
            name = _pt_name(row)
            if name not in songs or number < songs[name][0]:
                songs[name] = number, _written(place / name, stored, row)
        if progress:
            progress(len(rows), len(files), row.file)
    ordered = [_unless_duplicate(rows[number], number, rows, songs) for number in sorted(rows)]
    return ordered, [song for _, song in sorted(songs.values(), key=lambda numbered: numbered[0])]


def _pt_name(row: FileRow) -> str:
    return f"{row.sha256[:16]}.pt"


def _unless_duplicate(
    row: FileRow, number: int, rows: dict[int, FileRow], songs: dict[str, tuple[int, dict[str, Any]]]
) -> FileRow:
    if not row.kept or (first := songs[_pt_name(row)][0]) == number:
        return row
    return replace(row, verdict="skipped", reason="duplicate", message=f"the same bytes as {rows[first].file}")


def _written(path: Path, stored: StoredSong, row: FileRow) -> dict[str, Any]:
    """Writes one song and says what dataset.json holds of it."""
    written = write_song(path, stored)
    return {
        "file": stored.source,
        "pt": path.name,
        "sha256": hashlib.sha256(written).hexdigest(),
        "frames": stored.frames,
        "seconds": row.seconds,
        "notes": row.groups,
    }


def _refuse_without_songs(report: PrepareReport) -> None:
    if any(row.kept for row in report.rows):
        return
    reasons = report.reasons
    often = next(iter(reasons))
    example = next(row for row in report.rows if row.reason == often)
    counts = ", ".join(f"{reason} {count}" for reason, count in reasons.items())
    raise DatasetError(
        f"none of {len(report.rows)} files could be used, most often: {often} ({example.file}: {example.message})",
        hint=f"files by reason: {counts}",
    )
