"""Sets that share four fifths of their tokens, found among very many without comparing each with each."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["LikeSets", "are_alike", "must_share"]

Numbers = NDArray[np.int64]
SHARED, OF = 4, 5  # Jaccard .8: this many of so many


def must_share(size: Numbers) -> Numbers:
    """How many tokens of a set of this size any set like it must have: .8 of them, rounded up."""
    return (SHARED * size + OF - 1) // OF


def are_alike(common: Numbers, one: Numbers, two: Numbers) -> NDArray[np.bool_]:
    """Whether sets of these sizes with so many tokens in common have a Jaccard index of .8 or more, exactly."""
    return OF * common >= SHARED * (one + two - common)


class LikeSets:
    """Some sets, indexed so that those like another are found exactly (prefix filter: Chaudhuri et al. 2006).

    Tokens are ordered from rare to common. Two sets with Jaccard .8 or more share one of their rarest tokens, the first
    n - ceil(.8 n) + 1 of each: only those are indexed and looked up, and what they find is compared in full.
    """

    def __init__(self, tokens: Numbers, start: Numbers, vocabulary: int) -> None:
        """Sets end to end: set i is tokens[start[i]:start[i + 1]], different numbers below `vocabulary`."""
        self.size = np.diff(start)
        self.start = start
        owner = np.repeat(np.arange(len(self.size)), self.size)
        often = np.bincount(tokens, minlength=vocabulary)
        self.rank = np.empty(vocabulary, dtype=np.int64)
        self.rank[np.argsort(often, kind="stable")] = np.arange(vocabulary)
        order = np.lexsort((self.rank[tokens], owner))
        self.ranks = self.rank[tokens[order]]
        first = np.arange(len(order)) - start[owner] < (self.size - must_share(self.size) + 1)[owner]
        by_rank = np.argsort(self.ranks[first], kind="stable")
        self.posted = owner[first][by_rank]
        self.posted_start = np.searchsorted(self.ranks[first][by_rank], np.arange(vocabulary + 1))

    def like(self, tokens: Numbers) -> Numbers:
        """A set of one token or more -> the numbers of all sets like it."""
        ranks = np.sort(self.rank[tokens])
        rarest = ranks[: len(ranks) - int(must_share(np.asarray(len(ranks)))) + 1]
        posted = [self.posted[self.posted_start[rank] : self.posted_start[rank + 1]] for rank in rarest]
        candidates = np.unique(np.concatenate(posted))
        sizes = self.size[candidates]
        candidates = candidates[are_alike(np.minimum(sizes, len(ranks)), sizes, np.asarray(len(ranks)))]
        return candidates[are_alike(self._common(ranks, candidates), self.size[candidates], np.asarray(len(ranks)))]

    def _common(self, ranks: Numbers, candidates: Numbers) -> Numbers:
        """How many of these tokens each candidate has."""
        sizes = self.size[candidates]
        ends = np.cumsum(sizes)
        place = np.arange(ends[-1] if len(ends) else 0) + np.repeat(self.start[candidates] - ends + sizes, sizes)
        asked = np.zeros(len(self.rank), dtype=np.bool_)
        asked[ranks] = True
        hits = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(asked[self.ranks[place]])])
        return np.asarray(hits[ends] - hits[ends - sizes])
