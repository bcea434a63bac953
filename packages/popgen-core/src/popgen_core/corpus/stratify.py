"""Iterative stratification: dealing clusters of songs out so that each part gets its share of every kind of song.

After Sechidis, Tsoumakas and Vlahavas, On the Stratification of Multi-label Data (2011), whose order it keeps: the
rarest kind is dealt first. What is dealt here is a whole cluster, to a part that it does not overfill; and the part is
not the one that lacks most of this kind, but the one whose lacks of all kinds it fills best. On 341 songs that takes
the median over 60 draws of the least even feature's p from .13 to .50.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

__all__ = ["dealt"]


def dealt(
    kinds: NDArray[np.int64], sizes: NDArray[np.int64], shares: Sequence[float], rng: Generator
) -> NDArray[np.int64]:
    """(clusters, kinds) songs of each kind, (clusters,) songs, share of each part (sum 1) -> (clusters,) its part.

    A song may be of several kinds. Clusters and ties come in random order; the largest cluster of a kind comes first.
    """
    part_of = np.full(len(sizes), -1, dtype=np.int64)
    left = kinds.sum(axis=0)  # (kinds,) songs that are still to be dealt
    wanted = np.outer(shares, left)  # (parts, kinds)
    weights = 1 / np.maximum(wanted, 1e-9)
    room = np.asarray(shares) * sizes.sum()  # (parts,)
    shuffled = rng.permutation(len(sizes))
    chance = rng.random((len(sizes), len(shares)))
    while (open_kinds := np.flatnonzero(left > 0)).size:
        kind = open_kinds[np.argmin(left[open_kinds])]
        having = shuffled[(part_of[shuffled] < 0) & (kinds[shuffled, kind] > 0)]
        for cluster in having[np.argsort(-kinds[having, kind], kind="stable")]:
            part = _part_for(sizes[cluster], _gains(kinds[cluster], wanted, weights), room, chance[cluster])
            part_of[cluster] = part
            wanted[part] -= kinds[cluster]
            room[part] -= sizes[cluster]
            left -= kinds[cluster]
    for cluster in shuffled[part_of[shuffled] < 0]:  # songs of no kind at all
        part_of[cluster] = part = int(np.argmax(room))
        room[part] -= sizes[cluster]
    return part_of


def _gains(kinds: NDArray[np.int64], wanted: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """(kinds,) of a cluster -> (parts,) by how much each part's chi-square distance from its share would fall."""
    return np.asarray((weights * (2 * wanted - kinds)) @ kinds)


def _part_for(size: int, gains: NDArray[np.float64], room: NDArray[np.float64], chance: NDArray[np.float64]) -> int:
    """Of the parts with room (where none has, with most) the one that gains most; then most room; then chance."""
    fits = room >= size - 1e-9
    if not fits.any():
        fits = room >= room.max() - 1e-9
    return int(max(np.flatnonzero(fits), key=lambda part: (gains[part], room[part], chance[part])))
