"""Encoders that hear what they must not, or do not hear what they must."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import torch
from torch import Tensor, nn

from mutants.encoder_sound import Sound
from popgen_core.contracts.sizes import Sizes
from popgen_core.contracts.tensors import Inputs


class HearsItsOwnFrame(Sound):
    def forward(self, inputs: Inputs) -> Tensor:
        past = torch.cat([inputs.past[:, 1:], inputs.past[:, -1:]], dim=1)
        return super().forward(replace(inputs, past=past))


class KnowsLaterControls(Sound):
    def forward(self, inputs: Inputs) -> Tensor:
        return super().forward(inputs) + self.place(inputs.controls.roll(-1, 1))


class RecallsTooEarly(Sound):
    def forward(self, inputs: Inputs) -> Tensor:
        recall = None if inputs.recall is None else inputs.recall.roll(-1, 1)
        return super().forward(replace(inputs, recall=recall))


class LooksFartherAhead(Sound):
    def __init__(self, config: Any, sizes: Sizes) -> None:
        super().__init__(config, sizes)
        self.ahead = min(self.ahead, 1)

    def rows(self, past: Tensor, inputs: Inputs) -> Tensor:
        x = super().rows(past, inputs)
        return x if inputs.given is None else x + self.soon(inputs.given.flatten(2).roll(-2, 1)[:, : x.shape[1]])


class NormalisesOverTheSong(Sound):
    def forward(self, inputs: Inputs) -> Tensor:
        x = super().forward(inputs)
        return x / (1 + x.abs().mean(dim=1, keepdim=True))


class GradientFromLater(Sound):
    """Its values are right: only the gradient comes from the frame after."""

    def forward(self, inputs: Inputs) -> Tensor:
        later = self.place(inputs.controls.roll(-1, 1))
        return super().forward(inputs) + later - later.detach()


class ContextTooShort(Sound):
    def __init__(self, config: Any, sizes: Sizes) -> None:
        super().__init__(config, sizes)
        self.context = config.reach - 1


class RemembersOldControls(Sound):
    def forward(self, inputs: Inputs) -> Tensor:
        return super().forward(inputs) + self.place(inputs.controls.cumsum(1))


class HearsNoNotes(Sound):
    def rows(self, past: Tensor, inputs: Inputs) -> Tensor:
        return super().rows(torch.zeros_like(past), inputs)


class HearsNothingGiven(Sound):
    def rows(self, past: Tensor, inputs: Inputs) -> Tensor:
        return super().rows(past, replace(inputs, given=None))


class IgnoresEnergy(Sound):
    def __init__(self, config: Any, sizes: Sizes) -> None:
        super().__init__(config, sizes)
        self.register_buffer("known", torch.ones(sizes.controls.width))
        if "energy" in dict(sizes.controls.parts):
            self.get_buffer("known")[sizes.controls.features("energy")] = 0

    def rows(self, past: Tensor, inputs: Inputs) -> Tensor:
        return super().rows(past, replace(inputs, controls=inputs.controls * self.get_buffer("known")))


class IgnoresControls(Sound):
    def rows(self, past: Tensor, inputs: Inputs) -> Tensor:
        return super().rows(past, replace(inputs, controls=torch.zeros_like(inputs.controls)))


class SilenceIsSomething(Sound):
    def __init__(self, config: Any, sizes: Sizes) -> None:
        super().__init__(config, sizes)
        if hasattr(self, "again"):
            self.again = nn.Linear(self.cells, sizes.width)  # with a bias
