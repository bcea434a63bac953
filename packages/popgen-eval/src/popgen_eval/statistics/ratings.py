"""Two systems rated by the same listeners on the same items: a paired t over listeners and one over items."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from popgen_eval.statistics.t_test import TTest, paired_t

__all__ = ["Rating", "RatingTest", "rating_test"]


class Rating(NamedTuple):
    """One rating: who gave it, of which item (the prompt or song that both systems share), by which system."""

    listener: str
    item: str
    system: str
    value: float


@dataclass(frozen=True)
class RatingTest:
    """Mean rating of `a` less that of `b`: over listeners, and over items.

    Only if both hold does it speak of other listeners and other items too.
    """

    by_listener: TTest
    by_item: TTest
    listeners: int
    items: int

    def holds(self, level: float = 0.05) -> bool:
        """Whether both tests find a difference, the same way."""
        tests = (self.by_listener, self.by_item)
        return all(test.p < level for test in tests) and self.by_listener.t * self.by_item.t > 0


def rating_test(ratings: Iterable[Rating], a: str, b: str) -> RatingTest:
    """Ratings of any systems -> `a` against `b`.

    Ratings are averaged by listener and system first, and by item and system; who rated one of the two systems only,
    is left out of the first test, and an item rated in one only out of the second.
    """
    rated = [rating for rating in ratings if rating.system in (a, b)]
    by_listener = _differences(((rating.listener, rating) for rating in rated), a, b)
    by_item = _differences(((rating.item, rating) for rating in rated), a, b)
    return RatingTest(paired_t(by_listener), paired_t(by_item), len(by_listener), len(by_item))


def _differences(rated: Iterable[tuple[str, Rating]], a: str, b: str) -> NDArray[np.float64]:
    """(unit, rating) -> of each unit with both systems, its mean rating of `a` less that of `b`."""
    values: dict[str, dict[str, list[float]]] = defaultdict(lambda: {a: [], b: []})
    for unit, rating in rated:
        values[unit][rating.system].append(rating.value)
    both = [of for of in values.values() if of[a] and of[b]]
    return np.array([np.mean(of[a]) - np.mean(of[b]) for of in both], dtype=np.float64)
