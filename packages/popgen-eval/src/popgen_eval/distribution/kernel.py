"""Maximum mean discrepancy: how much more alike points of one set are to each other than to those of the other set."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from popgen_eval.distribution.vectors import Vectors, spread_out

__all__ = ["SongKernel", "median_distance", "song_kernel"]

Matrix = NDArray[np.float64]
MEDIAN_ROWS = 1_000  # the median is taken over pairs of so many rows at most
BLOCK_ROWS = 512


def squared_distances(one: Matrix, two: Matrix) -> Matrix:
    """(n, width) and (m, width) -> (n, m)."""
    squares = (one**2).sum(axis=1)[:, None] + (two**2).sum(axis=1)[None, :] - 2 * one @ two.T
    return np.asarray(np.maximum(squares, 0.0))


def median_distance(rows: Matrix) -> float:
    """The median distance between two of the rows, of 1,000 of them where there are more; 1 where it is 0."""
    some = np.array(spread_out(list(rows), MEDIAN_ROWS))
    squares = squared_distances(some, some)[np.triu_indices(len(some), 1)]
    return float(np.sqrt(np.median(squares))) or 1.0 if len(squares) else 1.0


@dataclass(frozen=True)
class SongKernel:
    """`sums` (songs, songs): the kernel over all pairs of rows of two songs; `counts` (songs,): rows of each.

    Pairs inside one song never count: they are alike because they are one song, and would make every set seem apart.
    """

    sums: Matrix
    counts: Matrix

    def discrepancy(self, one: NDArray[np.int64], two: NDArray[np.int64]) -> float:
        """Numbers of the songs of two sets -> MMD^2, unbiased over songs: 0 on average for two sets of one kind."""
        return self._within(one) + self._within(two) - 2 * self._mean(one, two)

    def _mean(self, one: NDArray[np.int64], two: NDArray[np.int64]) -> float:
        return float(self.sums[np.ix_(one, two)].sum() / (self.counts[one].sum() * self.counts[two].sum()))

    def _within(self, songs: NDArray[np.int64]) -> float:
        own = self.sums[songs, songs].sum()
        pairs = self.counts[songs].sum() ** 2 - (self.counts[songs] ** 2).sum()
        return float((self.sums[np.ix_(songs, songs)].sum() - own) / pairs)

    def p_value(self, first: int, permutations: int, random: Generator) -> float:
        """How often songs dealt at random into a set of `first` songs and the rest lie as far apart as these two do.

        The first `first` songs are one set. p counts the sets as given among the permutations, so it is never 0.
        """
        order = np.arange(len(self.counts))
        found = self.discrepancy(order[:first], order[first:])
        dealt = (random.permutation(order) for _ in range(permutations))
        as_far = sum(self.discrepancy(deal[:first], deal[first:]) >= found - 1e-12 for deal in dealt)
        return (1 + as_far) / (1 + permutations)


def song_kernel(vectors: Vectors, width: float) -> SongKernel:
    """Rows of songs and the bandwidth -> the Gaussian kernel exp(-distance^2 / (2 width^2)), summed by song."""
    starts = np.searchsorted(vectors.song, np.arange(vectors.songs))
    by_column = np.zeros((len(vectors.rows), vectors.songs))
    for begin in range(0, len(vectors.rows), BLOCK_ROWS):
        squares = squared_distances(vectors.rows[begin : begin + BLOCK_ROWS], vectors.rows)
        by_column[begin : begin + BLOCK_ROWS] = np.add.reduceat(np.exp(-squares / (2 * width**2)), starts, axis=1)
    return SongKernel(np.add.reduceat(by_column, starts, axis=0), np.bincount(vectors.song).astype(np.float64))
