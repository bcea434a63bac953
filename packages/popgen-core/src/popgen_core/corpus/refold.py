"""The folds of a dataset for cross-validation: its own, or others of the same songs; the test part stays untouched."""

from __future__ import annotations

from popgen_core.corpus.dataset import Dataset, SongEntry
from popgen_core.corpus.facts import facts_from_plain
from popgen_core.corpus.licences import UNKNOWN, origin_family
from popgen_core.corpus.split import Split, SplitSong, folds_anew
from popgen_core.errors import DatasetError, RecipeError

__all__ = ["folds_of"]


def folds_of(dataset: Dataset, count: int) -> tuple[tuple[str, ...], ...]:
    """Names of the songs of each of `count` folds of the training part: the split's own where it has as many.

    Else they are made anew by the same laws and seed: those that `prepare` would have made of so many folds. Raises
    RecipeError for fewer than 2 folds, DatasetError where the songs are too few or the dataset has no split.
    """
    split = dataset.split
    if count < 2:
        raise RecipeError(f"cross-validation in {count} folds", hint="2 folds or more, 10 are usual")
    if split is None:
        raise DatasetError(f"{dataset.store.place} was made before there were splits", hint="prepare the dataset anew")
    folds = split.folds if len(split.folds) == count else _made_anew(dataset, split, count)
    if len(folds) != count:
        raise DatasetError(
            f"{dataset.store.place} has {len(split.train)} songs to learn from, near-copies together they give "
            f"{len(folds)} folds, not {count}",
            hint=f"ask for --folds {len(folds)}" if len(folds) > 1 else "prepare more songs",
        )
    return folds


def _made_anew(dataset: Dataset, split: Split, count: int) -> tuple[tuple[str, ...], ...]:
    numbers: dict[str, int] = {}  # of each song that others are near-duplicates of
    songs = [
        SplitSong(song.file, _source(song), numbers.setdefault(song.alike or song.file, len(numbers)), facts)
        for song, facts in ((song, facts_from_plain(song.facts)) for song in dataset.songs)
    ]
    return folds_anew(split, songs, count)


def _source(song: SongEntry) -> str:
    """Where a song comes from, as far as the split cares: what its manifest says, or its first folder."""
    if UNKNOWN.name != song.licence and UNKNOWN.origin != song.origin:
        return origin_family(song.origin)
    return song.file.rpartition("/")[0].partition("/")[0]
