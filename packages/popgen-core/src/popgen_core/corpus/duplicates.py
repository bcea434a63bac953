"""Near-duplicates: which songs of a corpus are copies, arrangements or excerpts of one another, by their fingerprints.

Two songs belong together when enough of the turns of the shorter one are in the other; and so do the friends of
friends. No pair is compared that shares no rare turn, so that the work grows with the songs and not with their pairs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from popgen_core.corpus.prints import FULL, SIZE, print_from_text

__all__ = ["Likeness", "clusters", "likenesses"]

CONTAINED, SHARED = 0.3, 6  # at least so large a share, and so many, of the hashes that both prints could hold
NEARBY = 16  # of the songs that share a turn, sorted by print, each meets so many that follow
MEETINGS = 3  # shared turns from which two songs are compared
AT_ONCE = 1 << 20  # hashes, and pairs, that are worked on at a time


@dataclass(frozen=True)
class Likeness:
    """How much each pair of songs shares: `pairs` (pairs, 2) as indices, the other fields (pairs,).

    `shared` counts the hashes in both prints, of those below the largest that both could hold; `contained` is its
    share, 0..1, of the print with fewer of them, `jaccard` that of all.
    """

    pairs: NDArray[np.int64]
    shared: NDArray[np.int64]
    contained: NDArray[np.float64]
    jaccard: NDArray[np.float64]

    @property
    def joined(self) -> NDArray[np.bool_]:
        """(pairs,) which are near-duplicates."""
        return (self.contained >= CONTAINED) & (self.shared >= SHARED)


def clusters(prints: Sequence[str]) -> NDArray[np.int64]:
    """Fingerprints of songs as text -> (songs,) number of each song's cluster, counted from the first song on.

    A song with an empty fingerprint is a cluster of its own. The order of songs changes nothing but the numbers.
    Raises DatasetError for a text that is no fingerprint.
    """
    different = sorted(set(prints) - {""})
    row_of = {text: row for row, text in enumerate(different)}
    table = _table(different)
    leader = list(range(len(different)))
    for pairs in _meeting(table):
        alike = likenesses(table, pairs)
        for first, second in alike.pairs[alike.joined].tolist():
            _join(leader, first, second)
    numbers: dict[int, int] = {}
    found = np.empty(len(prints), dtype=np.int64)
    for song, text in enumerate(prints):
        key = _leader(leader, row_of[text]) if text else -1 - song
        found[song] = numbers.setdefault(key, len(numbers))
    return found


def likenesses(table: NDArray[np.uint32], pairs: NDArray[np.int64]) -> Likeness:
    """(songs, SIZE) prints, filled up with values above `FULL`, and pairs of songs -> how much each pair shares."""
    first, second = table[pairs[:, 0]], table[pairs[:, 1]]  # (pairs, SIZE)
    limit = np.minimum(np.minimum(first[:, -1], second[:, -1]), FULL)[:, None]  # a whole print ends with its last hash
    counts = (first <= limit).sum(axis=1), (second <= limit).sum(axis=1)
    both = np.sort(np.concatenate([first, second], axis=1), axis=1)
    shared = ((both[:, 1:] == both[:, :-1]) & (both[:, 1:] <= limit)).sum(axis=1)
    return Likeness(
        pairs=pairs,
        shared=shared,
        contained=shared / np.maximum(np.minimum(*counts), 1),
        jaccard=shared / np.maximum(counts[0] + counts[1] - shared, 1),
    )


def _table(texts: Sequence[str]) -> NDArray[np.uint32]:
    """(songs, SIZE) the hashes of each print, filled up with a value above all."""
    table = np.full((len(texts), SIZE), FULL + 1, dtype=np.uint32)
    for row, text in enumerate(texts):
        hashes = print_from_text(text)[:SIZE]
        table[row, : len(hashes)] = hashes
    return table


def _meeting(table: NDArray[np.uint32]) -> Iterator[NDArray[np.int64]]:
    """(songs, SIZE) prints -> (pairs, 2) pairs of songs that share some turns, part by part."""
    songs = np.repeat(np.arange(len(table)), SIZE)
    order = np.argsort(table, axis=None, kind="stable")  # by hash, songs that share it rising
    hashes, songs = table.ravel()[order], songs[order]
    again = hashes[1:] == hashes[:-1]
    kept = (np.append(again, False) | np.append(False, again)) & (hashes <= FULL)
    hashes, songs = hashes[kept], songs[kept]
    width = max(AT_ONCE * len(table) // max(len(hashes), 1), 1)  # songs whose meetings are counted at a time
    for start in range(0, len(table), width):
        pairs = _meeting_first(hashes, songs, len(table), start, start + width)
        for part in range(0, len(pairs), AT_ONCE // SIZE):
            yield pairs[part : part + AT_ONCE // SIZE]


def _meeting_first(
    hashes: NDArray[np.uint32], songs: NDArray[np.int64], count: int, start: int, stop: int
) -> NDArray[np.int64]:
    """Hashes, rising, and the song of each -> (pairs, 2) pairs whose first song is one of `start` to `stop`."""
    met = []
    mine = np.flatnonzero((songs >= start) & (songs < stop))
    for distance in range(1, NEARBY + 1):
        mine = mine[mine + distance < len(hashes)]
        mine = mine[hashes[mine] == hashes[mine + distance]]
        met.append(songs[mine] * count + songs[mine + distance])
    pairs, meetings = np.unique(np.concatenate(met), return_counts=True)
    return np.stack(np.divmod(pairs[meetings >= MEETINGS], count), axis=1)


def _leader(leader: list[int], song: int) -> int:
    """The first song of the cluster that a song is in, so far."""
    while leader[song] != song:
        leader[song] = leader[leader[song]]
        song = leader[song]
    return song


def _join(leader: list[int], first: int, second: int) -> None:
    first, second = _leader(leader, first), _leader(leader, second)
    leader[max(first, second)] = min(first, second)
