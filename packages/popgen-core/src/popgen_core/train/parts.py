"""Which songs of a dataset are trained on, which are heard for validation, and which are left for the test."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from typing import Any

from popgen_core.corpus.dataset import Dataset, SongEntry
from popgen_core.corpus.licences import Passport
from popgen_core.corpus.report import FileRow
from popgen_core.errors import DatasetError

__all__ = ["Parts", "mark_of", "parts_of"]

MARK = 16  # hex digits; the first datasets' names had no more
LEAST_SONGS = 10  # a dataset of fewer is trained on whole: its test part would say nothing
LEAST_OF_FEW = 5  # songs to fine-tune with of which one at least is held out


@dataclass(frozen=True)
class Parts:
    """`train` and, if anything is kept for it, `valid`; `left` counts the songs that are not touched.

    `notes`: what a user should know of them.
    """

    train: Dataset
    valid: Dataset | None
    left: int
    notes: tuple[str, ...] = ()

    def passport(self) -> dict[str, Any]:
        """Under which licences how many of the songs that are trained on came, and how the dataset was divided."""
        licences = Passport()
        for song in self.train.songs:
            licences.add(FileRow(song.file, "accepted", seconds=song.seconds, licence=song.licence, origin=song.origin))
        split = self.train.split
        return {
            "passport": licences.to_plain(),
            "split": {"sha256": split.sha256 if split else "", **self.counts()},
        }

    @property
    def sha256(self) -> str:
        """The digest of the lists of songs."""
        names = [[song.file for song in part.songs] if part else [] for part in (self.train, self.valid)]
        return hashlib.sha256(json.dumps(names).encode()).hexdigest()

    def counts(self) -> dict[str, int]:
        """Number of songs in each part."""
        return {"trained": len(self.train), "validated": len(self.valid) if self.valid else 0, "left": self.left}


def mark_of(song: SongEntry) -> str:
    """By what a song is known again in any dataset: the beginning of the digest of what it was made from."""
    return song.pt.rpartition("/")[2][:MARK]


def parts_of(dataset: Dataset, songs: str, valid: Dataset | None, *, few: bool = False) -> Parts:
    """The parts that `train.songs` asks for: "all" songs, or "train": those of the dataset's split.

    Of the latter the first fold is kept for validation, unless another dataset is given for it: then those of its songs
    are heard that are neither trained on nor in the test part. Datasets of fewer than ten songs, and those made before
    there were splits, are trained on whole; but `few` songs, five at least, to go on with from a checkpoint: of those
    the test part is heard for validation. Raises DatasetError where no song is left to hear.
    """
    split = dataset.split
    if few and songs == "train" and split and split.test and LEAST_OF_FEW <= len(dataset) < LEAST_SONGS:
        parts = Parts(dataset.of(split.train), dataset.of(split.test) if valid is None else None, 0)
        return _with(valid, replace(parts, left=len(split.test) if valid else 0), dataset)
    if songs == "all" or split is None or len(dataset) < LEAST_SONGS:
        return _with(valid, Parts(dataset, None, 0), dataset)
    kept = set(split.folds[0]) if valid is None and split.folds else set()
    heard = dataset.of(kept) if kept else None
    return _with(valid, Parts(dataset.of(set(split.train) - kept), heard, len(split.test)), dataset)


def _with(valid: Dataset | None, parts: Parts, dataset: Dataset) -> Parts:
    """The parts with another dataset to hear, if one is given: what of it the run may hear."""
    if valid is None:
        return parts
    if valid.sha256 == dataset.sha256:
        note = "the songs heard for validation are those trained on: their loss says nothing of other songs"
        return replace(parts, valid=valid, notes=(note,))
    own = {mark_of(song) for song in dataset.songs}
    others = valid.of([song.file for song in valid.songs if mark_of(song) not in own])
    if not len(others):
        raise DatasetError(
            f"every song of {valid.store.place} is one of {dataset.store.place}", hint="validate on other songs"
        )
    dropped = len(valid) - len(others)
    notes = (f"{dropped} songs are not heard for validation: they are in the dataset itself",) if dropped else ()
    return replace(parts, valid=others, notes=notes)
