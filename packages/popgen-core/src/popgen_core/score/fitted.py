"""What predictors without a model have counted in the songs that a run was trained on."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from popgen_core.baselines import (
    BASELINES,
    CanonicalNotes,
    CanonicalRoll,
    FittedBaseline,
    LengthTable,
    VelocityTable,
    canonical_notes,
    canonical_roll,
)
from popgen_core.corpus.dataset import Dataset

__all__ = ["Fitted", "fit", "marks_of"]


@dataclass(frozen=True)
class Fitted:
    """The baselines, the tables of lengths and velocities, and the marks by which the songs are known again."""

    onsets: tuple[FittedBaseline, ...]
    lengths: LengthTable
    velocities: VelocityTable
    marks: frozenset[str]


def marks_of(sha256: str, roll: CanonicalRoll) -> frozenset[str]:
    """Two songs that share a mark are one: the digest of the file's bytes, or that of the canonical roll."""
    return frozenset({sha256, hashlib.sha256(roll.onsets.tobytes()).hexdigest()})


def fit(trained: Dataset, song_done: Callable[[], None]) -> Fitted:
    """Count the songs of a dataset, read one by one; only their onsets and notes are kept meanwhile."""
    rolls: list[CanonicalRoll] = []
    notes: list[CanonicalNotes] = []
    marks: set[str] = set()
    for stored in trained:
        song = stored.song()
        rolls.append(canonical_roll(song, trained.groups))
        notes.append(canonical_notes(song, trained.groups))
        marks |= marks_of(stored.sha256, rolls[-1])
        song_done()
    return Fitted(
        onsets=tuple(baseline.fit_rolls(rolls, trained.groups) for baseline in BASELINES.values()),
        lengths=LengthTable.fit(notes, trained.groups),
        velocities=VelocityTable.fit(notes, trained.groups),
        marks=frozenset(marks),
    )
