"""Pitch figures that others defined: the variety of pitches and pitch classes, and the best scale's share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from popgen_core.analysis.piece import Piece
from popgen_core.analysis.scales import MASKS
from popgen_core.contracts.evaluator import Measure, Score
from popgen_eval.metrics.pooling import undefined

__all__ = ["PublishedPitch", "entropy", "scale_consistency"]

LEAST_NOTES = 16
SCALES = MASKS[:12]  # the diatonic ones: a natural minor scale is the tones of its relative major


def entropy(counts: NDArray[np.int64]) -> float:
    """Counts -> entropy in bits of their shares; the same in whatever order they come."""
    share = np.sort(counts[counts > 0]) / counts.sum()
    return float(-(share * np.log2(share)).sum()) + 0.0  # never -0


def scale_consistency(counts: NDArray[np.int64]) -> float:
    """(12,) notes of each pitch class -> share of notes in the scale that holds most of them."""
    return int((SCALES @ counts).max()) / int(counts.sum())


class PublishedPitch:
    """Five figures of muspy and MuseGAN over the pitched notes of a window, drums left out.

    `pitch_class_entropy`, bits, 0..3.585, descriptive: -sum p log2 p of the notes' pitch classes. muspy's; MusDr's H1
    and H4 are means over windows of one and four bars and are not comparable. `scale_consistency`, 0..1, higher is
    better: share of notes in the best of muspy's 24 scales, which are 12 sets of tones (natural minor is its relative
    major); random notes reach 7/12 and more, one bar repeated reaches more than the song. `n_pitches_used` and
    `pitch_range`, descriptive: different pitches, and semitones from the lowest to the highest (muspy).
    `used_pitch_classes` (UPC), 0..12, descriptive: pitch classes that sound in a bar, over the bars in which a group
    sounds, then over groups of 16 notes or more (MuseGAN, which reports each track; there a note of any length counts
    in every bar it reaches, here for 8 beats at most).
    Undefined below 12 bars and below 16 pitched notes; UPC without a group of 16. Sources: muspy 0.5; Dong et al.
    2018 (MuseGAN). Deviations: muspy judges a whole song, we a window; its MIDI reader may pair overlapping notes of
    one pitch otherwise. MuseGAN's public code takes pitch // 12 for the pitch class, ours is pitch % 12.
    """

    @dataclass(frozen=True)
    class Config:
        """No options: a figure that can be set cannot be compared."""

    scope: ClassVar[Literal["piece"]] = "piece"
    measures: ClassVar[tuple[Measure, ...]] = (
        Measure("pitch_class_entropy", "bits", 0.0, 3.585, "none", "entropy of the notes' pitch classes (muspy)"),
        Measure("scale_consistency", "share", 0.0, 1.0, "higher", "share of notes in the best scale (muspy)"),
        Measure("n_pitches_used", "pitches", 1.0, 128.0, "none", "different pitches of pitched groups (muspy)"),
        Measure("pitch_range", "semitones", 0.0, 127.0, "none", "highest less lowest pitch of pitched groups (muspy)"),
        Measure(
            "used_pitch_classes", "pitch classes", 1.0, 12.0, "none", "pitch classes a bar, by group (MuseGAN UPC)"
        ),
    )

    def __init__(self, config: Config | None = None) -> None:
        self.config = config or self.Config()

    def score(self, piece: Piece) -> Mapping[str, Score]:
        """A grouped piece -> what pitches it uses."""
        pitch = np.concatenate([np.zeros(0, dtype=np.int64), *(part.pitch for part in piece.pitched)])
        if piece.reason or len(pitch) < LEAST_NOTES:
            reason = piece.reason or f"{len(pitch)} pitched notes, needed: {LEAST_NOTES}"
            return dict.fromkeys((measure.name for measure in self.measures), undefined(reason))
        classes = np.bincount(pitch % 12, minlength=12)
        return {
            "pitch_class_entropy": Score(entropy(classes)),
            "scale_consistency": Score(scale_consistency(classes)),
            "n_pitches_used": Score(float(len(np.unique(pitch)))),
            "pitch_range": Score(float(pitch.max() - pitch.min())),
            "used_pitch_classes": _used_in_a_bar(piece),
        }


def _used_in_a_bar(piece: Piece) -> Score:
    """UPC: mean over groups of the pitch classes in those of its bars that are not empty."""
    means = []
    for part in piece.pitched:
        if part.enough:
            sounds = piece.chroma[part.name].reshape(piece.bars, 2, 12).any(axis=1)  # (bars, 12)
            used = sounds.sum(axis=1)
            means.append(float(used[used > 0].mean()))
    return Score(float(np.mean(means))) if means else undefined("no pitched group has 16 notes")
