"""A song heard by a model as a stream hears it, but in whole stretches of frames: what it expected of each.

A stream looks back over all frames until its window is full, is then rebuilt from the newest `keep`, and so on. So the
first window tells all of its frames, each later one begins `window - keep` frames after the one before and tells its
newest `window - keep`: every frame has in view what it would have had in generation.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from popgen_core.contracts.tensors import Prediction, Target
from popgen_core.model import Model
from popgen_core.train.windows import TrainingSong, Window, Windows

__all__ = ["Stretch", "keep_of", "stretches"]

BATCH = 4  # windows at a time: more take memory and are no faster on a CPU
USUAL_SHARE = 3 / 4  # of the window is kept by a backbone that does not say


@dataclass(frozen=True)
class Stretch:
    """Frames of a song, a row for each stretch of `starts`, their first frames.

    `target`: what they hold, with a mask of the frames inside the song. `before` (batch, frame, group, pitch) bool:
    where a cell sounded one frame ago. `prediction`: what the model expected.
    """

    starts: tuple[int, ...]
    target: Target
    before: Tensor
    prediction: Prediction


def keep_of(model: Model) -> tuple[int, bool]:
    """Frames that the backbone keeps when its window is full, and whether it says so itself."""
    kept = getattr(getattr(model.backbone, "config", None), "keep", None)
    if isinstance(kept, int):
        return kept, True
    return int(model.backbone.window * USUAL_SHARE), False


@torch.inference_mode()
def stretches(model: Model, song: TrainingSong, keep: int) -> Iterator[Stretch]:
    """The song told frame by frame, each given the true ones before it; the model must be in eval mode.

    The stretches cover each frame once. `keep`: frames in view when the window is full, 1 .. window - 1.
    """
    window, hop = model.backbone.window, model.backbone.window - keep
    active = model.sizes.roll.channels.index("active")
    rows = torch.empty(0, model.sizes.width)
    for starts, length in _plan(song.roll.frames, window, hop):
        cut = Windows(
            [song], model.sizes, length, model.context, augment=None, ahead=model.ahead, remembers=model.remembers
        )
        batch = cut.batch([Window(0, start) for start in starts])
        inputs, target = batch.inputs, batch.target
        new = model.encoder(inputs)[:, model.context :]  # (batch, frame, width)   side by side in time
        rows = torch.cat([rows[-keep:], new.flatten(0, 1)])  # (frames kept and new, width)
        x = rows.unfold(0, window, hop).transpose(1, 2)  # (batch, window, width)
        hidden = model.backbone(x)[:, -length:]  # (batch, frame, width)   what came before the newest frames
        before = inputs.past[:, model.context :, :, active] > 0.5
        told = inputs.since(model.context)
        yield Stretch(starts, target, before, model.decoder(hidden, target, told))


def _plan(frames: int, window: int, hop: int) -> Iterator[tuple[tuple[int, ...], int]]:
    """First frames and length of the stretches that cover `frames` frames, a batch at a time."""
    yield (0,), window
    later = range(window, frames, hop)
    for first in range(0, len(later), BATCH):
        yield tuple(later[first : first + BATCH]), hop
