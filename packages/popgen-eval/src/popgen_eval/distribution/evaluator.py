"""Whether a set of songs, as a whole, is like a reference set: four distances, each beside its floor."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Annotated, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from popgen_core.analysis.piece import Piece
from popgen_core.contracts.evaluator import Measure, Score
from popgen_core.errors import RecipeError
from popgen_eval.distribution.draws import (
    LEAST_SONGS,
    Drawn,
    Draws,
    Numbers,
    drawn,
    floor_note,
    interval,
    songs_compared,
)
from popgen_eval.distribution.figures import figure_evaluators, figures
from popgen_eval.distribution.gaussian import frechet_distance
from popgen_eval.distribution.invariants import FAMILIES, invariants
from popgen_eval.distribution.kernel import median_distance, song_kernel
from popgen_eval.distribution.measures import MEASURES
from popgen_eval.distribution.overlap import overlap_and_divergence
from popgen_eval.distribution.stretch import stretches_of
from popgen_eval.distribution.two_sample import classifier_auc
from popgen_eval.distribution.vectors import Vectors, scale_of, spread_out, vectors_of
from popgen_eval.metrics.pooling import undefined

__all__ = ["Distribution"]

ENDS = [0, *accumulate(len(names) for _, names in FAMILIES.values())]
SLICES = [slice(start, end) for start, end in pairwise(ENDS)]  # of each family of invariants


class Distribution:
    """Set against reference: every distance beside its floor, what real songs show against other real songs.

    Songs are cut into stretches of 8 bars, each described by 41 invariants (key-aligned pitch classes, meter, density
    and duration of four groups, register, scale and entropy, intervals, groove, synchrony, agreement), in standard
    deviations of the reference, at most 5 from its mean; an undefined entry counts as that mean, and
    `undefined_share` says how many were. `frechet_distance` takes both clouds of stretches for Gaussians with
    covariances by Ledoit and Wolf (2004); `mmd` is unbiased MMD^2 (Gretton et al. 2012) with a Gaussian kernel as
    wide as the median distance in the reference, `mmd_p` its p when songs change sides at random; `c2st_auc` the AUC
    of a ridge logistic classifier in 5 folds of songs (Lopez-Paz and Oquab 2017); `overlap_area` and `kld` are
    mgeval's (Yang and Lerch 2020). `figure_distance` is the Fréchet distance of the figures of whole pieces, which
    alone sees the order of bars. All values are means over 20 draws of n songs a side, n the songs of the set or half
    those of the reference, whichever is less; the floors are means over 20 draws of two lots of n reference songs.
    Distances fall with n: compare them at equal n and against one reference, and only with their floor. `_low` and
    `_high` are 95 % intervals by bootstrap over songs. NaN: below 10 songs in the set or 20 in the reference; bars of
    a meter that cannot be compared and songs of fewer than 8 bars are not counted. Deviations: MMD leaves out pairs
    within one song; overlap and divergence take both densities on one grid, of songs' mean vectors, by family of
    entries. Stretches come 8 a song at most, pieces 2 a song, evenly chosen.
    """

    @dataclass(frozen=True)
    class Config:
        """How much is drawn. Sets compared by other settings than these cannot be compared with each other."""

        draws: Annotated[int, Field(description="draws of songs for each value and floor, 2 or more")] = 20
        judges: Annotated[int, Field(description="draws of songs for c2st_auc, 2 or more")] = 5
        replicates: Annotated[int, Field(description="replicates of the bootstrap, 2 or more")] = 200
        permutations: Annotated[int, Field(description="permutations of songs for mmd_p, 1 or more")] = 999
        stretches: Annotated[int, Field(description="stretches of 8 bars of a song at most, 1 or more")] = 8
        pieces: Annotated[int, Field(description="pieces of a song at most, 1 or more")] = 2
        seed: Annotated[int, Field(description="seed of all draws, 0 or more")] = 0

    scope: ClassVar[Literal["set"]] = "set"
    draws_songs: ClassVar[bool] = True  # by their place in the set and in the reference
    measures: ClassVar[tuple[Measure, ...]] = MEASURES

    def __init__(self, config: Config | None = None) -> None:
        self.config = config or self.Config()
        least = {"draws": 2, "judges": 2, "replicates": 2, "permutations": 1, "stretches": 1, "pieces": 1, "seed": 0}
        for name, lowest in least.items():
            if getattr(self.config, name) < lowest:
                raise RecipeError(f"{name} is {getattr(self.config, name)}", hint=f"it must be {lowest} or more")

    def score(self, pieces: Sequence[Piece], references: Sequence[Piece]) -> Mapping[str, Score]:
        """Pieces of some songs, and of the reference's -> how alike the two sets are, by several measures."""
        of_set, of_reference = (vectors_of(side, self._stretches) for side in (pieces, references))
        size = songs_compared(of_set.songs, of_reference.songs)
        if size < LEAST_SONGS:
            reason = (
                f"songs with 8 bars or more: {of_set.songs} against {of_reference.songs} of the reference; "
                f"needed: {LEAST_SONGS} against {2 * LEAST_SONGS}"
            )
            return {measure.name: undefined(reason) for measure in self.measures}
        missing = float(np.isnan(of_set.rows).mean())
        scale = scale_of(of_reference)
        one, two = scale(of_set), scale(of_reference)
        return {
            "compared_songs": Score(size),
            "undefined_share": Score(missing),
            **self._distance("frechet", one, two),
            **self._figures(pieces, references),
            **self._discrepancy(one, two),
            **self._judged(one, two),
            **self._overlap(one, two),
        }

    def _stretches(self, song: Sequence[Piece]) -> list[NDArray[np.float64]]:
        cut = [stretch for piece in song for stretch in stretches_of(piece)]
        return [invariants(stretch) for stretch in spread_out(cut, self.config.stretches)]

    def _draws(self, one: Vectors, two: Vectors, times: int) -> Draws:
        return Draws(one.songs, two.songs, songs_compared(one.songs, two.songs), times, self.config.seed)

    def _distance(self, name: str, one: Vectors, two: Vectors) -> dict[str, Score]:
        """Fréchet distance of scaled vectors with interval and floor."""

        def across(songs: Numbers, references: Numbers) -> float:
            return frechet_distance(one.taken(songs).rows, two.taken(references).rows)

        def halves(songs: Numbers, references: Numbers) -> float:
            return frechet_distance(two.taken(songs).rows, two.taken(references).rows)

        draws = self._draws(one, two, self.config.draws)
        found = drawn(draws, across, halves)
        replicates = np.array([across(*pair) for pair in draws.resampled(self.config.replicates)])
        low, high = interval(found.value, replicates)
        return {
            **_beside_floor(f"{name}_distance", f"{name}_floor", found),
            f"{name}_low": Score(low),
            f"{name}_high": Score(high),
        }

    def _figures(self, pieces: Sequence[Piece], references: Sequence[Piece]) -> dict[str, Score]:
        """Fréchet distance of the figures of whole pieces; pieces that cannot be judged are not counted."""
        sides = [vectors_of((p for p in side if not p.reason), self._figure_rows) for side in (pieces, references)]
        size = songs_compared(sides[0].songs, sides[1].songs)
        if size < LEAST_SONGS:
            reason = (
                f"songs with 12 bars or more: {sides[0].songs} against {sides[1].songs} of the reference; "
                f"needed: {LEAST_SONGS} against {2 * LEAST_SONGS}"
            )
            return {f"figure_{end}": undefined(reason) for end in ("distance", "floor", "low", "high")}
        scale = scale_of(sides[1])
        return self._distance("figure", scale(sides[0]), scale(sides[1]))

    def _figure_rows(self, song: Sequence[Piece]) -> list[NDArray[np.float64]]:
        return [figures(piece, figure_evaluators()) for piece in spread_out(song, self.config.pieces)]

    def _discrepancy(self, one: Vectors, two: Vectors) -> dict[str, Score]:
        both = Vectors(np.concatenate([one.rows, two.rows]), np.concatenate([one.song, two.song + one.songs]))
        kernel = song_kernel(both, median_distance(two.rows))

        def across(songs: Numbers, references: Numbers) -> float:
            return kernel.discrepancy(songs, references + one.songs)

        def halves(songs: Numbers, references: Numbers) -> float:
            return kernel.discrepancy(songs + one.songs, references + one.songs)

        found = drawn(self._draws(one, two, self.config.draws), across, halves)
        random = np.random.default_rng([self.config.seed, 4])
        p = kernel.p_value(one.songs, self.config.permutations, random)
        return {**_beside_floor("mmd", "mmd_floor", found), "mmd_p": Score(p)}

    def _judged(self, one: Vectors, two: Vectors) -> dict[str, Score]:
        random = np.random.default_rng([self.config.seed, 5])

        def across(songs: Numbers, references: Numbers) -> float:
            return classifier_auc(one.taken(songs), two.taken(references), random)

        def halves(songs: Numbers, references: Numbers) -> float:
            return classifier_auc(two.taken(songs), two.taken(references), random)

        found = drawn(self._draws(one, two, self.config.judges), across, halves)
        return _beside_floor("c2st_auc", "c2st_floor", found)

    def _overlap(self, one: Vectors, two: Vectors) -> dict[str, Score]:
        songs, references = one.means(), two.means()
        draws = self._draws(one, two, self.config.draws)
        across = np.array([overlap_and_divergence(songs[a], references[b], SLICES) for a, b in draws.across()])
        halves = np.array([overlap_and_divergence(references[a], references[b], SLICES) for a, b in draws.halves()])
        names = ("overlap_area", "kld"), ("overlap_floor", "kld_floor")
        means = across.mean(axis=0), halves.mean(axis=0)
        notes = {
            "overlap_area": floor_note(means[1][0], float(np.quantile(halves[:, 0], 0.05)), "above"),
            "kld": floor_note(means[1][1], float(np.quantile(halves[:, 1], 0.95))),
        }
        values = {
            name: float(value)
            for row, found in zip(names, means, strict=True)
            for name, value in zip(row, found, strict=True)
        }
        return {name: _defined(value, notes.get(name, "")) for name, value in values.items()}


def _defined(value: float, note: str) -> Score:
    return undefined("no two songs of the reference differ") if math.isnan(value) else Score(value, note=note)


def _beside_floor(name: str, floor_name: str, found: Drawn) -> dict[str, Score]:
    note = floor_note(found.floor, found.floor_high)
    return {name: Score(found.value, note=note), floor_name: Score(found.floor)}
