"""What speaks for which group in the way a track plays: evidence in words, and the votes that each piece carries."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from popgen_core.groupers.playing import Playing

__all__ = ["EVIDENCE", "ROLES", "Evidence", "evidence_of"]

Figures = NDArray[np.float64]

ROLES = ("bass", "chords", "guitar", "strings", "lead", "others")  # the pitched groups, in the order of the votes


@dataclass(frozen=True)
class Evidence:
    """One thing that a listener would notice: how much of it a track shows, 0..1, and votes a role at 1."""

    words: str
    of: Callable[[Playing], Figures]  # (track,)
    votes: tuple[float, ...]  # (role,)


def _ramp(values: Figures, least: float, most: float) -> Figures:
    """0 up to `least`, 1 from `most` on (or the other way round), straight between."""
    return np.minimum(np.maximum((values - least) / (most - least), 0.0), 1.0)


# The votes are a regression's (multinomial, regularised, each sign set beforehand by musical sense, rounded to a tenth)
# on tracks whose names tell their group, in 279 multi-track songs, 114 songs of POP909 and 60 of the songwriter,
# 22 November 2026; `benchmarks/grouper_accuracy.py` measures them on others. The first holds for every track alike.
EVIDENCE = (
    Evidence("", lambda p: np.ones(len(p.notes)), (-1.7, 0.5, -0.1, 1.3, -1.7, 1.8)),
    Evidence("low", lambda p: _ramp(p.middle, 52, 40), (2.7, 0.0, -2.6, 0.0, -2.3, 0.0)),
    Evidence("high", lambda p: _ramp(p.middle, 60, 72), (-0.7, 0.0, 0.0, 1.5, 0.8, 1.8)),
    Evidence("the lowest line", lambda p: p.bottom, (1.3, 0.0, -1.7, -0.9, -1.3, -2.2)),
    Evidence("the top line", lambda p: p.top, (-2.7, 0.0, 0.0, 0.0, 1.0, 0.0)),
    Evidence("one note at a time", lambda p: 1 - p.chords, (0.3, -1.0, 1.1, -1.1, 0.7, 0.0)),
    Evidence("full chords", lambda p: p.triads, (-0.6, 1.0, 0.0, 0.5, -0.3, 0.0)),
    Evidence("several notes at once", lambda p: _ramp(p.voices, 1.1, 3.1), (-1.7, 0.9, -0.1, 0.7, -1.5, 0.0)),
    Evidence(
        "single notes that ring on",
        lambda p: _ramp(p.voices, 1.3, 2.8) * (1 - p.chords),
        (-0.9, 1.4, 1.6, 1.0, -2.0, 0.0),
    ),
    Evidence("long notes", lambda p: _ramp(p.length, 1, 3), (0.0, 0.0, -0.7, 3.0, -0.8, 0.0)),
    Evidence("short notes", lambda p: _ramp(p.length, 0.5, 0.1), (0.0, 0.0, 0.0, -0.9, 0.0, 1.9)),
    Evidence("many notes", lambda p: _ramp(p.density, 1, 3), (0.0, 1.0, 0.9, -1.8, -2.0, -1.9)),
    Evidence("few notes", lambda p: _ramp(p.density, 1, 0.25), (-0.8, 0.0, 0.0, 0.6, -1.1, 1.6)),
    Evidence("nearly all the time", lambda p: p.present, (1.3, 1.1, 0.0, 0.0, 1.6, -1.2)),
    Evidence("moving by step", lambda p: p.steps, (0.0, 0.0, -1.1, 0.0, 1.9, 0.0)),
    Evidence("repeated notes", lambda p: p.repeats, (0.0, 0.0, 1.0, -2.1, 0.0, 0.0)),
    Evidence("broken chords", lambda p: p.broken, (0.0, 0.0, 0.5, 0.0, -1.3, 0.0)),
    Evidence("louder than the rest", lambda p: _ramp(p.loudness, -10, 10), (0.0, 0.0, 0.0, -0.8, 2.7, 0.0)),
)


def evidence_of(playing: Playing) -> Figures:
    """The figures of all tracks -> (track, evidence) how much of each piece of evidence they show."""
    return np.stack([each.of(playing) for each in EVIDENCE], axis=1)
