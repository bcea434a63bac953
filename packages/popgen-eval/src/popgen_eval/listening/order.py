"""The order in which a listener hears trials: by chance, but never the same item twice in a row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from numpy.random import Generator

from popgen_core.errors import RecipeError

__all__ = ["ordered"]

TRIES = 300
APART = 4  # trials between a pair and its repeat, where there are enough


def ordered(
    items: Sequence[int], random: Generator, *, later_than: dict[int, int], not_first: frozenset[int] = frozenset()
) -> list[int]:
    """The item of each trial -> the trials' numbers in the order to hear them.

    Neighbours differ in item; `later_than` names for a repeat the trial that it repeats, which is heard well before.
    Raises RecipeError when the items are too few for that.
    """
    apart = min(APART, len(items) // 3)
    for _ in range(TRIES):
        found = _tried(items, random, later_than, not_first, apart)
        if found:
            return found
    raise RecipeError(
        f"{len(items)} trials over {len(set(items))} items cannot be ordered so that no item follows itself",
        hint="give more songs",
    )


def _tried(
    items: Sequence[int], random: Generator, later_than: dict[int, int], not_first: frozenset[int], apart: int
) -> list[int] | None:
    """One way through, the items with most trials left more likely first; None at a dead end."""
    left, order = list(range(len(items))), list[int]()
    while left:
        fits = [trial for trial in left if _fits(trial, items, order, later_than, not_first, apart)]
        if not fits:
            return None
        waiting = Counter(items[trial] for trial in left)
        weights = [float(waiting[items[trial]]) ** 2 for trial in fits]
        chosen = fits[int(random.choice(len(fits), p=[weight / sum(weights) for weight in weights]))]
        order.append(chosen)
        left.remove(chosen)
    return order


def _fits(
    trial: int,
    items: Sequence[int],
    order: list[int],
    later_than: dict[int, int],
    not_first: frozenset[int],
    apart: int,
) -> bool:
    if not order:
        return trial not in not_first and trial not in later_than
    if items[order[-1]] == items[trial]:
        return False
    first = later_than.get(trial)
    return first is None or (first in order and len(order) - order.index(first) > apart)
