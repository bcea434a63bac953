"""Two systems rated by the same listeners on the same items: a paired t over listeners and one over items."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from popgen_eval.statistics.t_test import TTest, paired_t

__all__ = ["Rating", "RatingTest", "mean_ratings", "rating_test"]


class Rating(NamedTuple):
    """One rating: who gave it, of which item (the prompt or song that both systems share), by which system."""

    listener: Hashable
    item: Hashable
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

    @property
    def p(self) -> float:
        """The larger p, since both must hold; NaN where one of them is."""
        both = (self.by_listener.p, self.by_item.p)
        return math.nan if any(math.isnan(p) for p in both) else max(both)

    def holds(self, level: float = 0.05) -> bool:
        """Whether both tests find a difference, the same way."""
        return self.p < level and self.by_listener.t * self.by_item.t > 0


def mean_ratings(ratings: Iterable[Rating], over: Literal["listener", "item"]) -> dict[Hashable, dict[str, float]]:
    """Listener, or item -> system -> the mean of its ratings."""
    found: dict[Hashable, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for rating in ratings:
        found[rating.listener if over == "listener" else rating.item][rating.system].append(rating.value)
    return {unit: {system: sum(values) / len(values) for system, values in of.items()} for unit, of in found.items()}


def rating_test(ratings: Iterable[Rating], a: str, b: str) -> RatingTest:
    """Ratings of any systems -> `a` against `b`.

    Ratings are averaged by listener and system first, and by item and system; who rated one of the two systems only,
    is left out of the first test, and an item rated in one only out of the second.
    """
    rated = [rating for rating in ratings if rating.system in (a, b)]
    by_listener = _differences(mean_ratings(rated, "listener"), a, b)
    by_item = _differences(mean_ratings(rated, "item"), a, b)
    return RatingTest(paired_t(by_listener), paired_t(by_item), len(by_listener), len(by_item))


def _differences(means: dict[Hashable, dict[str, float]], a: str, b: str) -> NDArray[np.float64]:
    """Of each unit with both systems, its mean rating of `a` less that of `b`."""
    return np.array([of[a] - of[b] for of in means.values() if a in of and b in of], dtype=np.float64)
