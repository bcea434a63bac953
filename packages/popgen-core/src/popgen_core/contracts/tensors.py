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
    t-1; `controls` (batch, frame, feature) float: known ahead of time. For one step of a stream, frame is 1.
    `recall` (as past): the bar that comes back, time-aligned: row t holds what stood where frame t stands.
    `given` (batch, frame + ahead, group, channel, pitch): notes that are not to be written, row t those of frame t, and
    behind the last frame as many more as the encoder looks ahead; `kept` (batch, frame + ahead, group) float: 1 where
    all notes of a group are given, silence too. None: nothing is recalled, nothing given.

    For decoders that say by `remembers` that they want to know, else None: `echo` (batch, frame, group, pitch) uint8:
    bit n where a note began in that cell as long ago as lag n of `analysis.lags` says; `newest` (batch, frame, group,
    3, pitch + 1) int16: how the newest note before the frame was played, of each cell and, behind the pitches, of the
    group (the highest of several): class + 1 of velocity, length and offset in `contracts.classes`, 0: not known.
    """

    past: Tensor
    controls: Tensor
    recall: Tensor | None = None
    given: Tensor | None = None
    kept: Tensor | None = None
    echo: Tensor | None = None
    newest: Tensor | None = None

    def since(self, frame: int) -> Inputs:
        """The same without the first frames."""
        return Inputs(*(None if value is None else value[:, frame:] for value in vars(self).values()))  # type: ignore[arg-type]

    def of(self, song: int) -> Inputs:
        """Those of one song of the batch, as a batch of one."""
        row = slice(song, song + 1)
        return Inputs(*(None if value is None else value[row] for value in vars(self).values()))  # type: ignore[arg-type]


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
    mask that is not given, and `rhythm` their values by event. `whole` is given where the batch is cut into
    micro-batches or shared by processes: what `counted` tells is then the same for all of them.
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
    """What must hold in a drawn frame. Kept notes are exempt.

    `playable` (group, pitch) bool: False for cells that must stay silent: no note begins there, as at a lean of -inf,
    and one that sounds ends. `lean` (group, pitch), or (batch, group, pitch) for each song: added to the logits of new
    notes; at -inf none begins, and one that sounds may go on. `most` (group,) int64: notes of a group that may sound at
    once; kept ones count first, then new ones in the order in which they are drawn, and of those that would go on
    beyond it the least likely end. `hold` (group, pitch) bool: cells that go on if they sound. `begin` (batch,) bool:
    songs in which at least one note begins, wherever any can: the frame is drawn from the chances given that it is not
    without onset.
    """

    playable: Tensor
    lean: Tensor | None = None
    most: Tensor | None = None
    hold: Tensor | None = None
    begin: Tensor | None = None


@dataclass(frozen=True)
class Sampling:
    """How notes are drawn: at a `temperature` (over 0) below 1 likely notes become likelier and rare ones rarer.

    `by_group` (group,) are temperatures of their own, in place of the common one. `top_p` (0..1]: of each group's new
    notes only the likeliest cells are drawn, those that together hold this share of the notes that it expects, and
    they make up for the others: neither changes how many notes are expected, unless notes attract or shun each other.
    `touch` (over 0) is a temperature of how notes are played: velocities, lengths and offsets that are drawn from
    chances are likelier ones the lower it is; which notes sound it leaves alone.
    """

    temperature: float = 0.8
    by_group: Tensor | None = None
    top_p: float = 1.0
    touch: float = 1.0


@dataclass(frozen=True)
class Frame:
    """One drawn frame: `onset`, `active` (batch, group, pitch) bool, and dense rhythm values (batch, group, pitch)."""

    onset: Tensor
    active: Tensor
    rhythm: RhythmValues
