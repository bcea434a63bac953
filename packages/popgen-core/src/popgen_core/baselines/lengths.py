"""How long notes last: a table of how many notes of each group end after how many sixteenths."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from popgen_core.baselines.likelihood import bernoulli_bits
from popgen_core.baselines.notes import CanonicalNotes

__all__ = ["AGES", "LengthTable"]

AGES = 64  # sixteenths that a note has sounded which are told apart: four bars of 4/4; later ones count as the last


@dataclass(frozen=True)
class LengthTable:
    """`ends` (group, age - 1): how likely a note that has sounded for so many sixteenths falls silent now, above 0.

    A length is told as a note goes on: a coin each sixteenth until it ends. No coin falls where a new onset or the end
    of the song cuts it off: that is known. Rates are smoothed by adding one: (ended + 1) / (coins + 2).
    """

    ends: NDArray[np.float64]

    @classmethod
    def fit(cls, songs: Iterable[CanonicalNotes], groups: tuple[str, ...]) -> LengthTable:
        """The notes of songs -> the table; without songs each sixteenth is a toss of a coin."""
        counts = np.zeros((2, len(groups), AGES), dtype=np.int64)
        for notes in songs:
            counts += _coins(notes)
        ended, coins = counts
        return cls((ended + 1.0) / (coins + 2.0))

    def bits(self, notes: CanonicalNotes) -> float:
        """What the lengths of a song's notes cost, its onsets known."""
        ended, coins = _coins(notes)
        return bernoulli_bits(ended, self.ends, cells=coins)


def _coins(notes: CanonicalNotes) -> NDArray[np.int64]:
    """(2, group, age - 1): notes that ended at each age, and coins that fell at it."""
    group, fallen = notes.onsets[:, 1], notes.sixteenths - 1 + notes.ended
    shape = (len(notes.groups), AGES)
    ended, coins = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
    np.add.at(ended, (group[notes.ended], np.minimum(notes.sixteenths[notes.ended], AGES) - 1), 1)
    age = np.arange(fallen.sum()) - np.repeat(np.cumsum(fallen) - fallen, fallen)  # (coin,) from 0, note by note
    np.add.at(coins, (np.repeat(group, fallen), np.minimum(age, AGES - 1)), 1)
    return np.stack([ended, coins])
