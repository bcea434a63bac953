"""A folder of MIDI files looked through and left as it is: what `popgen doctor` tells; no torch."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from popgen_core.contracts.grouper import Placement
from popgen_core.corpus.folder import midi_files, task_of
from popgen_core.corpus.journal import Entry
from popgen_core.corpus.licences import LicenceBook
from popgen_core.corpus.pool import Pool, WorkerLimits, default_workers
from popgen_core.corpus.reader import Reader, key_of
from popgen_core.corpus.report import CorpusReport, FileRow
from popgen_core.corpus.settings import PrepareSettings
from popgen_core.corpus.settle import settle
from popgen_core.errors import DatasetError

__all__ = ["examine", "explain"]

WORKER_LIMITS = WorkerLimits()
Progress = Callable[[int, int, str], None]


def examine(
    folder: str | os.PathLike[str],
    settings: PrepareSettings | None = None,
    *,
    worker_limits: WorkerLimits = WORKER_LIMITS,
    workers: int | None = None,
    progress: Progress | None = None,
) -> CorpusReport:
    """Every MIDI file under a folder as `prepare` would find it, one row a file; nothing is written.

    Raises DatasetError when the folder is missing or holds no MIDI files.
    """
    folder, settings = Path(folder), settings or PrepareSettings()
    tasks, unread = midi_files(folder, settings.beats)
    groups = Reader(settings.reader()).spec.groups
    entries = {row.file: Entry(row) for row in unread}
    with Pool(settings.reader(), max(1, min(workers or default_workers(), len(tasks))), worker_limits) as pool:
        for done, (number, answer) in enumerate(pool.answers(tasks), 1):
            key = answer.key or key_of(tasks[number], settings.limits)
            entries[answer.row.file] = Entry(answer.row, key, None, answer.facts)
            if progress:
                progress(done, len(tasks), answer.row.file)
    ordered = [entries[file] for file in sorted(entries)]
    book = LicenceBook.of(folder)
    settled = settle(lambda: ordered, tasks, book)
    return CorpusReport(str(folder), groups, tuple(entry.row for entry in settled.entries()), book.problems)


def explain(
    file: str | os.PathLike[str],
    settings: PrepareSettings | None = None,
    *,
    worker_limits: WorkerLimits = WORKER_LIMITS,
) -> tuple[FileRow, tuple[Placement, ...]]:
    """What one file holds, and to which group each of its tracks went and why; no placements for a file left out.

    Raises DatasetError when the file is missing.
    """
    path, settings = Path(file), settings or PrepareSettings()
    if not path.exists():
        raise DatasetError(f"{path} does not exist", hint="name a MIDI file")
    with Pool(settings.reader(), 1, worker_limits) as pool:
        for _, answer in pool.answers([task_of(path.parent, str(path), settings.beats)]):
            licence = LicenceBook.of(path.parent).of_file(path.name)
            return replace(answer.row, licence=licence.name, origin=licence.origin), answer.placements
    raise DatasetError(f"{path} was not read", hint="report this to popgen")
