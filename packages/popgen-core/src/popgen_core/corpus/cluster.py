"""The same preparation on a Dask cluster, into a dataset at any place that fsspec reaches.

Every machine must see the folder of MIDI files under the same path. A task is a batch of files, read by a child of
the cluster's worker that may die without harm to the batch, and kept as a whole: a batch that was done stays done.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from popgen_core.corpus.finish import finish
from popgen_core.corpus.folder import Task
from popgen_core.corpus.journal import UNFINISHED, Entry, Journal, entry_of
from popgen_core.corpus.licences import LicenceBook
from popgen_core.corpus.place import at_work, begun_here, is_complete
from popgen_core.corpus.pool import Pool, WorkerLimits
from popgen_core.corpus.prepare import Progress, all_entries, check_all_done, completed, entry_of_answer, wanted_files
from popgen_core.corpus.reader import SONGS, key_of
from popgen_core.corpus.report import PrepareReport
from popgen_core.corpus.settings import PrepareSettings
from popgen_core.corpus.settle import settle
from popgen_core.corpus.store import Store, is_remote, store_at
from popgen_core.corpus.unchanged import complete_already
from popgen_core.errors import NotInstalled, PopgenError, from_wheels

__all__ = ["prepare_on_cluster", "read_batch"]

BATCH = 256  # files; the child that reads them takes about half a second to start
BATCHES = f"{UNFINISHED}/batch-"
WORKER_LIMITS = WorkerLimits()
CONNECT_SECONDS = 20


def prepare_on_cluster(
    folder: str | os.PathLike[str],
    out: str | os.PathLike[str],
    settings: PrepareSettings | None = None,
    *,
    address: str,
    batch: int = BATCH,
    worker_limits: WorkerLimits = WORKER_LIMITS,
    progress: Progress | None = None,
) -> PrepareReport:
    """Makes the dataset `out`, a folder that all machines see or an fsspec place, on the cluster at `address`.

    Ends with the same bytes as `prepare`, raises what it raises, and PopgenError when no cluster answers. Places
    that are no folders know no lock: one process at a time is the caller's care there.
    """
    folder = Path(folder).absolute()
    settings, groups = completed(settings or PrepareSettings())
    out = os.fspath(out) if is_remote(out) else str(Path(out).absolute())
    tasks, unread = wanted_files(folder, settings)
    with at_work(out) as store, tempfile.TemporaryDirectory() as own:
        if is_complete(store):
            return complete_already(folder, store, settings, tasks, groups)
        with begun_here(store, settings), Journal(Path(own) / "files.jsonl") as journal:
            left = _left(store, journal, tasks, settings)
            _read_on(address, store, left, settings, worker_limits, batch, len(tasks), progress)
            _gather(store, journal)
            check_all_done(journal, tasks, store.place)
            book = LicenceBook.of(folder)
            settled = settle(lambda: all_entries(journal, unread), tasks, book)
            return replace(finish(store, str(folder), settled, settings, groups), problems=book.problems)


def read_batch(place: str, tasks: Sequence[Task], settings: PrepareSettings, limits: WorkerLimits) -> int:
    """Reads some files in a child of this process and writes their songs and, last, their lines -> how many files."""
    store, lines = store_at(place), []
    with Pool(settings.reader(place), 1, limits) as pool:
        for number, answer in pool.answers(tasks):
            lines.append(entry_of_answer(answer, tasks[number], settings).line())
    names = hashlib.sha256("\n".join(task.source for task in tasks).encode()).hexdigest()
    store.write(f"{BATCHES}{names[:16]}.jsonl", b"".join(lines))
    return len(tasks)


def _gather(store: Store, journal: Journal) -> list[str]:
    """Takes into the journal what batches have left at the place; their files."""
    names = [name for name in store.names() if name.startswith(BATCHES)]
    for name in names:
        for line in store.read(name).splitlines():
            journal.add(entry_of(line))
    return names


def _left(store: Store, journal: Journal, tasks: Sequence[Task], settings: PrepareSettings) -> list[Task]:
    """The files that no earlier run has done; what it left of files that have changed since is taken away."""
    parts = _gather(store, journal)
    by_file, names = {task.source: task for task in tasks}, set(store.names())

    def still_true(entry: Entry) -> bool:
        task = by_file.get(entry.row.file)
        there = entry.song is None or f"{SONGS}/{entry.song.pt}" in names
        return task is not None and bool(entry.key) and there and entry.key == key_of(task, settings.limits)

    done = journal.keep(still_true)
    if parts:
        store.write(f"{BATCHES}earlier.jsonl", b"".join(entry.line() for entry in journal.entries()))
    for part in parts:
        if part != f"{BATCHES}earlier.jsonl":
            store.remove(part)
    return [task for task in tasks if task.source not in done]


def _read_on(
    address: str,
    store: Store,
    tasks: Sequence[Task],
    settings: PrepareSettings,
    limits: WorkerLimits,
    batch: int,
    total: int,
    progress: Progress | None,
) -> None:
    """Lets the cluster read the files, a batch a task; PopgenError for the first batch that fails."""
    if not tasks:
        return
    distributed: Any = _distributed()
    batches = [tasks[start : start + batch] for start in range(0, len(tasks), batch)]
    try:
        client = distributed.Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        raise PopgenError(
            f"no Dask scheduler answers at {address}: {error}", hint="dask scheduler starts one"
        ) from error
    with client:
        futures = [client.submit(read_batch, store.place, part, settings, limits, pure=False) for part in batches]
        done = total - len(tasks)
        try:
            for _, read in distributed.as_completed(futures, loop=client.loop, with_results=True):
                done += read
                if progress:
                    progress(done, total, "")
        except PopgenError:
            raise
        except Exception as error:  # whatever a worker, its machine or the network may raise
            why = f"{type(error).__name__}: {error}"
            raise PopgenError(
                f"the cluster gave a batch up: {why}", hint="the same command goes on from here"
            ) from error


def _distributed() -> Any:
    try:
        import distributed
    except ImportError as error:
        raise NotInstalled("--dask needs the Dask client", hint=from_wheels("popgen-core[dask]")) from error
    return distributed
