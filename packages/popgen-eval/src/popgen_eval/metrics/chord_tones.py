"""Chord-tone ratios of Yeh et al. 2021: how the lead fits the chords that the other groups play."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from popgen_core.analysis.chords import Chords, chords_of, from_bass
from popgen_core.analysis.piece import Part, Piece
from popgen_core.analysis.window import STEPS_PER_BEAT
from popgen_core.contracts.evaluator import Measure, Score
from popgen_eval.metrics.pooling import undefined
from popgen_eval.metrics.tonal_distance import FARTHEST, centroids

__all__ = ["ChordTones"]

LEAD = "lead"
LEAST_NOTES = 24  # of the lead, over chords
RESOLVED = 2  # semitones that a proper non-chord tone moves at most
SOON = 4 * STEPS_PER_BEAT  # sixteenths until it does at most
# semitones of the lead above a chord tone -> 1 consonant, 0 a fourth, -1 dissonant
CONSONANCE = np.array([1, -1, -1, 1, 1, 0, -1, 1, 1, 1, -1, -1])
BELOW = CONSONANCE[-np.arange(12) % 12]  # the same by semitones of the chord tone above the lead


@dataclass(frozen=True)
class Line:
    """The lead's highest note at each sixteenth where one begins: (notes,) `step`, `pitch`, and `lasts` in sixteenths
    (no further than the next note); `half` is the half bar of each and `chorded` whether a chord is heard in it.
    """

    step: NDArray[np.int64]
    pitch: NDArray[np.int64]
    lasts: NDArray[np.int64]
    half: NDArray[np.int64]
    chorded: NDArray[np.bool_]


def _line(piece: Piece, lead: Part, chords: Chords) -> Line:
    order = np.lexsort((lead.pitch, lead.step))
    top = order[np.append(np.diff(lead.step[order]) > 0, True)]
    step, half = lead.step[top], lead.step[top] * 2 // piece.steps
    until = np.append(step[1:], piece.bars * piece.steps) - step
    lasts = np.minimum(np.maximum(np.rint(lead.length[top] * STEPS_PER_BEAT), 1), until).astype(np.int64)
    return Line(step, lead.pitch[top], lasts, half, chords.root[half] >= 0)


def _chord_tone_ratio(line: Line, chords: Chords) -> float:
    """CTnCTR: share of notes that are chord tones, or non-chord tones that resolve."""
    tone = chords.tones[line.half, line.pitch % 12]
    runs = np.append(np.flatnonzero(np.diff(line.pitch)) + 1, len(tone))  # where the pitch changes
    after = runs[np.searchsorted(runs, np.arange(len(tone)), side="right")]  # the next note of another pitch
    follows = after < len(tone)
    after = np.where(follows, after, 0)
    near = np.abs(line.pitch[after] - line.pitch) <= RESOLVED
    proper = ~tone & follows & near & (line.step[after] - line.step <= SOON) & tone[after]
    return float((tone | proper)[line.chorded].mean())


def _over_time(line: Line, chords: Chords, steps: int) -> NDArray[np.float64]:
    """(sixteenths, 12) share of each tone in the chord, counted up from the lead; rests and half bars without one out.

    A note that is held into the next half bar meets the next chord.
    """
    begun = np.repeat(np.cumsum(line.lasts) - line.lasts, line.lasts)
    sixteenth = np.repeat(line.step, line.lasts) + np.arange(line.lasts.sum()) - begun
    half, pitch = sixteenth * 2 // steps, np.repeat(line.pitch, line.lasts)
    sounds = chords.root[half] >= 0
    tones = from_bass(chords.tones[half].astype(np.float64), pitch)[sounds]
    return np.asarray(tones / tones.sum(axis=1, keepdims=True))


class ChordTones:
    """`ctnctr` and `pcs`, higher is better, and `mctd`, lower is better: the lead against the chords of all others.

    `ctnctr` (chord tone to non-chord tone ratio), 0..1: (nc + np) / (nc + nn); nc notes of the lead on tones of the
    half bar's chord, nn notes off it, np those of nn that resolve: the next note of another pitch, at most 4 beats
    later, lies two semitones away at most and on a tone of its own chord. `pcs` (pitch consonance score), -1..1: over
    the sixteenths in which the lead sounds, the mean over chord tones of 1 for a unison, third, fifth or sixth of the
    lead above the tone, 0 for a fourth, -1 for all else. `mctd` (melody-chord tonal distance), 0..3: over the same
    sixteenths, the Euclidean distance of the tonal centroids (see `tonal_distance`) of lead and chord.
    The lead is its highest note at each sixteenth; chords are those of all pitched groups but the lead, by half bar.
    Undefined below 12 bars, and below 24 lead notes over chords. Source: Yeh et al. 2021, "Automatic melody
    harmonization with triad chords". Deviations: chords are heard (108 templates with sevenths and suspended ones),
    not 48 triads as labelled; a seventh of the chord is a chord tone. Errors of public ports that are not here: ctnctr
    counts notes, not time steps, and true intervals, so that B goes to C in one semitone; pcs takes (lead - chord
    tone) mod 12, not the absolute difference of pitch classes; mctd takes the root of the summed squares.
    """

    @dataclass(frozen=True)
    class Config:
        """No options: a figure that can be set cannot be compared."""

    scope: ClassVar[Literal["piece"]] = "piece"
    measures: ClassVar[tuple[Measure, ...]] = (
        Measure("ctnctr", "share", 0.0, 1.0, "higher", "lead notes on chord tones or resolving to one (Yeh et al.)"),
        Measure("pcs", "score", -1.0, 1.0, "higher", "consonance of lead and chord, by sixteenths (Yeh et al.)"),
        Measure("mctd", "distance", 0.0, FARTHEST, "lower", "tonal distance of lead and chord (Yeh et al.)"),
    )

    def __init__(self, config: Config | None = None) -> None:
        self.config = config or self.Config()

    def score(self, piece: Piece) -> Mapping[str, Score]:
        """A grouped piece -> how its lead fits its chords."""
        lead = next((part for part in piece.pitched if part.name == LEAD), None)
        if piece.reason or lead is None:
            return self._undefined(piece.reason or "no lead")
        chords = chords_of(piece.mix_chroma(without=LEAD), piece.mix_lowest(without=LEAD))
        line = _line(piece, lead, chords)
        if line.chorded.sum() < LEAST_NOTES:
            return self._undefined(f"{line.chorded.sum()} lead notes over chords, needed: {LEAST_NOTES}")
        tones = _over_time(line, chords, piece.steps)  # (sixteenths, 12)
        apart = np.linalg.norm(centroids(tones - (np.arange(12) == 0)), axis=1)
        return {
            "ctnctr": Score(_chord_tone_ratio(line, chords)),
            "pcs": Score(float((tones @ BELOW).mean())),
            "mctd": Score(float(apart.mean())),
        }

    def _undefined(self, reason: str) -> Mapping[str, Score]:
        return dict.fromkeys((measure.name for measure in self.measures), undefined(reason))
