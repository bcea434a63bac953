"""Rhythm figures that others defined: bars of like onsets, drums on the raster, notes that are not too short."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from popgen_core.analysis.piece import Part, Piece
from popgen_core.contracts.evaluator import Measure, Score
from popgen_eval.metrics.pooling import undefined

__all__ = ["PublishedRhythm", "groove_consistency", "groove_similarity", "in_pattern"]

POSITIONS = 16  # a beat, 64 a bar of 4/4 (the Jazz Transformer's)
RASTER = 24  # steps a beat (MuseGAN's)
DUPLE, TRIPLE = RASTER // 4, RASTER // 3  # steps of a sixteenth, of an eighth triplet
SHORTEST = 3 / RASTER  # beat: three steps, a 32nd
LEAST_NOTES, LEAST_HITS = 16, 32


def groove_consistency(bars: NDArray[np.bool_]) -> float:
    """(bars, steps) onsets -> share of steps on which bars next to each other agree."""
    return 1.0 - float((bars[1:] != bars[:-1]).mean())


def groove_similarity(bars: NDArray[np.bool_]) -> float:
    """(bars, positions) onsets -> share of positions on which two bars agree, mean over all pairs of bars."""
    begun = bars.sum(axis=0)  # (positions,) bars with an onset there
    pairs = len(bars) * (len(bars) - 1) / 2
    return 1.0 - float((begun * (len(bars) - begun)).sum() / (pairs * bars.shape[1]))


def in_pattern(steps: NDArray[np.int64], every: int) -> float:
    """Onsets on the raster of 24 steps a beat -> share of them on every 6th, 8th, ... step."""
    return float((steps % every == 0).mean())


class PublishedRhythm:
    """Five figures of muspy, MusDr and MuseGAN over a window, 0..1, higher is better; one bar repeated scores 1 on
    the first two, so never quote them alone.

    `groove_consistency`: 1 less the mean Hamming distance of the onset rows of adjacent bars, all groups in one row,
    sixteenths (16 a bar in 4/4, 12 in 3/4). muspy's law at resolution 4: it rises with resolution, at 480 ticks a
    beat real songs give .98 or more. `groove_similarity` (GS): the same over all pairs of bars with 16 positions a
    beat (MusDr; 64 a bar of 4/4). `drum_in_pattern_rate`: share of drum notes nearest to a sixteenth, on a raster of
    24 steps a beat. `drum_pattern_consistency`: that, or the share nearest to an eighth triplet where it is more
    (muspy, MuseGAN's DP). `qualified_note_rate` (QN): share of pitched notes that last 1/8 beat or more (MuseGAN).
    Undefined below 12 bars; drum figures below 32 hits, QN below 16 pitched notes. Sources: muspy 0.5; Wu and Yang
    2020 (MusDr); Dong et al. 2018 (MuseGAN). Deviations: windows, not whole songs; muspy also counts bars in which
    notes only end, an empty one behind a song that ends on a bar line too. MusDr draws 1,000 pairs of bars without a
    seed, we take all. muspy wants drums on exact ticks and so rejects human playing; we take the nearest of 24 steps,
    and leave out MuseGAN's credit of 0.1 for the step beside. A note played just before a bar line counts as on it.
    """

    @dataclass(frozen=True)
    class Config:
        """No options: a figure that can be set cannot be compared."""

    scope: ClassVar[Literal["piece"]] = "piece"
    measures: ClassVar[tuple[Measure, ...]] = (
        Measure("groove_consistency", "share", 0.0, 1.0, "higher", "onsets of adjacent bars alike, 16ths (muspy)"),
        Measure(
            "groove_similarity", "share", 0.0, 1.0, "higher", "onsets of all pairs of bars alike, 64ths (MusDr GS)"
        ),
        Measure("drum_in_pattern_rate", "share", 0.0, 1.0, "higher", "drum notes on sixteenths (muspy, duple)"),
        Measure("drum_pattern_consistency", "share", 0.0, 1.0, "higher", "drums on sixteenths or triplets (muspy)"),
        Measure("qualified_note_rate", "share", 0.0, 1.0, "higher", "pitched notes of a 32nd or more (MuseGAN QN)"),
    )

    def __init__(self, config: Config | None = None) -> None:
        self.config = config or self.Config()

    def score(self, piece: Piece) -> Mapping[str, Score]:
        """A grouped piece -> its rhythm as others measure it."""
        if piece.reason:
            return dict.fromkeys((measure.name for measure in self.measures), undefined(piece.reason))
        rows = np.any(list(piece.grids.values()), axis=0)  # (bars, steps)
        duple, either = _drums(piece)
        return {
            "groove_consistency": Score(groove_consistency(rows)),
            "groove_similarity": Score(groove_similarity(_positions(piece))),
            "drum_in_pattern_rate": duple,
            "drum_pattern_consistency": either,
            "qualified_note_rate": _qualified(piece),
        }


def _since_bar_line(piece: Piece, part: Part, per_beat: int) -> NDArray[np.int64]:
    """Nearest of `per_beat` positions a beat since the bar line that an onset belongs to, half to even.

    Counted from whole ticks, so that a tie falls the same way in every bar; negative where a note is early by much.
    """
    resolution = piece.song.ticks_per_quarter
    ticks = np.rint((part.onset - part.step // piece.steps * piece.bar_beats) * resolution)
    return np.asarray(np.rint(ticks * per_beat / resolution), dtype=np.int64)


def _positions(piece: Piece) -> NDArray[np.bool_]:
    """(bars, positions) where a note of any group begins, 16 positions a beat."""
    width = round(piece.bar_beats * POSITIONS)
    rows = np.zeros((piece.bars, width), dtype=np.bool_)
    for part in piece.parts:
        place = _since_bar_line(piece, part, POSITIONS)
        rows[part.step // piece.steps, np.clip(place, 0, width - 1)] = True
    return rows


def _drums(piece: Piece) -> tuple[Score, Score]:
    placed = [_since_bar_line(piece, part, RASTER) for part in piece.parts if part.is_drum]
    steps = np.concatenate([np.zeros(0, dtype=np.int64), *placed])
    if len(steps) < LEAST_HITS:
        few = undefined(f"{len(steps)} drum notes, needed: {LEAST_HITS}")
        return few, few
    duple = in_pattern(steps, DUPLE)
    return Score(duple), Score(max(duple, in_pattern(steps, TRIPLE)))


def _qualified(piece: Piece) -> Score:
    length = np.concatenate([np.zeros(0), *(part.length for part in piece.pitched)])
    if len(length) < LEAST_NOTES:
        return undefined(f"{len(length)} pitched notes, needed: {LEAST_NOTES}")
    return Score(float((length >= SHORTEST - 1e-9).mean()))
