"""Which songs of a dataset are trained on, which are heard for validation, and which are left for the test."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from popgen_core.corpus.dataset import Dataset
from popgen_core.corpus.licences import Passport
from popgen_core.corpus.report import FileRow

__all__ = ["Parts", "parts_of"]

LEAST_SONGS = 10  # a dataset of fewer is trained on whole: its test part would say nothing


@dataclass(frozen=True)
class Parts:
    """`train` and, if anything is kept for it, `valid`; `left` counts the songs that are not touched."""

    train: Dataset
    valid: Dataset | None
    left: int

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


def parts_of(dataset: Dataset, songs: str, valid: Dataset | None) -> Parts:
    """The parts that `train.songs` asks for: "all" songs, or "train": those of the dataset's split.

    Of the latter the first fold is kept for validation, unless another dataset is given for it. Datasets of fewer
    than ten songs, and those made before there were splits, are trained on whole.
    """
    split = dataset.split
    if songs == "all" or split is None or len(dataset) < LEAST_SONGS:
        return Parts(dataset, valid, 0)
    kept = set(split.folds[0]) if valid is None and split.folds else set()
    heard = valid or (dataset.of(kept) if kept else None)
    return Parts(dataset.of(set(split.train) - kept), heard, len(split.test))
