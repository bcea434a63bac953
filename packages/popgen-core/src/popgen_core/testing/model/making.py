"""The kit's model: small sizes, parts made by the same chance every time, and notes and controls to try them with."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from popgen_core.analysis.position import POSITION
from popgen_core.contracts.sizes import ControlSpec, Sizes
from popgen_core.contracts.tensors import Inputs
from popgen_core.music.roll import RollSpec

__all__ = ["SIZES", "controls_of", "generator_of", "inputs_of", "made", "past_of"]

SIZES = Sizes(RollSpec(("drums", "bass", "lead"), pitches=12, lowest=48), ControlSpec(POSITION), width=32)


def made(component: Any, config: Any, sizes: Sizes | None) -> Any:
    """A part of a model from seed 0, in eval mode; the process's own chance stays where it was."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return component(config, sizes or SIZES).eval()


def generator_of(seed: int) -> torch.Generator:
    """Chance of its own."""
    return torch.Generator().manual_seed(seed)


def past_of(sizes: Sizes, batch: int, frames: int, seed: int = 1, share: float = 0.2) -> Tensor:
    """Notes at random, a share of the cells -> (batch, frame, group, channel, pitch), velocities at onsets alone."""
    chance, roll = generator_of(seed), sizes.roll
    shape = (batch, frames, len(roll.groups), roll.pitches)
    onset = torch.rand(shape, generator=chance) < share
    cells = {
        "onset": onset.float(),
        "active": (onset | (torch.rand(shape, generator=chance) < share)).float(),
        "velocity": torch.rand(shape, generator=chance) * onset,
    }
    return torch.stack([cells.get(name, cells["active"]) for name in roll.channels], dim=3)


def controls_of(sizes: Sizes, batch: int, frames: int, seed: int = 2) -> Tensor:
    """Controls at random -> (batch, frame, feature)."""
    return torch.randn(batch, frames, sizes.controls.width, generator=generator_of(seed))


def inputs_of(sizes: Sizes, batch: int = 2, frames: int = 24, seed: int = 1) -> Inputs:
    """What a model knows at each frame: notes of a past and controls, at random."""
    return Inputs(past_of(sizes, batch, frames, seed), controls_of(sizes, batch, frames, seed + 1))
