"""What encoders and backbones promise of streams: songs that are heard frame by frame, many at a time, for ever."""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from popgen_core.testing.model.module import SAME, difference
from popgen_core.testing.verdict import NotApplicable, claim

__all__ = ["state_stays_small", "streamed", "streams_apart"]

SLACK, SPARE = 1.05, 2048  # a state may grow by this factor and as many bytes: how numbers are written differs


@torch.no_grad()
def streamed(part: Any, frames: Sequence[Any], batch: int) -> Tensor:
    """A new stream of `batch` songs, one frame after another -> (batch, frame, width)."""
    state, rows = part.start(batch), []
    for frame in frames:
        row, state = part.step(frame, state)
        rows.append(row.clone())
    return torch.stack(rows, dim=1)


@torch.no_grad()
def streams_apart(part: Any, one: Sequence[Any], other: Sequence[Any]) -> None:
    """Two streams of one song, a frame of each in turn, make what each makes alone; frames hold 1 song."""
    alone = [streamed(part, frames, 1) for frames in (one, other)]
    states: list[Any] = [part.start(1), part.start(1)]
    for frame, both in enumerate(zip(one, other, strict=True)):
        for which, given in enumerate(both):
            row, states[which] = part.step(given, states[which])
            apart = difference(row, alone[which][:, frame])
            claim(
                apart <= SAME,
                f"with another stream beside it, frame {frame} of a stream is another than alone, by {apart:.2g}: "
                "what a stream remembers belongs into its state",
            )


@torch.no_grad()
def state_stays_small(part: Any, frames: Sequence[Any], batch: int, soon: int) -> None:
    """The state of a stream never holds more than in its first `soon` frames, so that no frame takes ever longer."""
    state, largest, every = part.start(batch), 0, max(1, soon // 8)
    for number, frame in enumerate(frames, 1):
        _, state = part.step(frame, state)
        if number <= soon and (number % every == 0 or number == soon):
            largest = max(largest, _size(state))
    size = _size(state)
    claim(
        size <= SLACK * largest + SPARE,
        f"its state grows with the song: {largest} bytes in the first {soon} frames, {size} after {len(frames)}",
    )


def _size(state: Any) -> int:
    """Bytes of a state, with all of the memory that its tensors are views of."""
    try:
        return len(pickle.dumps(state))
    except (pickle.PicklingError, TypeError, AttributeError) as error:
        raise NotApplicable(f"its state cannot be pickled, so its size is not known: {error}") from error
