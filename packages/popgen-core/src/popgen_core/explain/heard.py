"""What a model heard before it wrote a frame, and what it expected of it: attention and chances."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from popgen_core.contracts.tensors import Inputs, RhythmValues, Target
from popgen_core.explain.explanation import Moment
from popgen_core.model import Model
from popgen_core.train.windows import TrainingSong, Window, Windows

__all__ = ["View", "chances_of", "moments_of", "rows_of", "views"]


@dataclass(frozen=True)
class View:
    """Frames first .. stop - 1 of a song, told by a model that has the frames from `start` on in view."""

    start: int
    first: int
    stop: int


def views(first: int, stop: int, window: int, keep: int) -> Iterator[View]:
    """Frames first .. stop - 1 as a stream hears them, whose window begins anew with `keep` frames when it is full."""
    hop = window - keep
    while first < stop:
        start = 0 if first < window else ((first - window) // hop + 1) * hop
        yield View(start, first, min(stop, start + window))
        first = start + window


def rows_of(model: Model, songs: Sequence[TrainingSong], view: View) -> tuple[Tensor, Target, Inputs]:
    """Some versions of a song in a view -> what the backbone is given (song, row, width), rows start .. stop - 1, and
    target and inputs of the frames told, (song, frame, ...)."""
    cut = Windows(
        songs,
        model.sizes,
        view.stop - view.start,
        model.context,
        augment=None,
        ahead=model.ahead,
        remembers=model.remembers,
    )
    batch = cut.batch([Window(number, view.start) for number in range(len(songs))])
    rows: Tensor = model.encoder(batch.inputs)[:, model.context :]  # (song, row, width)
    told = view.first - view.start
    return rows, _since(batch.target, told), batch.inputs.since(model.context + told)


def chances_of(model: Model, hidden: Tensor, target: Target, inputs: Inputs) -> NDArray[np.float64]:
    """hidden (1, frame, width), target and inputs of these frames -> (frame, group, pitch) chances of a new note."""
    onset: Tensor = model.decoder(hidden, target, inputs).onset[0]
    return torch.sigmoid(onset.double()).numpy()


@torch.inference_mode()
def moments_of(model: Model, song: TrainingSong, view: View) -> list[Moment]:
    """Every frame told in which notes begin; the model must be in eval mode."""
    rows, target, inputs = rows_of(model, [song], view)
    hidden = model.backbone(rows)[:, view.first - view.start :]  # (1, frame, width)
    chances = chances_of(model, hidden, target, inputs)  # (frame, group, pitch)
    silent = _silent(model, hidden, target, inputs)  # (frame, group)
    attention = attention_of(model, rows)
    begun = sorted(set(target.where[1].tolist()))
    moments = []
    for at in begun:
        row = view.first - view.start + at
        heard = None if attention is None else attention[:, :, row, : row + 1].numpy().copy()
        moments.append(Moment(view.first + at, view.start, chances[at], silent[at], heard))
    return moments


def attention_of(model: Model, rows: Tensor) -> Tensor | None:
    """rows (1, row, width) -> weights (layer, head, row, row), or None where the backbone does not tell them."""
    tell: Callable[[Tensor], Tensor | None] | None = getattr(model.backbone, "attention", None)
    weights = tell(rows) if tell else None
    return None if weights is None else weights[:, 0].float()


def _silent(model: Model, hidden: Tensor, target: Target, inputs: Inputs) -> NDArray[np.float64]:
    """(frame, group) chances that no note of a group begins: the product of its cells' chances to stay silent, none of
    its own notes given."""
    found = np.empty((hidden.shape[1], target.onset.shape[2]))
    for group in range(found.shape[1]):
        chances = chances_of(model, hidden, _without(target, group), inputs)[:, group]
        found[:, group] = np.exp(np.log1p(-np.minimum(chances, 1 - 1e-15)).sum(-1))
    return found


def _without(target: Target, group: int) -> Target:
    """The same without the onsets of a group."""
    onset = target.onset.clone()
    onset[:, :, group] = 0
    return _kept(replace(target, onset=onset), target.where[2] != group)


def _since(target: Target, first: int) -> Target:
    """The same without the first frames."""
    batch, frame, group, pitch = target.where
    moved = replace(
        target,
        onset=target.onset[:, first:],
        active=target.active[:, first:],
        mask=target.mask[:, first:],
        where=(batch, frame - first, group, pitch),
    )
    return _kept(moved, frame >= first)


def _kept(target: Target, kept: Tensor) -> Target:
    """The same with the onsets `kept` (event,) alone in its list."""
    batch, frame, group, pitch = (index[kept] for index in target.where)
    rhythm = RhythmValues(*(values[kept] for values in vars(target.rhythm).values()))
    return replace(target, where=(batch, frame, group, pitch), rhythm=rhythm)
