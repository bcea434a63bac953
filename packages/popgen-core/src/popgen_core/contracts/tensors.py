"""What flows between the parts of a model. Shapes use batch, frame, group, channel, pitch, width."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

__all__ = [
    "Constraints",
    "Frame",
    "Inputs",
    "LossParts",
    "Prediction",
    "Rates",
    "RhythmValues",
    "Sampling",
    "Target",
    "Whole",
]


@dataclass(frozen=True)
class Inputs:
    """What a model knows when it writes frame t.

    `past` (batch, frame, group, channel, pitch) float: the roll moved one frame later, so that row t holds frame
    t-1; `controls` (batch, frame, feature) float: known ahead of time. `recall` (as past): the recalled bar,
    time-aligned; `given` (as past): notes that the user keeps. For one step of a stream, frame is 1.
    """

    past: Tensor
    controls: Tensor
    recall: Tensor | None = None
    given: Tensor | None = None


@dataclass(frozen=True)
class RhythmValues:
    """The continuous values of notes: `velocity` 0..1, `duration` as log(1 + seconds), `offset` in frames -0.5..0.5.

    Dense they are (batch, frame, group, pitch) each; by event (event,) each. A prediction of form "events" holds logits
    in their place, (event, class) each, of the classes of `contracts.classes`.
    """

    velocity: Tensor
    duration: Tensor
    offset: Tensor

    def at(self, where: tuple[Tensor, Tensor, Tensor, Tensor]) -> RhythmValues:
        """The values of the cells `where`, four (event,) index tensors, by event; values by event are those already."""
        if self.velocity.dim() < 4:
            return self
        return RhythmValues(self.velocity[where], self.duration[where], self.offset[where])


@dataclass(frozen=True)
class Whole:
    """How much there is in all of the batch that a target is a part of: `frames` inside masks, and `onsets`."""

    frames: float
    onsets: float


@dataclass(frozen=True)
class Target:
    """What a model should have written.

    `onset`, `active` (batch, frame, group, pitch) float 0 or 1; `mask` (batch, frame) float: 1 where the song is,
    0 behind its end; `where` four (event,) index tensors into (batch, frame, group, pitch), one an onset inside the
    mask, and `rhythm` their values by event. `whole` is given where the batch is cut into micro-batches or shared by
    processes: what `counted` tells is then the same for all of them.
    """

    onset: Tensor
    active: Tensor
    mask: Tensor
    where: tuple[Tensor, Tensor, Tensor, Tensor]
    rhythm: RhythmValues
    whole: Whole | None = None

    def counted(self) -> Whole:
        """What a loss divides by: the frames and onsets of the whole batch, its own where it is all of it."""
        return self.whole or Whole(float(self.mask.sum()), float(len(self.where[0])))


@dataclass(frozen=True)
class Prediction:
    """What a decoder makes of hidden vectors: `onset` and `active` logits (batch, frame, group, pitch), and rhythm.

    Its decoder's `form` says which: "dense" (RhythmValues of every cell; a decoder that is given the target may make
    them at its onsets alone, by event) or "events" (logits of classes for the target's onsets).
    """

    onset: Tensor
    active: Tensor
    rhythm: RhythmValues


@dataclass(frozen=True)
class LossParts:
    """A total to differentiate, and the named parts (scalars, detached) whose sum it is, for logs.

    `by_group` may tell of each part what each group adds to it, (group,) detached.
    """

    total: Tensor
    parts: Mapping[str, Tensor]
    by_group: Mapping[str, Tensor] = field(default_factory=dict)


@dataclass(frozen=True)
class Rates:
    """How often each cell sounds in a corpus: `onset` and `active` (group, pitch), shares of frames, 0..1."""

    onset: Tensor
    active: Tensor


@dataclass(frozen=True)
class Constraints:
    """What must hold in a drawn frame: `playable` (group, pitch) bool, False for cells that must stay silent."""

    playable: Tensor


@dataclass(frozen=True)
class Sampling:
    """How notes are drawn: at a `temperature` (over 0) below 1 likely notes become likelier and rare ones rarer."""

    temperature: float = 0.8


@dataclass(frozen=True)
class Frame:
    """One drawn frame: `onset`, `active` (batch, group, pitch) bool, and dense rhythm values (batch, group, pitch)."""

    onset: Tensor
    active: Tensor
    rhythm: RhythmValues
