"""Chord voice leading: how little the voices of a chord group move when its chord changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from popgen_core.analysis.piece import Part, Piece
from popgen_core.contracts.evaluator import Measure, Score
from popgen_eval.metrics.pooling import undefined

__all__ = ["ChordVoiceLeading", "changes", "least_motion", "sonorities"]

CHORD_GROUPS = ("chords", "strings", "guitar")
LEAST_VOICES, LEAST_CHANGES = 3, 8
AFTER = 1 / 8  # beat: what begins so soon after a beat is heard on it
SHORTEST = 1 / 4  # beat for which any note is heard
MOST_BEATS = 4  # between two sonorities that are one change
SMALL, LARGE = 2, 6  # semitones a voice: 1 up to the one, 0 from the other on
FIFTH = 7

Voices = tuple[int, ...]
Change = tuple[Voices, Voices]


def sonorities(part: Part, beats: int) -> dict[int, Voices]:
    """What sounds at each beat, where it is three pitches or more: beat -> distinct pitches, low to high."""
    at = np.arange(beats) + AFTER
    end = part.onset + np.maximum(part.length, SHORTEST)
    beat, note = np.nonzero((part.onset <= at[:, None]) & (end > at[:, None]))
    bounds = np.searchsorted(beat, np.arange(beats + 1))
    found = (tuple(sorted(set(part.pitch[note[a:b]].tolist()))) for a, b in pairwise(bounds))
    return {number: voices for number, voices in enumerate(found) if len(voices) >= LEAST_VOICES}


def changes(heard: Mapping[int, Voices]) -> list[Change]:
    """Sonorities by beat -> each two in a row, at most four beats apart, that differ in their pitch classes."""
    return [
        (heard[a], heard[b])
        for a, b in pairwise(heard)
        if b - a <= MOST_BEATS and {p % 12 for p in heard[a]} != {p % 12 for p in heard[b]}
    ]


def least_motion(one: Voices, two: Voices) -> int:
    """Least semitones that voices move in all from one chord to the other, both low to high.

    Each voice of the larger chord goes with one of the smaller, and none is left out; voices that do not cross move
    least, so that it is enough to go up both chords together.
    """
    few, many = sorted((one, two), key=len)
    cost: list[float] = [0.0] + [float("inf")] * len(few)  # of all voices so far, the last with the n-th of the few
    for voice in many:
        cost = [float("inf")] + [
            abs(voice - to) + min(cost[n], cost[n + 1]) for n, to in enumerate(few)
        ]  # fmt: skip
    return int(cost[-1])


def smoothness(found: Sequence[Change]) -> float:
    """1 where voices move two semitones each or less, 0 from six on: the mean over changes."""
    motions = np.array([least_motion(*change) / max(map(len, change)) for change in found])
    return float(np.clip((LARGE - motions) / (LARGE - SMALL), 0.0, 1.0).mean())


def parallel_fifths(found: Sequence[Change]) -> float:
    """Share of changes between chords of as many voices in which two voices move in fifths; NaN without such changes.

    Two voices a fifth apart, octaves apart or not, move by one interval in one direction.
    """
    equal = [change for change in found if len(change[0]) == len(change[1])]
    return float(np.mean([_fifths(*map(np.array, change)) for change in equal])) if equal else float("nan")


def _fifths(one: NDArray[np.int64], two: NDArray[np.int64]) -> bool:
    moved = two - one
    fifth = (one[None, :] - one[:, None]) % 12 == FIFTH
    above = one[None, :] > one[:, None]
    return bool((fifth & above & (moved[:, None] == moved[None, :]) & (moved != 0)).any())


class ChordVoiceLeading:
    """`chord_voice_leading`, 0..1, higher is better, and `parallel_fifths`, 0..1, without a direction.

    A sonority is three pitches or more of one group (chords, strings or guitar) that sound at a beat; a note that
    begins up to 1/8 beat late is heard on it, and for 1/4 beat at least. A change is two of them in a row, at most
    four beats apart, of other pitch classes. `chord_voice_leading`: c is the least motion of the voices in semitones,
    each voice of the larger chord going to one of the smaller and none left out (exact), over the voices of the
    larger; the mean over changes of clip((6 - c) / 4, 0, 1), of the group with the highest. `parallel_fifths`: in
    that group, the share of changes between chords of as many voices in which two voices a fifth apart move by the
    same interval; block triads are idiomatic in pop, so nothing is judged. Undefined below 12 bars and without a
    group of 16 notes and 8 changes. Source: popgen's own, for the paper's "chord voice leading" (figure 10), which
    the paper does not define.
    """

    @dataclass(frozen=True)
    class Config:
        """No options: a figure that can be set cannot be compared."""

    scope: ClassVar[Literal["piece"]] = "piece"
    measures: ClassVar[tuple[Measure, ...]] = (
        Measure(
            "chord_voice_leading", "share", 0.0, 1.0, "higher",
            "how little the voices of chords, strings or guitar, the best of them, move when the chord changes",
        ),
        Measure(
            "parallel_fifths", "share", 0.0, 1.0, "none",
            "chord changes in which two voices move in parallel fifths, in the same group",
        ),
    )  # fmt: skip

    def __init__(self, config: Config | None = None) -> None:
        self.config = config or self.Config()

    def score(self, piece: Piece) -> Mapping[str, Score]:
        """A grouped piece -> the voice leading of its chords."""
        beats = int(piece.bars * piece.bar_beats)
        parts = [part for part in piece.pitched if part.name in CHORD_GROUPS and part.enough]
        groups = [changes(sonorities(part, beats)) for part in parts] if not piece.reason else []
        groups = [found for found in groups if len(found) >= LEAST_CHANGES]
        if not groups:
            reason = undefined(piece.reason or f"no chords, strings or guitar with {LEAST_CHANGES} chord changes")
            return {measure.name: reason for measure in self.measures}
        best, found = max(((smoothness(found), found) for found in groups), key=lambda pair: pair[0])
        fifths = parallel_fifths(found)
        reason = undefined("no change between chords of as many voices")
        return {"chord_voice_leading": Score(best), "parallel_fifths": reason if np.isnan(fifths) else Score(fifths)}
