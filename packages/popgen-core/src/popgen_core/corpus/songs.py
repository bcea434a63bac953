"""The songs of a dataset or of a folder of MIDI files, one by one, grouped, with their names; no torch."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from popgen_core.contracts.grouper import Grouper
from popgen_core.corpus.dataset import Dataset
from popgen_core.corpus.folder import left_out, midi_files, task_of
from popgen_core.corpus.index import INDEX
from popgen_core.corpus.journal import UNFINISHED
from popgen_core.corpus.report import FileRow
from popgen_core.corpus.store import is_remote
from popgen_core.errors import DatasetError, MidiError, PopgenError
from popgen_core.groupers.seven import Seven
from popgen_core.music.guard import read_song
from popgen_core.music.song import Song

__all__ = ["named_songs"]

Place = str | os.PathLike[str]


def named_songs(
    place: Place, *, grouper: Grouper | None = None, unread: list[FileRow] | None = None
) -> Iterator[tuple[str, Song]]:
    """A dataset, a folder of MIDI files or one of them -> (file, grouped song) of each, sorted as the place has them.

    A dataset's songs are grouped as they are stored; MIDI files by `grouper`, seven.v1 unless told. What cannot be
    read is a row that is added to `unread`; without such a list the first is raised. Songs are not kept: a corpus may
    be larger than the memory. Raises DatasetError for a place that is no dataset and holds no MIDI files.
    """
    songs = _of_dataset(Dataset.open(place), unread) if _is_dataset(place) else _of_midi(Path(place), grouper, unread)
    yield from songs


def _is_dataset(place: Place) -> bool:
    return is_remote(place) or any((Path(place) / name).exists() for name in (INDEX, UNFINISHED))


def _of_dataset(dataset: Dataset, unread: list[FileRow] | None) -> Iterator[tuple[str, Song]]:
    for number, entry in enumerate(dataset.songs):
        try:
            song = dataset.load(number).song()
        except PopgenError as error:
            _put(unread, entry.file, "bad-song", error)
            continue
        yield entry.file, song


def _of_midi(place: Path, grouper: Grouper | None, unread: list[FileRow] | None) -> Iterator[tuple[str, Song]]:
    groups = grouper or Seven()
    tasks, rows = ([task_of(place.parent, str(place))], []) if place.is_file() else midi_files(place)
    for row in rows:
        _put(unread, row.file, row.reason, DatasetError(f"{row.file}: {row.message}"))
    for task in tasks:
        try:
            song = groups.group(read_song(task.path).song).song
        except PopgenError as error:
            if unread is None:
                raise
            # read_song says the path before the reason, a row names the file itself
            plain = error.__cause__ if isinstance(error.__cause__, MidiError) else error
            _put(unread, task.source, error.reason if isinstance(error, MidiError) else "bad-song", plain)
            continue
        yield task.source, song


def _put(unread: list[FileRow] | None, file: str, reason: str, error: PopgenError) -> None:
    if unread is None:
        raise error
    unread.append(left_out(file, reason, error.message))
