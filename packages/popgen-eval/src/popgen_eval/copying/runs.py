"""The longest run of bars that a line has in common with a library, note for note, in whatever key."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from popgen_eval.copying.library import Shelf
from popgen_eval.copying.pairs import PAIR_BARS, Pairs

__all__ = ["Run", "longest_run", "run_lengths"]

ASKED = 32  # pairs of bars looked up together: those of a loop stand in very many places
CELLS = 1 << 20  # (alignments, pairs) looked at together: what bounds the memory


@dataclass(frozen=True)
class Run:
    """How many bars, 0 for none, and the number of the song that has them, -1 for none."""

    bars: int = 0
    song: int = -1


def run_lengths(same: NDArray[np.bool_], telling: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(alignments, pairs) where pairs of bars are the same, (pairs,) telling -> length of each alignment's longest run,
    in pairs, and the pair that it begins with, -1 for none.

    A run begins and ends with a telling pair; those between may be anything, silence too.
    """
    begun = np.full(len(same), -1)
    longest, first = np.zeros(len(same), dtype=np.int64), np.full(len(same), -1)
    for pair in range(same.shape[1]):
        begun = np.where(same[:, pair], begun, -1)
        if telling[pair]:
            begun = np.where(same[:, pair] & (begun < 0), pair, begun)
            longer = (begun >= 0) & (pair - begun + 1 > longest)
            longest, first = np.where(longer, pair - begun + 1, longest), np.where(longer, begun, first)
    return longest, first


def longest_run(pairs: Pairs, shelf: Shelf) -> Run:
    """The pairs of bars of a line -> the longest run of bars that a line of the shelf has too."""
    aligned = _alignments(pairs, shelf)
    if not len(aligned):
        return Run()
    together = max(CELLS // len(pairs.hash), 1)
    blocks = (aligned[begin : begin + together] for begin in range(0, len(aligned), together))
    return max((_longest(pairs, shelf, block) for block in blocks), key=lambda run: run.bars)


def _alignments(pairs: Pairs, shelf: Shelf) -> NDArray[np.int64]:
    """Places of the first pair of bars, were the whole line on the shelf so that some telling pair meets its like."""
    asked = np.flatnonzero(pairs.telling)
    found = [np.zeros(0, dtype=np.int64)]
    for begin in range(0, len(asked), ASKED):
        some = asked[begin : begin + ASKED]
        which, place = shelf.places(pairs.hash[some])
        found.append(np.unique(place - some[which]))
    return np.unique(np.concatenate(found))


def _longest(pairs: Pairs, shelf: Shelf, aligned: NDArray[np.int64]) -> Run:
    """The longest run of a line laid on the shelf at these places, one or more."""
    at = aligned[:, None] + np.arange(len(pairs.hash))
    inside = (at >= 0) & (at < len(shelf.hash))
    same = inside & (shelf.hash[np.clip(at, 0, len(shelf.hash) - 1)] == pairs.hash)
    lengths, first = run_lengths(same, pairs.telling)
    best = int(lengths.argmax())
    return Run(int(lengths[best]) + PAIR_BARS - 1, int(shelf.song[aligned[best] + first[best]]))
