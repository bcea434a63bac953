"""The songs of a training set: the training part of a dataset that `prepare` made, or all MIDI files of a folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from popgen_core.contracts.grouper import Grouper
from popgen_core.corpus.dataset import Dataset
from popgen_core.errors import PopgenError
from popgen_core.music.song import Song
from popgen_eval.judging.files import Judging, Told, judge_files

__all__ = ["is_dataset", "songs_of_dataset", "songs_of_files"]

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
) -> Iterator[tuple[str, Song]]:
    """(file, grouped song) of each MIDI file that can be read. Raises PopgenError where none can."""
    judging = Judging((), grouper, bars=32, window="first", keep=True)
    found = [each for each in judge_files(paths, judging, workers, told) if each.song is not None]
    if not found:
        raise PopgenError("no file of the training set can be read", hint="popgen doctor says why")
    return ((each.row.path, each.song) for each in found if each.song is not None)
