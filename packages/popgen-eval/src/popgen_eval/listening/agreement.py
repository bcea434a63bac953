"""How far listeners agree in what they say of the same clip."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from popgen_eval.listening.answers import SCALES
from popgen_eval.listening.joined import Judgment
from popgen_eval.listening.ratings import ratings_of
from popgen_eval.statistics import Rating, alpha_ordinal, icc_2k_incomplete, raters_each

__all__ = ["Agreement", "agreements"]


@dataclass(frozen=True)
class Agreement:
    """Agreement on one scale, over clips (an item of a system) and listeners.

    `icc`: ICC(2,k) of a clip's mean rating, 1 where other listeners would give all clips the same means, 0 where
    means tell nothing of clips; it may be below. k is `raters`, listeners who rated a clip, harmonic mean. `alpha`:
    Krippendorff's, ordinal, of single ratings: 1 agreement, 0 what chance gives. NaN: no clip was rated twice, or no
    rating differs.
    """

    scale: str
    icc: float
    raters: float
    alpha: float


def agreements(judgments: Sequence[Judgment]) -> tuple[Agreement, ...]:
    """All judgments -> agreement on each of the four scales."""
    found = []
    for number, scale in enumerate(SCALES):
        table = _table(ratings_of(judgments, number))
        found.append(Agreement(scale, icc_2k_incomplete(table), raters_each(table), alpha_ordinal(table)))
    return tuple(found)


def _table(ratings: Sequence[Rating]) -> list[list[float]]:
    """(clip, listener) ratings, NaN where not rated; a clip that a listener rated twice has the mean of both."""
    given: dict[tuple[object, object], list[float]] = {}
    for rating in ratings:
        given.setdefault(((rating.item, rating.system), rating.listener), []).append(rating.value)
    clips, listeners = (list(dict.fromkeys(place[at] for place in given)) for at in (0, 1))
    means = {place: sum(values) / len(values) for place, values in given.items()}
    return [[means.get((clip, listener), math.nan) for listener in listeners] for clip in clips]
