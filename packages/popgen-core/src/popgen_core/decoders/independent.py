"""independent.v1: the paper's decoder: one sigmoid a cell for onset and for active, and three rhythm values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import torch
from pydantic import Field
from torch import Generator, Tensor, nn

from popgen_core.contracts.sizes import Sizes
from popgen_core.contracts.tensors import Constraints, Frame, Inputs, Prediction, Rates, RhythmValues, Sampling, Target
from popgen_core.decoders.begun import begun, going_on
from popgen_core.decoders.heads import at_onsets, everywhere, within_ranges
from popgen_core.decoders.known import decided, put_in, settled, struck

__all__ = ["Independent"]

HEADS = ("onset", "active", "velocity", "duration", "offset")
RAREST = 1e-5  # share of frames at which a cell that never sounds in the corpus starts


class Independent(nn.Module):
    """Every cell of a frame is a coin of its own (paper, section 2.2).

    `onset` begins a note; `active` gives it its length: it sounds until its cell is no longer active; the duration
    head places its end inside its last frame. A cell cannot be active without an onset or a note to carry on.
    """

    form: ClassVar[Literal["dense"]] = "dense"

    @dataclass(frozen=True)
    class Config:
        """Where training starts from."""

        bias: Annotated[
            Literal["zero", "corpus"],
            Field(description="starting note logits: zero (every cell at one half), or the corpus's rates"),
        ] = "zero"

    def __init__(self, config: Config, sizes: Sizes) -> None:
        super().__init__()
        self.config = config
        self.shape = (len(sizes.roll.groups), sizes.roll.pitches)
        self.onset_channel = sizes.roll.channels.index("onset")
        self.active_channel = sizes.roll.channels.index("active")
        self.channels = sizes.roll.channels
        self.heads = nn.Linear(sizes.width, len(HEADS) * sizes.roll.cells)

    def prime(self, rates: Rates) -> None:
        """Start the note logits at the corpus's rates, when the config says so."""
        if self.config.bias == "zero":
            return
        with torch.no_grad():
            bias = self.heads.bias.view(len(HEADS), *self.shape)
            bias[0] = rates.onset.clamp(RAREST, 1 - RAREST).logit()
            bias[1] = rates.active.clamp(RAREST, 1 - RAREST).logit()

    def forward(self, hidden: Tensor, target: Target | None = None, inputs: Inputs | None = None) -> Prediction:
        """hidden (batch, frame, width) -> logits and rhythm (batch, frame, group, pitch); given notes are certain.

        With a target the rhythm is that of its onsets alone, by event: one cell in three hundred of a song.
        """
        weights = self.heads.weight.view(len(HEADS), *self.shape, hidden.shape[-1])  # (head, group, pitch, width)
        onset, active, *rhythm = zip(weights, self.heads.bias.view(len(HEADS), *self.shape), strict=True)
        if target is None:
            values = [everywhere(hidden, *head) for head in rhythm]
        else:
            values = [at_onsets(target.where, hidden, *head) for head in rhythm]
        notes, sounds = everywhere(hidden, *onset), everywhere(hidden, *active)
        notes, sounds = settled(notes, inputs, self.onset_channel), settled(sounds, inputs, self.active_channel)
        return Prediction(notes, sounds, RhythmValues(*values))

    def sample(
        self, hidden: Tensor, inputs: Inputs, constraints: Constraints, settings: Sampling, generator: Generator
    ) -> Frame:
        """hidden (batch, width) and this frame's Inputs -> one drawn frame, (batch, group, pitch) each."""
        made = self.forward(hidden[:, None])
        before = inputs.past[:, -1, :, self.active_channel] > 0.5  # (batch, group, pitch)
        logits, certain = decided(made.onset[:, 0], inputs, self.onset_channel)
        onset = begun(logits, constraints, settings, generator, certain)
        logits, certain = decided(made.active[:, 0], inputs, self.active_channel)
        active = going_on(logits, onset, before, constraints, settings, generator, certain)
        active = put_in(active, inputs, self.active_channel)
        onset = put_in(onset, inputs, self.onset_channel)
        return Frame(onset, active, struck(within_ranges(made.rhythm), inputs, self.channels))
