"""pitch-conv.v1: one convolution for all pitches, so that a chord is the same chord in every key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import torch
from popgen_core.contracts.sizes import Sizes
from popgen_core.contracts.tensors import Inputs
from pydantic import Field
from torch import Tensor, nn
from torch.nn import functional

__all__ = ["PitchConvolution"]


class PitchConvolution(nn.Module):
    """Patterns of notes, found at every pitch by the same weights; whether each is there at all, and where, is told.

    Moved by semitones, notes make the same patterns, moved as far, and `somewhere` is exactly the same, as long as
    no note comes nearer to the lowest or highest pitch than `reach`. What is told of `where` is not the same: that
    part, and so the row, knows the key. Drums are notes like all others here.
    """

    @dataclass(frozen=True)
    class Config:
        """How large a pattern is, and how many there are."""

        patterns: Annotated[int, Field(ge=1, description="patterns that are looked for at every pitch")] = 32
        frames: Annotated[int, Field(ge=1, le=64, description="frames of the past that a pattern spans")] = 4
        reach: Annotated[int, Field(ge=0, le=24, description="semitones that it spans to either side")] = 7
        places: Annotated[int, Field(ge=1, description="mixtures of patterns whose pitches are told")] = 4

    def __init__(self, config: Config, sizes: Sizes) -> None:
        super().__init__()
        self.context, self.reach = config.frames - 1, config.reach
        self.frame = len(sizes.roll.groups), len(sizes.roll.channels), sizes.roll.pitches
        parts = len(sizes.roll.groups) * len(sizes.roll.channels)
        self.patterns = nn.Conv2d(parts, config.patterns, (config.frames, 2 * config.reach + 1))
        self.there = nn.Linear(config.patterns, sizes.width)
        self.mix = nn.Linear(config.patterns, config.places)
        self.where = nn.Linear(config.places * sizes.roll.pitches, sizes.width, bias=False)
        self.place = nn.Linear(sizes.controls.width, sizes.width, bias=False)

    def forward(self, inputs: Inputs) -> Tensor:
        """past (batch, frame, group, channel, pitch), controls (batch, frame, feature) -> (batch, frame, width)."""
        return self.rows(torch.cat([self.start(len(inputs.past)), inputs.past], dim=1), inputs.controls)

    def start(self, batch: int) -> Tensor:
        """The newest frames of a stream, silent at first -> (batch, context, group, channel, pitch)."""
        return self.place.weight.new_zeros(batch, self.context, *self.frame)

    def step(self, inputs: Inputs, state: Tensor) -> tuple[Tensor, Tensor]:
        """One frame of Inputs (batch, 1, ...) and the state -> row (batch, width), next state."""
        notes = torch.cat([state, inputs.past], dim=1)  # (batch, context + 1, group, channel, pitch)
        return self.rows(notes, inputs.controls)[:, 0], notes[:, 1:].clone()

    def rows(self, notes: Tensor, controls: Tensor) -> Tensor:
        """notes (batch, context + frame, group, channel, pitch), controls (batch, frame, feature) -> (batch, frame,
        width)."""
        found = self.found(notes)  # (batch, frame, pitch, pattern)
        where = self.mix(found).flatten(2)  # (batch, frame, pitch x place)   which pitches they are at
        x: Tensor = self.there(self.somewhere(found)) + self.where(where)  # (batch, frame, width)
        x = x + self.place(controls)  # (batch, frame, width)   where in the bar
        return x

    def found(self, notes: Tensor) -> Tensor:
        """notes (batch, context + frame, group, channel, pitch) -> how clearly each pattern lies around each pitch
        (batch, frame, pitch, pattern)."""
        image = notes.flatten(2, 3).transpose(1, 2)  # (batch, group x channel, context + frame, pitch)
        found = self.patterns(functional.pad(image, (self.reach, self.reach)))  # (batch, pattern, frame, pitch)
        return functional.relu(found).permute(0, 2, 3, 1)

    def somewhere(self, found: Tensor) -> Tensor:
        """found (batch, frame, pitch, pattern) -> the clearest of each pattern at any pitch (batch, frame, pattern)."""
        return found.amax(dim=2)
