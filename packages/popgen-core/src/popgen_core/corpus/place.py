"""The place where a dataset comes to be: free, begun by an earlier run, or complete; held by one process at a time."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from os import PathLike
from pathlib import Path

from popgen_core.corpus.index import INDEX
from popgen_core.corpus.journal import UNFINISHED
from popgen_core.corpus.reader import SONGS
from popgen_core.corpus.settings import PrepareSettings
from popgen_core.corpus.store import Store, is_remote, store_at
from popgen_core.corpus.unchanged import check_same_settings
from popgen_core.errors import DatasetError, OutputError, PopgenError
from popgen_core.files import LOCK, json_bytes, made_folder

__all__ = ["at_work", "begun_here", "is_complete"]

SETTINGS = f"{UNFINISHED}/settings.json"


@contextlib.contextmanager
def at_work(out: str | PathLike[str]) -> Iterator[Store]:
    """The store at `out`, held against other processes.

    Raises OutputError for a place that holds anything but a dataset, finished or not, and Refused while it is held.
    """
    store = store_at(out)
    with contextlib.ExitStack() as stack:
        if not is_remote(out):
            _check_folder(Path(out))
            stack.enter_context(made_folder(Path(out).absolute()))
        stack.enter_context(store.held())
        names = store.top()
        if names - {LOCK} and not names & {INDEX, UNFINISHED}:
            raise OutputError(f"{out} exists and is not empty", hint="choose another name or remove it")
        yield store


def _check_folder(out: Path) -> None:
    if (out.exists() or out.is_symlink()) and not out.is_dir():
        raise OutputError(f"{out} exists and is no folder", hint="choose another name or remove it")


def is_complete(store: Store) -> bool:
    """Whether the dataset at a place is finished."""
    names = store.top()
    return INDEX in names and UNFINISHED not in names


@contextlib.contextmanager
def begun_here(store: Store, settings: PrepareSettings) -> Iterator[None]:
    """Writes down what is being done; raises Refused where something else was begun.

    What comes to nothing, since no file can be used or no worker started, is taken away; what was done before some
    other error stays and can be gone on with. Raises OutputError when the place cannot be written to, or no more.
    """
    begun = store.has(SETTINGS)
    if begun:
        check_same_settings(store.place, json.loads(store.read(SETTINGS)), settings)
    try:
        if not begun:
            store.write(SETTINGS, json_bytes(settings.to_plain()))
        yield
    except PopgenError as error:
        if isinstance(error, DatasetError) or not (begun or _done_so_far(store)):
            store.remove(UNFINISHED)
            store.remove(SONGS)
        raise
    except OSError as error:
        why = error.strerror or str(error)
        raise OutputError(
            f"{store.place} cannot be written: {why}", hint="the same command goes on from here"
        ) from error


def _done_so_far(store: Store) -> bool:
    """Whether a journal, or a batch of a cluster, speaks of any file."""
    return any(store.read(name) for name in store.names() if name.startswith(f"{UNFINISHED}/") and name != SETTINGS)
