"""Bass and drums: whether the bass plays with a voice of the drums, and how tightly with the kick."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from popgen_core.analysis.grid16 import HATS, KICKS, SNARES, onset_grid
from popgen_core.analysis.piece import Piece
from popgen_core.contracts.evaluator import Measure, Score
from popgen_eval.metrics.pooling import above_chance, undefined

__all__ = ["BassDrumCorrelation", "correlation", "lock"]

LEAST_KICKS = 16  # as many as a pitched group needs notes
FULL = "bass or drums play on every sixteenth"
MOST = 0.75  # of all sixteenths that the denser may play on: what meets it there meets it by chance

Grid = NDArray[np.bool_]


def _voices(pitch: NDArray[np.int64]) -> list[Grid]:
    """Which drum notes are kick, snare, hat or ride, any other drum, kick or snare, any drum at all."""
    kick, snare, hat = (np.isin(pitch, voice) for voice in (KICKS, SNARES, HATS))
    return [kick, snare, hat, ~(kick | snare | hat), kick | snare, np.ones_like(kick)]


def correlation(one: Grid, two: Grid) -> float:
    """Pearson's r of two equally long rows of onsets; NaN where one has none, or one at every step."""
    if not (one.any() and two.any()) or one.all() or two.all():
        return math.nan
    return float(np.corrcoef(one, two)[0, 1])


def lock(one: Grid, two: Grid) -> float:
    """Share of the sparser row's onsets that the denser one has too, above chance; NaN where that is full by `MOST`."""
    sparse, dense = sorted((one, two), key=lambda row: int(row.sum()))
    if not sparse.any() or dense.mean() > MOST:
        return math.nan
    return above_chance(float(dense[sparse].mean()), float(dense.mean()))


class BassDrumCorrelation:
    """`bass_drum_correlation` and `bass_kick_lock`, 0..1, higher is better: the bass plays with the drums.

    Both look at onsets by sixteenth. `bass_drum_correlation`: Pearson's r of the bass's onsets with those of a drum
    voice, the best of kick, snare, hat or ride, all other drums, kick or snare, and any drum, in the bars where bass
    and drums play; 0 at least. `bass_kick_lock`: in the bars where bass and kick play, the share of the sparser one's
    sixteenths on which the other plays too, less the share of all sixteenths on which that other plays, over 1 less
    that share. Undefined below 12 bars, without a bass of 16 notes and drums of 32 hits that share a bar, where either
    plays on every sixteenth, and, for `bass_kick_lock`, on more than three of four, and below 16 sixteenths with a
    kick in such bars. Source: popgen's own, for the paper's "bass-drum correlation" (figure 6), which the paper does
    not define.
    """

    @dataclass(frozen=True)
    class Config:
        """No options: a figure that can be set cannot be compared."""

    scope: ClassVar[Literal["piece"]] = "piece"
    measures: ClassVar[tuple[Measure, ...]] = (
        Measure(
            "bass_drum_correlation", "correlation", 0.0, 1.0, "higher",
            "Pearson's r of the onsets of bass and of the drum voice that it plays with most",
        ),
        Measure(
            "bass_kick_lock", "share", 0.0, 1.0, "higher",
            "sixteenths of the sparser of bass and kick on which the other plays too, above chance",
        ),
    )  # fmt: skip

    def __init__(self, config: Config | None = None) -> None:
        self.config = config or self.Config()

    def score(self, piece: Piece) -> Mapping[str, Score]:
        """A grouped piece -> how the bass plays with the drums."""
        found = {part.name: part for part in piece.parts if part.enough}
        bass, drums = found.get("bass"), found.get("drums")
        reason = piece.reason
        if not reason and (bass is None or drums is None):
            reason = "no bass of 16 notes and drums of 32 hits"
        if reason or bass is None or drums is None:
            return {measure.name: undefined(reason) for measure in self.measures}
        voices = [onset_grid(drums.step[which], piece.bars, piece.steps) for which in _voices(drums.pitch)]
        return {
            "bass_drum_correlation": _together(piece.grids["bass"], voices),
            "bass_kick_lock": _locked(piece.grids["bass"], kick=voices[0]),
        }


def _together(bass: Grid, voices: list[Grid]) -> Score:
    shared = bass.any(axis=1) & voices[-1].any(axis=1)  # with any drum
    if not shared.any():
        return undefined("bass and drums share no bar")
    found = [correlation(bass[shared].ravel(), voice[shared].ravel()) for voice in voices]
    found = [r for r in found if not math.isnan(r)]
    return Score(max(0.0, *found)) if found else undefined(FULL)


def _locked(bass: Grid, kick: Grid) -> Score:
    shared = bass.any(axis=1) & kick.any(axis=1)
    kicks = int(kick[shared].sum())
    if kicks < LEAST_KICKS:
        return undefined(f"sixteenths with a kick in bars with bass: {kicks}, needed: {LEAST_KICKS}")
    value = lock(bass[shared].ravel(), kick[shared].ravel())
    return undefined("bass or kick play on more than three of four sixteenths") if math.isnan(value) else Score(value)
