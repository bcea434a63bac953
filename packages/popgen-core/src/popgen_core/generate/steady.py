"""Density held: a group that plays more or less than its plan asks is leaned against, or leaned towards."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from popgen_core.contracts.tensors import Frame
from popgen_core.generate.limits import Limits

__all__ = ["THICKNESS", "Steady"]

# Notes that begin in a sixteenth in which a group begins any: the mean over permissive/train (201 songs, 2026-11-23).
THICKNESS = {"drums": 1.7, "bass": 1.2, "chords": 2.5, "guitar": 1.5, "strings": 2.2, "lead": 1.4, "others": 1.7}
REACH = 16.0  # quarter notes after which what was heard counts a third
LEAST = 0.25  # notes a quarter note that are added to both sides of the ratio: what is rare is not chased
MOST = 3.0  # log-odds: the odds of a note fall to a twentieth, or rise as much, at most


class Steady:
    """Watches the frames of songs as they are drawn, and leans each group towards the notes a beat that the plan asks.

    A real song that has grown dense stays so, and a model that hears itself goes further: so what a group played lately
    (an exponential mean over 16 quarter notes, of notes a quarter note) is held against the plan's density times the
    group's usual notes an onset. `strength` times the logarithm of their ratio is added to the logits of its new notes,
    3 at most either way. Groups of which the plan says nothing are left alone. A section begins as if the group had
    played what is asked.
    """

    def __init__(
        self, limits: Limits, batch: int, strength: float, thickness: Mapping[str, float] | None = None, first: int = 0
    ) -> None:
        self.strength, self.number = strength, first
        groups, own = limits.spec.groups, {**THICKNESS, **(thickness or {})}
        self.asked = [_asked(limits.density(bar), groups, own) for bar in limits.timing.bar.tolist()]
        self.quarters = limits.timing.quarters.tolist()
        self.heard = [list(self._at(first)) for _ in range(batch)]  # (song, group) notes a quarter note, NaN: open

    def _at(self, number: int) -> Sequence[float]:
        return self.asked[min(number, len(self.asked) - 1)]

    def lean(self, pitches: int) -> Tensor | None:
        """(batch, group, pitch) what is added to the logits of new notes in the next frame; None where all is open."""
        asked = self._at(self.number)
        if self.number >= len(self.asked) or all(math.isnan(value) for value in asked):
            return None
        rows = [[self._of(*pair) for pair in zip(asked, heard, strict=True)] for heard in self.heard]
        return torch.tensor(rows)[..., None].expand(-1, -1, pitches)

    def _of(self, asked: float, heard: float) -> float:
        """What a group's logits are moved by."""
        if math.isnan(asked):
            return 0.0
        return min(max(self.strength * math.log((asked + LEAST) / (heard + LEAST)), -MOST), MOST)

    def watch(self, frame: Frame) -> None:
        """Take in the next frame that was drawn."""
        length = self.quarters[self.number + 1] - self.quarters[self.number]
        share = 1.0 - math.exp(-length / REACH)
        before, after = self._at(self.number), self._at(self.number + 1)
        self.number += 1
        for heard, notes in zip(self.heard, frame.onset.sum(-1).tolist(), strict=True):
            for group, count in enumerate(notes):
                heard[group] += share * (count / length - heard[group])
                if before[group] != after[group] and not math.isnan(after[group]):
                    heard[group] = after[group]


def _asked(density: Mapping[str, float], groups: Sequence[str], thickness: Mapping[str, float]) -> list[float]:
    """Notes a quarter note of each group, NaN where nothing is said."""
    return [density[group] * thickness.get(group, 1.0) if group in density else math.nan for group in groups]
