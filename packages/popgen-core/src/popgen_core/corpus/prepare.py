"""A folder of MIDI files made into a dataset: each read by a worker that may die, each kept as soon as it is done.

The work may be stopped at any point and by any means; the same call goes on from there and ends with the same bytes.
"""

from __future__ import annotations

import hashlib
import heapq
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from popgen_core.corpus.finish import finish
from popgen_core.corpus.folder import Task, left_out, midi_files
from popgen_core.corpus.journal import LINES, Entry, Journal
from popgen_core.corpus.licences import LicenceBook, qualifies
from popgen_core.corpus.place import at_work, begun_here, is_complete
from popgen_core.corpus.pool import Pool, WorkerLimits, default_workers
from popgen_core.corpus.reader import SONGS, Answer, Reader, key_of, sha256_of
from popgen_core.corpus.report import FileRow, PrepareReport
from popgen_core.corpus.settings import PrepareSettings
from popgen_core.corpus.settle import settle
from popgen_core.corpus.store import is_remote
from popgen_core.corpus.unchanged import complete_already
from popgen_core.errors import OutputError, PopgenError

__all__ = ["Progress", "all_entries", "check_all_done", "completed", "entry_of_answer", "prepare", "wanted_files"]

WORKER_LIMITS = WorkerLimits()
Progress = Callable[[int, int, str], None]


def prepare(
    folder: str | os.PathLike[str],
    out: str | os.PathLike[str],
    settings: PrepareSettings | None = None,
    *,
    worker_limits: WorkerLimits = WORKER_LIMITS,
    workers: int | None = None,
    progress: Progress | None = None,
) -> PrepareReport:
    """Makes the dataset `out` of all MIDI files under `folder`, or goes on with one that was begun.

    `workers` defaults to the cores of this process; `progress` is told (files done, files in all, file). The same
    files make the same bytes. Raises DatasetError for a folder without usable songs, OutputError for a place that
    cannot be written to, Refused while another process works there and for a dataset of other settings or files.
    """
    if is_remote(out):
        raise OutputError(f"{os.fspath(out)} is no folder", hint="places of fsspec need --dask")
    folder, out = Path(folder), Path(out).absolute()
    settings, groups = completed(settings or PrepareSettings())
    tasks, unread = wanted_files(folder, settings)
    with at_work(out) as store:
        if is_complete(store):
            return complete_already(folder, store, settings, tasks, groups)
        with begun_here(store, settings), Journal(out / LINES) as journal:
            with Pool(settings.reader(store.place), workers or default_workers(), worker_limits) as pool:
                _read_all(pool, journal, out / SONGS, tasks, settings, progress)
            check_all_done(journal, tasks)
            book = LicenceBook.of(folder)
            settled = settle(lambda: all_entries(journal, unread), tasks, book)
            return replace(finish(store, str(folder), settled, settings, groups), problems=book.problems)


def completed(settings: PrepareSettings) -> tuple[PrepareSettings, tuple[str, ...]]:
    """The settings with every option of the grouper filled in, and the groups that it makes.

    Raises PluginError or RecipeError for a grouper that cannot be made.
    """
    reader = Reader(settings.reader())
    return replace(settings, grouper_options=reader.options), reader.spec.groups


def wanted_files(folder: Path, settings: PrepareSettings) -> tuple[list[Task], list[FileRow]]:
    """The files to read, and rows for those that are left out unread: of other licences, or out of reach."""
    tasks, unread = midi_files(folder, settings.beats)
    if not settings.licences:
        return tasks, unread
    book, wanted = LicenceBook.of(folder), []
    for task in tasks:
        licence = book.of_file(task.inside)
        if qualifies(licence.name, settings.licences):
            wanted.append(task)
        else:
            message = f"its licence is {licence.name}, wanted: {', '.join(settings.licences)}"
            unread.append(left_out(task.source, "licence", message, skipped=True))
    return wanted, unread


def all_entries(journal: Journal, unread: Iterable[FileRow]) -> Iterator[Entry]:
    """The entries of a journal and rows of files that were not read, sorted by file."""
    others = (Entry(row) for row in sorted(unread, key=lambda row: row.file))
    return heapq.merge(journal.entries(), others, key=lambda entry: entry.row.file)


def _read_all(
    pool: Pool[Task, Answer],
    journal: Journal,
    songs: Path,
    tasks: Sequence[Task],
    settings: PrepareSettings,
    progress: Progress | None,
) -> None:
    """Reads what the journal does not hold yet; a song is there before the journal speaks of it."""
    by_file = {task.source: task for task in tasks}
    done = journal.keep(lambda entry: _still_true(entry, by_file.get(entry.row.file), songs, settings))
    left = [task for task in tasks if task.source not in done]
    for number, answer in pool.answers(left):
        journal.add(entry_of_answer(answer, left[number], settings))
        if progress:
            progress(len(journal), len(tasks), answer.row.file)


def check_all_done(journal: Journal, tasks: Sequence[Task], place: str = "") -> None:
    """Raises PopgenError when a file has come to nothing that is known: none may be lost in silence."""
    missing = [task.source for task in tasks if task.source not in journal]
    if missing:
        hint = f"every worker must see {place} as this process does" if place else "report this to popgen"
        raise PopgenError(f"{len(missing)} of {len(tasks)} files came back without a row: {missing[0]} …", hint=hint)


def entry_of_answer(answer: Answer, task: Task, settings: PrepareSettings) -> Entry:
    """What became of a file; a worker that died could not tell what was in it."""
    row = answer.row if answer.row.sha256 else replace(answer.row, sha256=sha256_of(task, settings.limits))
    return Entry(row, answer.key or key_of(task, settings.limits), answer.song, answer.facts)


def _still_true(entry: Entry, task: Task | None, songs: Path, settings: PrepareSettings) -> bool:
    """Whether a file is still there with the same bytes, and its song as it was written."""
    if task is None or not entry.key or entry.key != key_of(task, settings.limits):
        return False
    if entry.song is None:
        return True
    try:
        return hashlib.sha256((songs / entry.song.pt).read_bytes()).hexdigest() == entry.song.sha256
    except OSError:
        return False
