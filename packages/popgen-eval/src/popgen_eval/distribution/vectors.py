"""Songs as rows of numbers: a row for each stretch or piece, and which song it came from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from popgen_core.analysis.piece import Piece

__all__ = ["Scale", "Vectors", "by_song", "scale_of", "spread_out", "vectors_of"]

T = TypeVar("T")
CLIP = 5.0  # standard deviations


@dataclass(frozen=True)
class Vectors:
    """`rows` (rows, width), and `song` (rows,), the number of the song of each row, from 0 on and never falling."""

    rows: NDArray[np.float64]
    song: NDArray[np.int64]

    @property
    def songs(self) -> int:
        """How many songs there are."""
        return int(self.song[-1]) + 1 if len(self.song) else 0

    def taken(self, songs: NDArray[np.int64]) -> Vectors:
        """The rows of some songs, numbered anew in this order; a song taken twice is two songs."""
        first = np.searchsorted(self.song, np.arange(self.songs + 1))
        counts = np.diff(first)[songs]
        index = np.concatenate([np.arange(first[song], first[song + 1]) for song in songs])
        return Vectors(self.rows[index], np.repeat(np.arange(len(songs)), counts))

    def means(self) -> NDArray[np.float64]:
        """(songs, width) the mean row of each song."""
        sums = np.add.reduceat(self.rows, np.searchsorted(self.song, np.arange(self.songs)))
        return np.asarray(sums / np.bincount(self.song)[:, None])


def by_song(pieces: Iterable[Piece]) -> list[list[Piece]]:
    """Pieces, those of one song together, songs in order of their first piece."""
    songs: dict[int, list[Piece]] = {}
    for piece in pieces:
        songs.setdefault(id(piece.song), []).append(piece)
    return list(songs.values())


def spread_out(items: Sequence[T], most: int) -> list[T]:
    """`most` items at most, the first and the last and others evenly between."""
    if len(items) <= most:
        return list(items)
    return [items[place] for place in np.rint(np.linspace(0, len(items) - 1, most)).astype(int)]


def vectors_of(pieces: Iterable[Piece], rows: Callable[[Sequence[Piece]], list[NDArray[np.float64]]]) -> Vectors:
    """Pieces and what makes the rows of one song's -> all rows; songs without any are left out."""
    found = [made for made in (rows(song) for song in by_song(pieces)) if made]
    if not found:
        return Vectors(np.zeros((0, 0)), np.zeros(0, dtype=np.int64))
    return Vectors(np.concatenate(found), np.repeat(np.arange(len(found)), [len(made) for made in found]))


@dataclass(frozen=True)
class Scale:
    """What is usual in the reference: `mean` and `sd` (width,) of each entry over the rows in which it is defined."""

    mean: NDArray[np.float64]
    sd: NDArray[np.float64]

    def __call__(self, vectors: Vectors) -> Vectors:
        """Rows in standard deviations from the reference's mean, 5 at most; undefined entries are that mean, so 0."""
        rows = np.clip((vectors.rows - self.mean) / self.sd, -CLIP, CLIP)
        return Vectors(np.nan_to_num(rows, nan=0.0), vectors.song)


def scale_of(reference: Vectors) -> Scale:
    """The scale of a reference. An entry that never varies in it is not scaled, one never defined in it is left out."""
    defined = ~np.isnan(reference.rows)
    count = np.maximum(defined.sum(axis=0), 1)
    mean = np.where(defined, reference.rows, 0.0).sum(axis=0) / count
    variance = (np.where(defined, reference.rows - mean, 0.0) ** 2).sum(axis=0) / count
    sd = np.where(variance > 1e-18, np.sqrt(variance), 1.0)
    return Scale(np.where(defined.any(axis=0), mean, np.nan), sd)
