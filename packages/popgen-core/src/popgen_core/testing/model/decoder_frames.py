"""Frames that a decoder of the kit draws, and what it knows when it does."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from popgen_core.analysis.lags import LAGS
from popgen_core.analysis.position import POSITION
from popgen_core.contracts.classes import SIZES as CLASSES
from popgen_core.contracts.sizes import ControlSpec, Sizes
from popgen_core.contracts.tensors import Constraints, Frame, Inputs, Sampling
from popgen_core.music.roll import RollSpec
from popgen_core.plan.features import CONTROLS, control_parts
from popgen_core.testing.maker import Maker
from popgen_core.testing.model.making import SIZES, controls_of, generator_of, past_of
from popgen_core.testing.model.module import moved

__all__ = ["KNOWING", "PLAIN", "drawn", "free", "hidden_of", "known", "repeated", "sizes_of", "sounded", "stirred"]

PLAIN = Sampling(temperature=1.0)  # every note with the chance that the model gives it


def sizes_of(roll: RollSpec, width: int = 32) -> Sizes:
    """Sizes of a model that is told everything that popgen can tell."""
    return Sizes(roll, ControlSpec((*POSITION, *control_parts(CONTROLS, len(roll.groups)))), width)


KNOWING = sizes_of(SIZES.roll)


def stirred(make: Maker, sizes: Sizes = KNOWING, seed: int = 7) -> Any:
    """A part whose weights are moved at random, as training would: what starts at zero has something to say."""
    part, chance = make(sizes), generator_of(seed)
    with torch.no_grad():
        for weights in part.parameters():
            reach = weights.shape[-1] ** -0.5 if weights.dim() > 1 else 0.3
            weights += torch.randn(weights.shape, generator=chance) * reach
    return part


def hidden_of(sizes: Sizes, *shape: int, seed: int = 3) -> Tensor:
    """Hidden vectors at random, (*shape, width)."""
    return torch.randn(*shape, sizes.width, generator=generator_of(seed))


def known(sizes: Sizes, batch: int, frames: int = 1, kept: int | None = None, seed: int = 1) -> Inputs:
    """What a model knows that is told everything, at random; all notes of one group are given, or none."""
    past, recall, given = (past_of(sizes, batch, frames, seed + n, share=0.4) for n in range(3))
    whose = torch.zeros(batch, frames, len(sizes.roll.groups))
    controls = controls_of(sizes, batch, frames, seed)
    if kept is not None:
        whose[:, :, kept] = 1.0
        controls[..., sizes.controls.features("given")] = whose
    return Inputs(past, controls, recall, given * whose[..., None, None], whose, *_played(sizes, batch, frames, seed))


def _played(sizes: Sizes, batch: int, frames: int, seed: int) -> tuple[Tensor, Tensor]:
    """What was played before, at random: `echo` and `newest` of Inputs."""
    chance, shape = generator_of(seed + 3), (batch, frames, len(sizes.roll.groups))
    echo = torch.randint(0, 2**LAGS, (*shape, sizes.roll.pitches), generator=chance, dtype=torch.uint8)
    values = [torch.randint(0, size + 1, (*shape, sizes.roll.pitches + 1), generator=chance) for size in CLASSES]
    return echo, torch.stack(values, dim=3).to(torch.int16)


def repeated(inputs: Inputs, many: int) -> Inputs:
    """The inputs of one song for so many of its like."""
    return moved(inputs, lambda value: value.repeat(many, *[1] * (value.dim() - 1)))


def sounded(sizes: Sizes, inputs: Inputs) -> Tensor:
    """The cells that sound in the frame before, (batch, group, pitch) bool."""
    return inputs.past[:, -1, :, sizes.roll.channels.index("active")] > 0.5


def free(sizes: Sizes) -> Constraints:
    """Every cell may play."""
    return Constraints(torch.ones(len(sizes.roll.groups), sizes.roll.pitches, dtype=torch.bool))


def drawn(
    decoder: Any, hidden: Tensor, inputs: Inputs, must: Constraints, settings: Sampling = PLAIN, seed: int = 1
) -> Frame:
    """A frame drawn from a seed, without gradient; hidden (batch, width), inputs (batch, 1, ...)."""
    with torch.no_grad():
        frame: Frame = decoder.sample(hidden, inputs, must, settings, generator_of(seed))
    return frame
