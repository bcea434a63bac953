"""The chord of each half bar: the best of 108 templates, nine kinds on twelve roots."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from popgen_core.analysis.chroma import NO_PITCH

__all__ = ["KINDS", "Chords", "chords_of", "from_bass"]

# kind -> (tones above the root, what a template of this kind must be better by to be chosen)
KINDS: dict[str, tuple[tuple[int, ...], float]] = {
    "maj": ((0, 4, 7), 0.0),
    "min": ((0, 3, 7), 0.0),
    "dim": ((0, 3, 6), 0.04),
    "aug": ((0, 4, 8), 0.08),
    "7": ((0, 4, 7, 10), 0.02),
    "maj7": ((0, 4, 7, 11), 0.02),
    "min7": ((0, 3, 7, 10), 0.02),
    "sus2": ((0, 2, 7), 0.04),
    "sus4": ((0, 5, 7), 0.04),
}


def _templates() -> NDArray[np.bool_]:
    """(108, 12) tones of each chord, by root, then kind."""
    rows = np.zeros((12, len(KINDS), 12), dtype=np.bool_)
    for number, (tones, _) in enumerate(KINDS.values()):
        for root in range(12):
            rows[root, number, [(root + tone) % 12 for tone in tones]] = True
    return rows.reshape(-1, 12)


TEMPLATES = _templates()
PRIOR = np.tile([prior for _, prior in KINDS.values()], 12)


@dataclass(frozen=True)
class Chords:
    """A chord for each half bar: `root` 0-11 and -1 where nothing sounds, `kind` as an index into `KINDS`, `tones`
    (half bars, 12) bool, and `fit`, the cosine between the chord and what sounds, less the kind's prior.
    """

    root: NDArray[np.int64]
    kind: NDArray[np.int64]
    tones: NDArray[np.bool_]
    fit: NDArray[np.float64]


def from_bass(chroma: NDArray[np.float64], bass: NDArray[np.int64]) -> NDArray[np.float64]:
    """(rows, 12) chroma with the pitch class of each row's bass turned to the front."""
    turn = np.where(bass == NO_PITCH, 0, bass % 12)
    return np.take_along_axis(chroma, (np.arange(12) + turn[:, None]) % 12, axis=1)


def chords_of(chroma: NDArray[np.float64], bass: NDArray[np.int64]) -> Chords:
    """(half bars, 12) chroma and the lowest pitch of each -> its chord.

    Roots are counted from the bass, so that of chords that fit equally the one whose root lies least above the bass
    wins, in every key.
    """
    turned = from_bass(chroma, bass)
    norm = np.sqrt((turned * turned).sum(axis=1))
    sounds = norm > 0
    cosine = (turned @ TEMPLATES.T.astype(np.float64)) / (
        np.where(sounds, norm, 1.0)[:, None] * np.sqrt(TEMPLATES.sum(axis=1))
    )
    best = np.argmax(cosine - PRIOR, axis=1)
    above, kind = np.divmod(best, len(KINDS))
    root = np.where(sounds, (above + bass) % 12, -1)
    tones = TEMPLATES[root % 12 * len(KINDS) + kind] & sounds[:, None]
    return Chords(root=root, kind=kind, tones=tones, fit=(cosine - PRIOR)[np.arange(len(best)), best])
