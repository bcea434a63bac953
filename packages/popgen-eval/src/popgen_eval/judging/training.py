"""The songs of a training set: the training part of a dataset that `prepare` made, or all MIDI files of a folder.

Their digest tells one training set from another, wherever it lies.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from popgen_core.contracts.grouper import Grouper
from popgen_core.corpus.dataset import Dataset
from popgen_core.errors import PopgenError
from popgen_core.music.song import Song
from popgen_eval.judging.files import Judging, Told, judge_files

__all__ = ["digest_of", "is_dataset", "songs_of_dataset", "songs_of_files"]

INDEX = "dataset.json"


def is_dataset(place: Path) -> bool:
    """Whether a folder is a dataset that `prepare` made."""
    return (place / INDEX).is_file()


def songs_of_dataset(place: Path) -> Iterator[tuple[str, Song]]:
    """(file, grouped song) of each song of a dataset's training part, of all its songs where it was not split.

    Raises DatasetError for a damaged one.
    """
    dataset = Dataset.open(place)
    part = dataset.of(dataset.split.train) if dataset.split else dataset
    return ((stored.source, stored.song()) for stored in part)


def songs_of_files(
    paths: list[Path], grouper: Grouper, workers: int | None, told: Told | None
) -> tuple[list[tuple[str, Song]], dict[str, str]]:
    """(file, grouped song) of each MIDI file that can be read, and file -> why of the others.

    Raises PopgenError where none can.
    """
    judging = Judging((), grouper, bars=32, window="first", keep=True)
    found = judge_files(paths, judging, workers, told)
    songs = [(each.row.path, each.song) for each in found if each.song is not None]
    if not songs:
        raise PopgenError("no file of the training set can be read", hint="popgen doctor says why")
    return songs, {each.row.path: each.row.error for each in found if each.song is None}


def digest_of(songs: Iterable[tuple[str, Song]]) -> str:
    """(file, grouped song) of a training set -> SHA-256 of its music in hexadecimal digits.

    The same for the same songs under other names, in another order or at another place.
    """
    return hashlib.sha256("".join(sorted(_digest(song) for _, song in songs)).encode()).hexdigest()


def _digest(song: Song) -> str:
    told = f"{song.ticks_per_quarter} {song.tempos.tolist()} {song.meters.tolist()}"
    digest = hashlib.sha256(told.encode())
    for track in sorted(song.tracks, key=lambda track: track.name):
        digest.update(f"{track.name!r} {track.program} {track.is_drum} {len(track.notes)} ".encode("utf-8", "replace"))
        digest.update(track.notes.tobytes())
    return digest.hexdigest()
