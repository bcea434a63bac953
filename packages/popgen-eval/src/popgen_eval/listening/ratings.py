"""The four five-point scales: each system's mean, and whether two systems differ over listeners and over items."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from popgen_eval.listening.answers import SCALES
from popgen_eval.listening.joined import Judgment
from popgen_eval.statistics import Rating, TTest, mean_ratings, rating_test

__all__ = ["RatingGap", "rating_gaps", "rating_means", "ratings_of"]


@dataclass(frozen=True)
class RatingGap:
    """One scale of two systems, first minus second, in points of the scale.

    Each listener's ratings of a system are averaged first, then compared over listeners; and each item's, over items.
    `dz`: over listeners and over items, the mean difference in standard deviations of the differences. `both_p` is the
    larger p, since both must hold; `p` is that one corrected over all scales and pairs (Holm).
    """

    scale: str
    first: str
    second: str
    over_listeners: TTest
    over_items: TTest
    dz: tuple[float, float]
    both_p: float
    p: float = math.nan

    @property
    def still(self) -> bool:
        """Whether there were ratings enough to test, but those of listeners or of items differ by the same throughout.

        Such a gap has no p, and counts among all that are corrected together.
        """
        enough = not math.isnan(self.over_listeners.error + self.over_items.error)
        return enough and math.isnan(self.both_p)


def ratings_of(judgments: Sequence[Judgment], scale: int) -> list[Rating]:
    """The ratings on one of the four scales in pairs of two systems; what is said of controls does not count."""
    return [
        Rating(one.trial.listener, one.trial.item, one.rated, one.answer.ratings[scale])
        for one in judgments
        if one.trial.kind == "pair"
    ]


def rating_means(judgments: Sequence[Judgment], systems: Sequence[str]) -> dict[str, dict[str, float]]:
    """Scale -> system -> mean rating, 1 to 5, each listener counting equally; NaN of none."""
    found: dict[str, dict[str, float]] = {}
    for number, scale in enumerate(SCALES):
        own = mean_ratings(ratings_of(judgments, number), "listener").values()
        of = {system: [means[system] for means in own if system in means] for system in systems}
        found[scale] = {system: sum(means) / len(means) if means else math.nan for system, means in of.items()}
    return found


def rating_gaps(judgments: Sequence[Judgment], systems: Sequence[str]) -> list[RatingGap]:
    """Every scale of every two systems, not yet corrected for being many."""
    gaps = []
    for number, scale in enumerate(SCALES):
        ratings = ratings_of(judgments, number)
        for first, second in combinations(systems, 2):
            test = rating_test(ratings, first, second)
            both = test.by_listener, test.by_item
            dz = _dz(test.by_listener, test.listeners), _dz(test.by_item, test.items)
            gaps.append(RatingGap(scale, first, second, *both, dz, test.p))
    return gaps


def _dz(test: TTest, count: int) -> float:
    """Mean over standard deviation of so many differences; NaN where they are too few or do not vary."""
    return test.t / math.sqrt(count) if count else math.nan
