"""Draws of equally many songs from two sets, and the floor: real songs against other real songs, as many."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

__all__ = ["LEAST_SONGS", "Draws", "Drawn", "drawn", "floor_edge", "floor_note", "interval", "songs_compared"]

Numbers = NDArray[np.int64]
Statistic = Callable[[Numbers, Numbers], float]
LEAST_SONGS = 10  # of either side: five folds of two
NORMAL_95 = 1.959964
EDGE = re.compile(r"\(95 % of draws (below|above) (\S+)\)$")


@dataclass(frozen=True)
class Draws:
    """Sets of `songs` and `references` songs, `size` of each drawn `times` times from `seed`."""

    songs: int
    references: int
    size: int
    times: int
    seed: int

    def across(self) -> Iterator[tuple[Numbers, Numbers]]:
        """Numbers of songs of the set and of the reference, without repeats."""
        random = np.random.default_rng([self.seed, 1])
        for _ in range(self.times):
            yield self._some(self.songs, random), self._some(self.references, random)

    def halves(self) -> Iterator[tuple[Numbers, Numbers]]:
        """Numbers of songs of the reference, and of as many others of it."""
        random = np.random.default_rng([self.seed, 2])
        for _ in range(self.times):
            order = random.permutation(self.references)
            yield np.sort(order[: self.size]), np.sort(order[self.size : 2 * self.size])

    def resampled(self, times: int) -> Iterator[tuple[Numbers, Numbers]]:
        """Numbers of songs of the set and of the reference, with repeats: the bootstrap's."""
        random = np.random.default_rng([self.seed, 3])
        for _ in range(times):
            yield random.integers(0, self.songs, self.size), random.integers(0, self.references, self.size)

    def _some(self, songs: int, random: Generator) -> Numbers:
        return np.sort(random.permutation(songs)[: self.size])


def songs_compared(songs: int, references: int) -> int:
    """How many songs of each side are compared: no more than the set has, nor than half the reference has."""
    return min(songs, references // 2)


@dataclass(frozen=True)
class Drawn:
    """A statistic between set and reference, and its floor between halves of the reference: means over draws.

    `floor_high` is what one in twenty draws of the floor is above.
    """

    value: float
    floor: float
    floor_high: float


def drawn(draws: Draws, across: Statistic, halves: Statistic) -> Drawn:
    """What two statistics are over the draws: one between set and reference, one inside the reference."""
    floor = np.array([halves(*pair) for pair in draws.halves()])
    value = np.array([across(*pair) for pair in draws.across()])
    return Drawn(float(value.mean()), float(floor.mean()), float(np.quantile(floor, 0.95)))


def interval(value: float, replicates: NDArray[np.float64]) -> tuple[float, float]:
    """A value and its bootstrap replicates -> its 95 % interval, from their spread alone, 0 at least.

    A replicate holds some songs twice, and so lies further from the other set than fresh songs would: the replicates'
    mean is too high, their spread is not.
    """
    reach = NORMAL_95 * float(replicates.std(ddof=1))
    return max(value - reach, 0.0), value + reach


def floor_note(floor: float, edge: float, side: Literal["below", "above"] = "below") -> str:
    """The note of a value: its floor, and what 95 % of the floor's draws are below, or above where less is farther."""
    return f"real against real: {floor:.3g} (95 % of draws {side} {edge:.3g})"


def floor_edge(note: str) -> tuple[float, bool]:
    """The edge that a note tells, and whether real songs are below it; NaN for a note that tells none."""
    found = EDGE.search(note)
    return (float(found[2]), found[1] == "below") if found else (math.nan, True)
