"""What an encoder promises of streams, and of the songs of a batch."""

from __future__ import annotations

import torch
from torch import Tensor

from popgen_core.contracts.tensors import Inputs
from popgen_core.testing.maker import Maker
from popgen_core.testing.model.hearing import (
    ROWS,
    ahead_of,
    cut,
    everything,
    frames_of,
    length_of,
    practised,
    told_inputs,
)
from popgen_core.testing.model.module import SAME, difference, moved
from popgen_core.testing.model.stream import (
    LONG,
    longer,
    prefixes_are_the_same,
    songs_apart,
    state_stays_small,
    streamed,
    streams_apart,
)
from popgen_core.testing.verdict import Check, claim

__all__ = ["NEAR", "STREAMING", "silent_frame"]

NEAR = 64  # frames of an example where as many as its context would take long


def check_streaming_equals_whole(make: Maker) -> None:
    """In eval mode `step` frame by frame makes what `forward` makes of a whole as long as training windows are, silence
    of `context` frames before it: as a model begins its songs."""
    encoder = practised(make, sizes := everything(make))
    frames = LONG if encoder.context <= LONG else min(length_of(encoder), NEAR)
    inputs = told_inputs(encoder, sizes, 2, frames)
    with torch.no_grad():
        whole = encoder(_after_silence(inputs, encoder.context))[:, encoder.context :]
    lead = [silent_frame(inputs)] * encoder.context
    rows = streamed(encoder, lead + frames_of(inputs, ahead_of(encoder)), 2)[:, encoder.context :]
    for frame in range(whole.shape[1]):
        apart = difference(rows[:, frame], whole[:, frame])
        claim(apart <= SAME, f"frame {frame} of a stream is another than as part of the whole, by {apart:.2g}")


def check_a_longer_window_changes_no_row(make: Maker) -> None:
    """In eval mode the rows of a window of 400 frames are those of shorter ones that begin like it."""
    encoder = practised(make, sizes := everything(make))
    inputs = told_inputs(encoder, sizes, 1, LONG)
    prefixes_are_the_same(encoder, lambda stop: cut(inputs, 0, stop, ahead_of(encoder)), LONG)


def check_songs_of_a_batch_do_not_hear_each_other(make: Maker) -> None:
    """In eval mode a song of a batch, and of a stream of 2, 3 and 5, is what it is alone."""
    encoder = practised(make, sizes := everything(make))
    inputs, ahead = told_inputs(encoder, sizes, 5, min(length_of(encoder), NEAR)), ahead_of(encoder)

    def songs(first: int, stop: int) -> Inputs:
        return moved(inputs, lambda value: value[first:stop])

    songs_apart(encoder, songs, lambda some: frames_of(some, ahead))


def check_streams_do_not_disturb_each_other(make: Maker) -> None:
    """Two streams of one encoder, a frame of each in turn, are what each is alone: a state is all that remembers."""
    encoder = practised(make, sizes := everything(make))
    one, other = (
        frames_of(told_inputs(encoder, sizes, 1, min(length_of(encoder), NEAR), seed), ahead_of(encoder))
        for seed in (21, 41)
    )
    streams_apart(encoder, one, other)


def check_state_does_not_grow(make: Maker) -> None:
    """The state of a stream is no larger after a long song than after a short one: no frame takes ever longer."""
    encoder = practised(make, sizes := everything(make))
    soon = int(encoder.context) + ROWS
    inputs = told_inputs(encoder, sizes, 1, soon, seed=61)
    state_stays_small(encoder, (frames_of(inputs, ahead_of(encoder)) * 3)[: longer(soon)], 1, soon)


def silent_frame(inputs: Inputs) -> Inputs:
    """One frame of silence before the song, of which nothing is told."""
    return Inputs(torch.zeros_like(inputs.past[:, :1]), torch.zeros_like(inputs.controls[:, :1]))


def _after_silence(inputs: Inputs, frames: int) -> Inputs:
    """The same with frames of silence before it."""

    def led(value: Tensor) -> Tensor:
        return torch.cat([value.new_zeros(len(value), frames, *value.shape[2:]), value], dim=1)

    return moved(inputs, led)


STREAMING: tuple[Check, ...] = (
    check_streaming_equals_whole,
    check_a_longer_window_changes_no_row,
    check_songs_of_a_batch_do_not_hear_each_other,
    check_streams_do_not_disturb_each_other,
    check_state_does_not_grow,
)
