"""Who judges what: items and pairs of systems dealt to listeners as in a Latin square."""

from __future__ import annotations

from popgen_core.errors import RecipeError

__all__ = ["assigned", "dealt"]


def assigned(listeners: int, trials: int, items: int, pairs: int) -> list[list[tuple[int, int]]]:
    """For each listener, (item, pair of systems) of each trial.

    Every item with every pair is judged equally often but for one; a listener hears each item at most once where
    there are as many items as trials, and each pair of systems equally often but for one or two.
    Raises RecipeError when a listener would have to judge the same pair of the same item twice.
    """
    if trials > items * pairs:
        raise RecipeError(
            f"{trials} trials for each listener need as many pairs, and {items} items of {pairs} pair(s) of systems "
            f"give {items * pairs}",
            hint="give more songs, or ask for fewer --trials",
        )
    places = range(listeners * trials)
    cells = [_cell(place % (items * pairs), items, pairs) for place in places]
    return [cells[start : start + trials] for start in range(0, len(cells), trials)]


def dealt(count: int, listener: int, items: int, start: int = 0) -> list[int]:
    """Items of `count` control trials of a listener, all items in turn over the listeners, from item `start` on."""
    return [(start + listener * count + number) % items for number in range(count)]


def _cell(place: int, items: int, pairs: int) -> tuple[int, int]:
    """Where a place of the square lies: items in turn, and the pair moved on by one each round."""
    item, round_ = place % items, place // items
    return item, (item + round_) % pairs
