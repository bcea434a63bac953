"""Baselines: predictors that count how often a cell sounds in each context, and tell new songs by these rates."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from popgen_core.baselines.canonical import PITCHES, CanonicalRoll, canonical_roll
from popgen_core.baselines.likelihood import Likelihood, bernoulli_bits
from popgen_core.baselines.tally import AXES, PLACES, tally
from popgen_core.errors import SongError
from popgen_core.music.song import Song

__all__ = ["Baseline", "FittedBaseline"]


@dataclass(frozen=True)
class FittedBaseline:
    """A baseline that has counted its songs.

    `probability` (group, pitch, place, sixteenth, bar): of an onset in a cell, above 0 and below 1, by the contexts
    of `tally`.
    """

    name: str
    groups: tuple[str, ...]
    probability: NDArray[np.float64]

    def score(self, song: Song) -> Likelihood:
        """What the onsets of a grouped song cost. Raises SongError for a track that is none of the groups."""
        return self.score_roll(canonical_roll(song, self.groups))

    def score_roll(self, roll: CanonicalRoll) -> Likelihood:
        """What a canonical roll costs. Raises SongError where its groups are others than those fitted on."""
        _refuse_other_groups(roll, self.groups)
        counts = tally(roll)  # (group, pitch, place, sixteenth, bar, onset)
        bits = bernoulli_bits(counts[..., 1], self.probability, cells=counts.sum(axis=-1))
        return Likelihood(bits, roll.beats, roll.notes)

    def group_bits(self, roll: CanonicalRoll) -> NDArray[np.float64]:
        """(group,) what the onsets of each group cost; their sum is the score's bits. Raises SongError likewise."""
        _refuse_other_groups(roll, self.groups)
        counts = tally(roll)  # (group, pitch, place, sixteenth, bar, onset)
        cells = zip(counts[..., 1], self.probability, counts.sum(axis=-1), strict=True)
        return np.array([bernoulli_bits(*group) for group in cells])


@dataclass(frozen=True)
class Baseline:
    """A predictor by counted rates; `ladder` holds contexts (names of AXES) from short to long, each in the next.

    The rate of the shortest context is smoothed by adding one: (onsets + 1) / (cells + 2). Each longer context backs
    off to the shorter by adding `imagined` cells (above 0) that follow it:
    (onsets + imagined x rate of the shorter) / (cells + imagined).
    So a context never seen has the shorter one's rate, one seen far more often than `imagined` its own. On the songs
    that it was fitted on, a longer ladder never costs more bits: each rate lies between the shorter's and the one that
    costs least.
    Raises SongError for a ladder without contexts, of unknown axes, or whose contexts do not grow, and for no or
    endlessly many imagined cells.
    """

    name: str
    ladder: tuple[tuple[str, ...], ...]
    imagined: float = 1.0

    def __post_init__(self) -> None:
        if not self.ladder or any(axis not in AXES for context in self.ladder for axis in context):
            raise SongError(f"baseline {self.name!r} needs contexts of {', '.join(AXES)}, got {self.ladder}")
        if any(not set(short) < set(long) for short, long in zip(self.ladder, self.ladder[1:], strict=False)):
            raise SongError(f"each context of baseline {self.name!r} must hold the one before and more: {self.ladder}")
        if not 0 < self.imagined < math.inf:
            raise SongError(f"baseline {self.name!r} needs some imagined cells, above 0, got {self.imagined}")

    def fit(self, songs: Iterable[Song], groups: tuple[str, ...]) -> FittedBaseline:
        """Grouped songs -> the rates of their cells; without songs each cell is a toss of a coin.

        Songs are read one by one and not kept. Raises SongError for a track that is none of the groups.
        """
        return self.fit_rolls((canonical_roll(song, groups) for song in songs), groups)

    def fit_rolls(self, rolls: Iterable[CanonicalRoll], groups: tuple[str, ...]) -> FittedBaseline:
        """Canonical rolls -> the rates of their cells. Raises SongError where the groups of a roll are others."""
        counts = np.zeros((len(groups), PITCHES, PLACES, 2, 2, 2), dtype=np.int64)
        for roll in rolls:
            _refuse_other_groups(roll, groups)
            counts += tally(roll)
        return FittedBaseline(self.name, groups, self._probability(counts))

    def _probability(self, counts: NDArray[np.int64]) -> NDArray[np.float64]:
        """Counts (group, pitch, place, sixteenth, bar, onset) -> probability of an onset, without the last axis."""
        onsets, cells = _summed(counts, self.ladder[0])
        rate = (onsets + 1.0) / (cells + 2.0)
        for context in self.ladder[1:]:
            onsets, cells = _summed(counts, context)
            rate = (onsets + self.imagined * rate) / (cells + self.imagined)
        return np.broadcast_to(rate, counts.shape[:-1]).copy()


def _summed(counts: NDArray[np.int64], context: tuple[str, ...]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Onsets and cells of each context, the axes that it does not know summed to length 1."""
    unknown = tuple(number for number, axis in enumerate(AXES) if axis not in context)
    known = counts.sum(axis=unknown, keepdims=True)
    return known[..., 1], known.sum(axis=-1)


def _refuse_other_groups(roll: CanonicalRoll, groups: tuple[str, ...]) -> None:
    if roll.groups != groups:
        raise SongError(f"the roll has groups {', '.join(roll.groups)}, the baseline {', '.join(groups)}")
