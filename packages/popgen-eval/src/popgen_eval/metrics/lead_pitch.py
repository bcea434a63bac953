"""Lead pitch accuracy: a melody on the tones of the chords under it, or moving by step within their scale."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from popgen_core.analysis.chords import chords_of
from popgen_core.analysis.piece import Part, Piece
from popgen_core.analysis.scales import scales_of
from popgen_core.analysis.skyline import skyline
from popgen_core.contracts.evaluator import Measure, Score
from popgen_eval.metrics.pooling import above_chance, undefined

__all__ = ["LeadPitchAccuracy", "by_step"]

LEAST_NOTES = 24  # of a lead
LONGEST = 2.0  # beats that a note counts for, at most
STEP = 2  # semitones
PHRASE_STEPS = 16  # a longer rest than 4 beats ends a line
BY_STEP = 0.25  # share of random notes that the line comes to, or leaves, by step
TONES_IN_CHORD = 3.2  # of a scale, about: those that are not are what moving by step adds
UNIT = 4096  # parts of a beat, as in chroma: sums of such numbers are exact


def by_step(part: Part) -> NDArray[np.bool_]:
    """For each note, whether the top line comes to it or goes on from it by one or two semitones."""
    step, pitch = skyline(part.step, part.pitch)
    here = np.searchsorted(step, part.step)
    near = np.zeros(len(part.step), dtype=np.bool_)
    for neighbour in (here - 1, here + 1):
        there = (neighbour >= 0) & (neighbour < len(step))
        other = np.where(there, neighbour, here)
        interval = np.abs(part.pitch - pitch[other])
        joined = there & (np.abs(part.step - step[other]) <= PHRASE_STEPS)
        near |= joined & (interval > 0) & (interval <= STEP)
    return near


class LeadPitchAccuracy:
    """`lead_pitch_accuracy`, 0..1, higher is better: the lead on chord tones, or passing by step within the scale.

    Share of the lead's notes, by length up to 2 beats, that are tones of the chord that all other pitched groups make
    in the half bar where the note begins, or tones of their scale there to which the lead's top line comes, or from
    which it goes, by one or two semitones within 4 beats. Chance, chord tones / 12 + .25 (scale tones - 3.2) / 12, is
    0. Notes over which nothing else sounds do not count. Moving a song by semitones changes nothing, exactly.
    Undefined below 12 bars and without a lead of 24 notes with other pitched groups. Source: popgen's own, for the
    paper's "lead pitch accuracy" (figure 9), which the paper does not define. Deviation from our first definition:
    ties between chords are broken by the bass, between scales by the whole window, then the bass.
    """

    @dataclass(frozen=True)
    class Config:
        """No options: a figure that can be set cannot be compared."""

    scope: ClassVar[Literal["piece"]] = "piece"
    measures: ClassVar[tuple[Measure, ...]] = (
        Measure(
            "lead_pitch_accuracy", "share", 0.0, 1.0, "higher",
            "time of the lead on chord tones of the others, or by step within their scale, above chance",
        ),
    )  # fmt: skip

    def __init__(self, config: Config | None = None) -> None:
        self.config = config or self.Config()

    def score(self, piece: Piece) -> Mapping[str, Score]:
        """A grouped piece -> how accurate the pitches of its lead are."""
        lead = next((part for part in piece.parts if part.name == "lead"), None)
        if piece.reason or lead is None or len(lead.pitch) < LEAST_NOTES:
            return {"lead_pitch_accuracy": undefined(piece.reason or f"no lead of {LEAST_NOTES} notes")}
        return {"lead_pitch_accuracy": _accuracy(piece, lead)}


def _accuracy(piece: Piece, lead: Part) -> Score:
    others, bass = piece.mix_chroma(without="lead"), piece.mix_lowest(without="lead")
    half = lead.step * 2 // piece.steps  # the half bar in which each note begins
    chord, scale = chords_of(others, bass).tones[half], scales_of(others, bass)[half]  # (notes, 12)
    weight = np.where(chord.any(axis=1), np.rint(np.minimum(lead.length, LONGEST) * UNIT), 0.0)
    counted = np.count_nonzero(weight)
    if counted < LEAST_NOTES:
        return undefined(f"notes of the lead with other pitched groups: {counted}, needed: {LEAST_NOTES}")
    note, tone = np.arange(len(half)), lead.pitch % 12
    fits = chord[note, tone] | (scale[note, tone] & by_step(lead))
    chance = (chord.sum(axis=1) + BY_STEP * (scale.sum(axis=1) - TONES_IN_CHORD)) / 12
    share, by_chance = (float((row * weight).sum() / weight.sum()) for row in (fits, chance))
    return Score(above_chance(share, by_chance))
