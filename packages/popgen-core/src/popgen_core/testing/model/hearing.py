"""The kit's examples for encoders: everything that an encoder may hear, at random, and one frame of it at a time."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor, nn

from popgen_core.analysis.position import POSITION
from popgen_core.contracts.sizes import ControlSpec, Sizes
from popgen_core.contracts.tensors import Inputs
from popgen_core.plan.features import CONTROLS, control_parts
from popgen_core.testing.maker import Maker
from popgen_core.testing.model.making import SIZES, controls_of, generator_of, past_of
from popgen_core.testing.model.module import Run, device_of, moved, practise

__all__ = [
    "ROLLS",
    "ahead_of",
    "changed",
    "cut",
    "everything",
    "frames_of",
    "hears",
    "length_of",
    "practised",
    "rows_of",
    "told_inputs",
]

ROLLS = ("recall", "given")  # controls that come as rolls, to encoders that hear them
ROWS = 16  # frames of an example beside those that an encoder looks back and ahead


def hears(make: Maker) -> tuple[str, ...]:
    """Which of the notes that come back and are given an encoder says that it hears."""
    return tuple(getattr(make.component, "hears", ()))


def ahead_of(encoder: Any) -> int:
    """Frames that an encoder looks ahead in given notes."""
    return int(getattr(encoder, "ahead", 0))


def everything(make: Maker, known: Collection[str] = CONTROLS) -> Sizes:
    """The kit's sizes with those of the controls `known` that the encoder hears."""
    heard = [name for name in known if name not in ROLLS or name in hears(make)]
    return replace(SIZES, controls=ControlSpec((*POSITION, *control_parts(heard, len(SIZES.roll.groups)))))


def length_of(encoder: Any) -> int:
    """Frames of an example: those that an encoder looks back and ahead, and some more."""
    return int(encoder.context) + ahead_of(encoder) + ROWS


def told_inputs(encoder: Any, sizes: Sizes, batch: int, frames: int, seed: int = 1) -> Inputs:
    """Everything that a model of these sizes is told, at random; of given notes as many frames more as it looks ahead.

    The first of these are silent, so that a stream's silence before its first frame is all that is known of it.
    """
    known, behind = {name for name, _ in sizes.controls.parts}, frames + ahead_of(encoder)
    kept = (torch.rand(batch, behind, len(sizes.roll.groups), generator=generator_of(seed + 4)) < 0.5).float()
    kept[:, : ahead_of(encoder)] = 0
    given = past_of(sizes, batch, behind, seed + 3) * kept[..., None, None]
    return Inputs(
        past_of(sizes, batch, frames, seed),
        controls_of(sizes, batch, frames, seed + 1),
        past_of(sizes, batch, frames, seed + 2) if "recall" in known else None,
        given if "given" in known else None,
        kept if "given" in known else None,
    )


def cut(inputs: Inputs, start: int, stop: int, ahead: int) -> Inputs:
    """Frames start..stop-1; of given notes `ahead` more."""
    more = {"given": ahead, "kept": ahead}
    values = {name: value for name, value in vars(inputs).items() if value is not None}
    return replace(inputs, **{name: value[:, start : stop + more.get(name, 0)] for name, value in values.items()})


def frames_of(inputs: Inputs, ahead: int) -> list[Inputs]:
    """Each frame by itself, as a stream is given them."""
    return [cut(inputs, frame, frame + 1, ahead) for frame in range(inputs.past.shape[1])]


def rows_of(sizes: Sizes) -> Run:
    """How an encoder of these sizes is run: on four songs at random."""

    def run(encoder: nn.Module, seed: int) -> list[Tensor]:
        inputs = told_inputs(encoder, sizes, 4, length_of(encoder), seed=10 * seed + 1)
        return [encoder(moved(inputs, device_of(encoder)))]

    return run


def practised(make: Maker, sizes: Sizes) -> Any:
    """A fresh encoder that was trained a little, in eval mode."""
    encoder = make(sizes)
    practise(encoder, rows_of(sizes))
    return encoder


def changed(inputs: Inputs, name: str, where: Callable[[Tensor], Tensor]) -> Inputs:
    """The same with 1 - what one kind of them was; `where` gives the part of a tensor that is changed."""
    value = getattr(inputs, name).clone()
    part = where(value)
    part.copy_(1 - part)
    return replace(inputs, **{name: value})
