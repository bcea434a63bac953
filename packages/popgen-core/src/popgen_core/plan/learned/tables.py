"""Tables of counts: how often each outcome came in each context, and the odds that follow from them."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from popgen_core.errors import CheckpointError

__all__ = ["Odds", "Table", "chosen", "counted", "drawn", "figures", "odds", "table_from_plain"]

Table = Mapping[str, Mapping[str, float]]  # context -> outcome -> how often; or name -> figure -> value
Odds = NDArray[np.float64]

TRUST = 4.0  # as many draws from the more general context are added to what a context itself saw


def counted(pairs: Iterable[tuple[str, str]], most: int) -> Table:
    """(context, outcome) pairs -> how often each came: the `most` commonest pairs, of equals the first by alphabet."""
    commonest = sorted(Counter(pairs).items(), key=lambda item: (-item[1], item[0]))[:most]
    table: dict[str, dict[str, float]] = {}
    for (context, outcome), times in sorted(commonest):
        table.setdefault(context, {})[outcome] = times
    return table


def odds(table: Table, contexts: Sequence[str], outcomes: Sequence[str], trust: float = TRUST) -> Odds:
    """(outcomes,) chances of each outcome, adding up to 1: contexts go from the most general to the most special.

    A context is believed as far as it was seen: where it was not, what a more general one says stands; where none
    was, all outcomes are equally likely.
    """
    chances = np.full(len(outcomes), 1.0 / len(outcomes))
    for context in contexts:
        row = table.get(context)
        if row:
            seen = np.array([row.get(outcome, 0.0) for outcome in outcomes])
            chances = (seen + trust * chances) / (seen.sum() + trust)
    return chances


def drawn(chances: Odds, random: Generator) -> int:
    """(outcomes,) chances, of any sum above 0 -> the number of one of them."""
    steps = np.cumsum(chances)
    number = int(np.searchsorted(steps, random.random() * steps[-1], side="right"))
    return number if number < len(steps) else int(np.flatnonzero(chances)[-1])


def chosen(chances: Odds, die: float) -> int:
    """(outcomes,) chances that add up to 1, and a die 0..1 -> the number of one of them."""
    return min(int(np.searchsorted(np.cumsum(chances), die, side="right")), len(chances) - 1)


def figures(values: Sequence[float]) -> Mapping[str, float]:
    """Mean, standard deviation and number of some values, rounded to what a book keeps."""
    found = np.array(values, dtype=np.float64)
    return {"mean": round(float(found.mean()), 3), "sd": round(float(found.std()), 3), "n": len(found)}


def table_from_plain(value: Any, name: str) -> Table:
    """A table read back from JSON; raises CheckpointError where it is none."""
    if not isinstance(value, dict) or not all(isinstance(row, dict) for row in value.values()):
        raise _damaged(name)
    for row in value.values():
        for figure in row.values():
            if isinstance(figure, bool) or not isinstance(figure, int | float) or not math.isfinite(figure):
                raise _damaged(name)
    return value


def _damaged(name: str) -> CheckpointError:
    return CheckpointError(
        f"the plan book's table {name!r} is not made of numbers", hint="the card was changed: take the file anew"
    )
