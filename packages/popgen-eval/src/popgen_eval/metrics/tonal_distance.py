"""Tonal distance: how far apart the groups' harmonies lie in Harte's tonal space."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from popgen_core.analysis.chords import from_bass
from popgen_core.analysis.chroma import half_bar_chroma, lowest_pitches
from popgen_core.analysis.piece import Part, Piece
from popgen_core.contracts.evaluator import Measure, Score
from popgen_eval.metrics.pooling import undefined

__all__ = ["FARTHEST", "TonalDistance", "centroids"]

# radius, and turn from one semitone to the next in twelfths of a circle: fifths (Harte's 7 pi / 6), minor thirds
# (3 pi / 2), major thirds (2 pi / 3)
CIRCLES = ((1.0, 7), (1.0, 9), (0.5, 4))
FARTHEST = 3.0  # two centroids lie at most sqrt(1 + 1 + .25) from the middle


def _matrix() -> NDArray[np.float64]:
    """(12, 6) where each pitch class lies on the three circles, from the formula in Harte et al. 2006."""
    turned = [(radius, np.arange(12) * turn * 2 * np.pi / 12) for radius, turn in CIRCLES]
    return np.stack([radius * wave(angle) for radius, angle in turned for wave in (np.sin, np.cos)], axis=1)


MATRIX = _matrix()


def centroids(chroma: NDArray[np.float64]) -> NDArray[np.float64]:
    """(rows, 12) shares of pitch classes -> (rows, 6) tonal centroids."""
    return np.asarray(chroma @ MATRIX)


class TonalDistance:
    """`tonal_distance` (TD), 0..3, lower is closer: mean over beats and pairs of pitched groups of the Euclidean
    distance of their tonal centroids.

    A centroid: the shares of a beat for which the pitch classes of a group sound, laid on the circles of fifths
    (radius 1), minor thirds (1) and major thirds (.5). Beats in which both groups of a pair sound count, groups of 16
    notes or more, notes for 8 beats at most. Groups in unison score 0, and so does one bar of it repeated. Undefined
    below 12 bars and where no two such groups sound in one beat. Source: Harte, Sandler and Gasser 2006; as a figure
    of two tracks, Dong et al. 2018 (MuseGAN). Deviations: the mean over all pairs, where MuseGAN reports each; the
    pitch class is pitch % 12, where the public code of MuseGAN and pypianoroll takes pitch // (pitches / 12); a window
    and not a whole song. Distances are found from the lowest pitch up, so that moving a song by semitones changes
    nothing, exactly.
    """

    @dataclass(frozen=True)
    class Config:
        """No options: a figure that can be set cannot be compared."""

    scope: ClassVar[Literal["piece"]] = "piece"
    measures: ClassVar[tuple[Measure, ...]] = (
        Measure(
            "tonal_distance", "distance", 0.0, FARTHEST, "lower",
            "distance of two groups' tonal centroids, mean over beats and pairs (MuseGAN TD)",
        ),
    )  # fmt: skip

    def __init__(self, config: Config | None = None) -> None:
        self.config = config or self.Config()

    def score(self, piece: Piece) -> Mapping[str, Score]:
        """A grouped piece -> how far apart its groups' harmonies are."""
        if piece.reason:
            return {"tonal_distance": undefined(piece.reason)}
        beats = math.ceil(piece.bars * piece.bar_beats)
        groups = [_by_beat(part, beats) for part in piece.pitched if part.enough]
        found = np.concatenate([np.zeros(0), *(_distances(one, two) for one, two in combinations(groups, 2))])
        if not len(found):
            return {"tonal_distance": undefined("no two pitched groups of 16 notes sound in one beat")}
        return {"tonal_distance": Score(float(found.mean()))}


Sounding = tuple[NDArray[np.float64], NDArray[np.int64]]


def _by_beat(part: Part, beats: int) -> Sounding:
    """(beats, 12) chroma of a group, and its lowest pitch in each beat."""
    chroma = half_bar_chroma(part.onset, part.length, part.pitch, beats, 1.0)
    return chroma, lowest_pitches(part.onset, part.length, part.pitch, beats, 1.0)


def _distances(one: Sounding, two: Sounding) -> NDArray[np.float64]:
    """Distance of two groups in each beat in which both sound."""
    totals = [chroma.sum(axis=1, keepdims=True) for chroma, _ in (one, two)]
    both = ((totals[0] > 0) & (totals[1] > 0))[:, 0]
    lowest = np.minimum(one[1], two[1])[both]
    first, second = (
        from_bass(chroma[both] / total[both], lowest) for (chroma, _), total in zip((one, two), totals, strict=True)
    )
    return np.asarray(np.linalg.norm(centroids(first - second), axis=1))
