"""What a model of the kit's sizes should have written, at random, and what might have been predicted of it."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Generator, Tensor

from popgen_core.contracts import classes
from popgen_core.contracts.sizes import Sizes
from popgen_core.contracts.tensors import Prediction, RhythmValues, Target
from popgen_core.testing.model.making import generator_of

__all__ = ["VALUES", "believed", "everywhere", "predicted", "songs_of", "target_at", "target_of"]

VALUES = ("velocity", "duration", "offset")  # of a note's rhythm


def target_of(sizes: Sizes, batch: int = 3, frames: int = 6, seed: int = 5, share: float = 0.2) -> Target:
    """Notes at random, in songs of different lengths: the first fills its frames, the next ends one frame earlier."""
    chance, shape = generator_of(seed), (batch, frames, len(sizes.roll.groups), sizes.roll.pitches)
    onset = torch.rand(shape, generator=chance) < share
    goes_on, active = torch.rand(shape, generator=chance) < 0.5, onset.clone()
    for frame in range(1, frames):
        active[:, frame] |= active[:, frame - 1] & goes_on[:, frame]
    ends = frames - torch.arange(batch) % max(frames - 1, 1)
    mask = (torch.arange(frames) < ends[:, None]).float()  # (batch, frame)
    return target_at(onset, active, mask, chance)


def target_at(onset: Tensor, active: Tensor, mask: Tensor | None = None, chance: Generator | None = None) -> Target:
    """These cells (batch, frame, group, pitch) bool as a target; notes are played alike, or with `chance` each its way.

    `mask` (batch, frame): all frames where none is given.
    """
    mask = torch.ones(onset.shape[:2]) if mask is None else mask
    where = (onset & (mask[..., None, None] > 0.5)).nonzero(as_tuple=True)
    many = len(where[0])
    velocity, duration, offset = torch.full((3, many), 0.5) if chance is None else torch.rand(3, many, generator=chance)
    rhythm = RhythmValues(((velocity * 126 + 1) / 127).clamp(0, 1), (0.05 + 2 * duration).log1p(), offset - 0.5)
    return Target(onset.float(), active.float(), mask, where, rhythm)  # type: ignore[arg-type]


def predicted(target: Target, form: str, seed: int = 6, spread: float = 1.0) -> Prediction:
    """Logits and rhythm of a form, at random: dense values of every cell, or logits of classes for every onset."""
    chance, shape, many = generator_of(seed), target.onset.shape, len(target.where[0])
    onset, active = (torch.randn(shape, generator=chance) * spread for _ in range(2))
    shapes = [(many, size) for size in classes.SIZES] if form == "events" else [tuple(shape)] * 3
    rhythm = RhythmValues(*(torch.randn(each, generator=chance) * spread for each in shapes))
    return Prediction(onset, active, rhythm)


def believed(target: Target, form: str, certain: float) -> Prediction:
    """What the target says as a prediction, with logits of +-certain; at -certain the contrary of it, at 0 nothing."""
    sure = {name: (2 * getattr(target, name) - 1) * certain for name in ("onset", "active")}
    if form == "events":
        true = classes.classes_of(target.rhythm)
        sizes = zip(VALUES, classes.SIZES, strict=True)
        values = [torch.nn.functional.one_hot(getattr(true, name), size) * certain for name, size in sizes]
        return Prediction(**sure, rhythm=RhythmValues(*values))
    wrong = 1.0 - max(min(certain, 1.0), -1.0)  # 0 where it is right, 1 where it knows nothing, 2 where it is wrong
    return Prediction(**sure, rhythm=RhythmValues(*(getattr(target.rhythm, name) + wrong for name in VALUES)))


def everywhere(prediction: Prediction, target: Target) -> Prediction:
    """Values by event as dense ones, 9 in all cells that have no onset: nobody may look there."""
    dense = {}
    for name in VALUES:
        dense[name] = torch.full_like(target.onset, 9.0)
        dense[name][target.where] = getattr(prediction.rhythm, name)
    return replace(prediction, rhythm=RhythmValues(**dense))


def songs_of(prediction: Prediction, target: Target, songs: list[int]) -> tuple[Prediction, Target]:
    """Some songs of a batch as a batch, in this order, one twice if it is named twice; told of no whole."""
    rows = torch.tensor(songs)
    events = [(target.where[0] == song).nonzero()[:, 0] for song in songs]
    which = torch.cat(events)
    row = torch.arange(len(songs)).repeat_interleave(torch.tensor([len(each) for each in events]))
    where = (row, *(index[which] for index in target.where[1:]))

    def taken(rhythm: RhythmValues, by_event: bool) -> RhythmValues:
        return RhythmValues(*(value[which] if by_event else value[rows] for value in vars(rhythm).values()))

    by_event = prediction.rhythm.velocity.dim() < 4
    made = Prediction(prediction.onset[rows], prediction.active[rows], taken(prediction.rhythm, by_event))
    onset, active, mask = (value[rows] for value in (target.onset, target.active, target.mask))
    return made, Target(onset, active, mask, where, taken(target.rhythm, True))  # type: ignore[arg-type]
