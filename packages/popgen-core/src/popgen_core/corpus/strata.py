"""The features that both parts of a corpus share: thirds of tempo, density, length; mode, groups, feel, source."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from popgen_core.corpus.balance import BalanceRow, categories_row, numbers_row
from popgen_core.corpus.facts import SongFacts

__all__ = ["Strata", "strata_of"]

LEAST_OF_SOURCE = 5  # songs; of sources with fewer, one is made
NUMBERS = ("tempo", "density", "seconds")
CATEGORIES = ("mode", "feel", "source")


@dataclass(frozen=True)
class Strata:
    """What is known of the songs, song by song: `numbers` (songs,) by feature, `categories` by feature, and `kinds`
    (songs, kinds), 1 where a song is of a kind: a third of a number, a category, a group that plays.
    """

    numbers: dict[str, NDArray[np.float64]]
    categories: dict[str, list[str]]
    kinds: NDArray[np.int64]

    def balance(self, in_test: NDArray[np.bool_]) -> tuple[BalanceRow, ...]:
        """(songs,) which songs are for testing -> a row a feature; none where a part is empty."""
        if in_test.all() or not in_test.any():
            return ()
        rows = [numbers_row(feature, values, in_test) for feature, values in self.numbers.items()]
        return (*rows, *(categories_row(feature, values, in_test) for feature, values in self.categories.items()))


def strata_of(sources: Sequence[str], facts: Sequence[SongFacts]) -> Strata:
    """The source and the facts of each song -> its strata."""
    numbers = {name: np.array([getattr(one, name) for one in facts], dtype=np.float64) for name in NUMBERS}
    often = Counter(sources)
    categories = {
        "mode": [one.mode for one in facts],
        "feel": [one.feel for one in facts],
        "source": [source if often[source] >= LEAST_OF_SOURCE else "few" for source in sources],
    }
    for group in sorted({group for one in facts for group in one.groups}):
        categories[f"group {group}"] = ["plays" if group in one.groups else "" for one in facts]
    columns = [_thirds(values) for values in numbers.values()] + [_one_hot(names) for names in categories.values()]
    return Strata(numbers, categories, np.concatenate(columns, axis=1))


def _thirds(values: NDArray[np.float64]) -> NDArray[np.int64]:
    """(songs,) -> (songs, 3) which third of the songs each is in; equal values are in one."""
    if len(values) == 0:
        return np.zeros((0, 3), dtype=np.int64)
    third = np.searchsorted(np.quantile(values, [1 / 3, 2 / 3]), values)
    return np.asarray(third[:, None] == np.arange(3), dtype=np.int64)


def _one_hot(names: Sequence[str]) -> NDArray[np.int64]:
    """(songs,) categories -> (songs, categories); of a group only whether it plays."""
    found = [name for name in sorted(set(names)) if name]
    return np.array([[name == one for one in found] for name in names], dtype=np.int64).reshape(len(names), len(found))
