"""What real songs have in common with a training set that they are not in: what copying is read beside."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from popgen_core.analysis.piece import whole_song
from popgen_core.contracts.evaluator import Score
from popgen_core.errors import PopgenError
from popgen_core.music.song import Song

__all__ = ["LEVEL", "RealSongs", "beside_real", "shares_by_song"]

Judged = Callable[..., Mapping[str, Score]]
DRAWS, BLOCK = 10_000, 1_000
LEVEL = 0.05
ROUNDING = 1e-12  # means that differ by no more were summed in another order


@dataclass(frozen=True)
class RealSongs:
    """`mean` share (0..1) of `songs` real songs outside the training set; `p`: how often chance alone makes the other
    songs share so much more than these on average.
    """

    mean: float
    songs: int
    p: float

    @property
    def less(self) -> bool:
        """Whether real songs are shown to share less: p under .05."""
        return self.p < LEVEL


def shares_by_song(judge: Judged, songs: Iterable[Song], measure: str = "copied_share") -> list[float]:
    """A judge and grouped songs -> a measure of each whole song in order; NaN where it is undefined."""
    return [judge(*whole_song(song))[measure].value for song in songs]


def beside_real(shares: Sequence[float], real: Sequence[float], seed: int = 0) -> RealSongs:
    """A measure of songs, one value a song, and of real songs outside the training set -> how these stand beside them.

    A permutation test of the two means, one-sided, 10,000 draws: most songs share nothing and a few much, so that no
    bell curve fits and a bootstrap of few songs knows nothing of the few that share much. NaN are left out. Raises
    PopgenError without a defined value on either side.
    """
    here, there = (np.array([value for value in side if not math.isnan(value)]) for side in (shares, real))
    if not len(here) or not len(there):
        raise PopgenError(
            f"copying takes a song with a defined share on either side, got {len(here)} and {len(there)}",
            hint="take real songs that are in no training set",
        )
    both, random = np.concatenate([here, there]), np.random.default_rng(seed)
    seen, reached = float(here.mean()), 1  # what was seen is one of the draws
    for _ in range(DRAWS // BLOCK):
        drawn = random.permuted(np.tile(both, (BLOCK, 1)), axis=1)[:, : len(here)].mean(axis=1)
        reached += int((drawn >= seen - ROUNDING).sum())
    return RealSongs(float(there.mean()), len(there), reached / (DRAWS + 1))
