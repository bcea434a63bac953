"""What real songs have in common with a training set that they are not in: the band to read copying against."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from popgen_core.analysis.piece import whole_song
from popgen_core.contracts.evaluator import Score
from popgen_core.errors import PopgenError
from popgen_core.music.song import Song

__all__ = ["Band", "copying_band", "shares_by_song"]

Judged = Callable[..., Mapping[str, Score]]
RESAMPLES, BLOCK = 10_000, 1_000
LEVEL = 0.95


@dataclass(frozen=True)
class Band:
    """`mean` share (0..1) of `songs` real songs outside the training set; `bound`: what the mean of `size` songs of
    their kind stays below in 95 of 100 cases.
    """

    mean: float
    bound: float
    songs: int
    size: int

    def flags(self, shares: Sequence[float]) -> bool:
        """Whether songs have more in common with the training set than real songs would; NaN are left out."""
        defined = [share for share in shares if not math.isnan(share)]
        return bool(defined) and float(np.mean(defined)) > self.bound


def shares_by_song(judge: Judged, songs: Iterable[Song], measure: str = "copied_share") -> list[float]:
    """A judge and grouped songs -> a measure of each whole song in order; NaN where it is undefined."""
    return [judge(*whole_song(song))[measure].value for song in songs]


def copying_band(shares: Sequence[float], size: int, seed: int = 0) -> Band:
    """A measure of real songs outside the training set, one value a song -> the band for sets of `size` songs.

    The bound is the mean plus the 95 % point of what two bootstrap samples differ by, one of `size` songs and one of
    as many as there are: both the set and the real songs are chance. Raises PopgenError below two defined values.
    """
    values = np.array([share for share in shares if not math.isnan(share)], dtype=np.float64)
    if len(values) < 2 or size < 1:
        raise PopgenError(
            f"a band needs two real songs with a defined share and a set of one song, got {len(values)} and {size}",
            hint="take real songs that are in no training set",
        )
    random = np.random.default_rng(seed)
    differences = []
    for _ in range(RESAMPLES // BLOCK):
        drawn = values[random.integers(0, len(values), (BLOCK, size))].mean(axis=1)
        own = values[random.integers(0, len(values), (BLOCK, len(values)))].mean(axis=1)
        differences.append(drawn - own)
    reach = float(np.quantile(np.concatenate(differences), LEVEL))
    return Band(float(values.mean()), float(values.mean()) + max(reach, 0.0), len(values), size)
