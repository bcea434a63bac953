"""What encoders and backbones promise of streams: songs that are heard frame by frame, many at a time, for ever."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from popgen_core.testing.model.module import SAME, difference
from popgen_core.testing.verdict import NotApplicable, claim

__all__ = ["LONG", "longer", "prefixes_are_the_same", "songs_apart", "state_stays_small", "streamed", "streams_apart"]

LONG = 400  # frames of an example as long as training windows are
CUTS = (1, 16, 31, 32, 33, 64, 65, 128, 200, 256, 300, 399)  # frames of shorter windows that begin like it
BATCHES = (2, 3, 5)  # songs
SLACK, SPARE = 1.05, 2048  # a state may grow by this factor and as many bytes: how numbers are written differs


@torch.no_grad()
def streamed(part: Any, frames: Sequence[Any], batch: int) -> Tensor:
    """A new stream of `batch` songs, one frame after another -> (batch, frame, width)."""
    state, rows = part.start(batch), []
    for frame in frames:
        row, state = part.step(frame, state)
        rows.append(row.clone())
    return torch.stack(rows, dim=1)


def longer(soon: int) -> int:
    """Frames of a stream that is long beside its first `soon`: three times as many, of very many a quarter more."""
    return soon + min(2 * soon, max(soon // 4, 128))


@torch.no_grad()
def prefixes_are_the_same(part: Callable[[Any], Tensor], cut: Callable[[int], Any], frames: int) -> None:
    """The first rows of a long window are the rows of shorter ones that begin like it; `cut` gives its first frames."""
    whole = part(cut(frames))
    for stop in (stop for stop in CUTS if stop < frames):
        apart = difference(part(cut(stop)), whole[:, :stop])
        claim(
            apart <= SAME,
            f"the first {stop} rows of a window of {frames} frames are others than those of a window of {stop}, by "
            f"{apart:.2g}: a row must not know what comes after it, nor how long the window is",
        )


@torch.no_grad()
def songs_apart(part: Any, song: Callable[[int, int], Any], frames: Callable[[Any], Sequence[Any]]) -> None:
    """In batches and streams of 2, 3 and 5 songs each is what it is alone; `song(first, stop)` gives some of them."""
    every = range(max(BATCHES))
    alone = [(part(one), streamed(part, frames(one), 1)) for one in (song(each, each + 1) for each in every)]
    for batch in BATCHES:
        some = song(0, batch)
        for made, which, what in ((part(some), 0, "batch"), (streamed(part, frames(some), batch), 1, "stream")):
            for each in range(batch):
                apart = difference(made[each : each + 1], alone[each][which])
                claim(apart <= SAME, f"song {each} of a {what} of {batch} is another than alone, by {apart:.2g}")


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
