"""How loud notes are: a table of how often each group plays each velocity."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from popgen_core.baselines.notes import CanonicalNotes

__all__ = ["VELOCITIES", "VelocityTable"]

VELOCITIES = 127  # 1..127; velocity 0 ends a note in MIDI


@dataclass(frozen=True)
class VelocityTable:
    """`probability` (group, velocity - 1): of each velocity, above 0, the sum 1; smoothed by adding a note to each."""

    probability: NDArray[np.float64]

    @classmethod
    def fit(cls, songs: Iterable[CanonicalNotes], groups: tuple[str, ...]) -> VelocityTable:
        """The notes of songs -> the table; without songs all velocities are equally likely."""
        counts = np.ones((len(groups), VELOCITIES))
        for notes in songs:
            np.add.at(counts, (notes.onsets[:, 1], notes.velocity - 1), 1)
        return cls(counts / counts.sum(axis=1, keepdims=True))

    def bits(self, notes: CanonicalNotes) -> float:
        """What the velocities of a song's notes cost, its onsets known."""
        return float(-np.log2(self.probability[notes.onsets[:, 1], notes.velocity - 1]).sum()) + 0.0
