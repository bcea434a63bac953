"""What is told of a song's frame before it is drawn, and who tells it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from torch import Tensor

from popgen_core.contracts.tensors import Constraints, Frame, Sampling

__all__ = ["Conductor", "Cue"]


@dataclass(frozen=True)
class Cue:
    """What is told of one frame of one song.

    `controls` (feature,). `recall`: number of the earlier frame that comes back here, None where none does; `anew`:
    whether its bar begins with it, so that notes held over from before are not recalled; `held`: how firmly, in
    log-odds. `given` (1 + ahead, group, channel, pitch) and `kept` (1 + ahead, group): notes that are given from this
    frame on. `forced` (group, channel, pitch): what stands in this frame, which is then not drawn, and of which the
    model knows nothing beforehand; `manner` (group, 2, pitch): how that is played, log(1 + seconds) and offset, None:
    not known. `judged`: tell how surprising the frame was. `seconds`: how long the frame lasts. `lags`: how many frames
    ago a beat and some bars lie, as in `analysis.lags`, for models that listen there.
    """

    controls: Tensor
    constraints: Constraints
    settings: Sampling
    recall: int | None = None
    anew: bool = False
    held: float = 0.0
    given: Tensor | None = None
    kept: Tensor | None = None
    forced: Tensor | None = None
    judged: bool = False
    lags: tuple[int, ...] = ()
    seconds: float = 0.0
    manner: Tensor | None = None


class Conductor(Protocol):
    """Tells what each frame of a song should be, and hears what became of it."""

    @property
    def recalls(self) -> bool:
        """Whether frames may come back, and so must be remembered."""
        ...

    def cue(self, number: int) -> Cue | None:
        """What is told of frame `number`; None where the song has ended."""
        ...

    def stood(self, number: int) -> tuple[Tensor, Tensor | None] | None:
        """What stands in a frame before the first that is drawn, (group, channel, pitch), and its `manner`; None where
        nothing does."""
        ...

    def heard(self, number: int, frame: Frame, song: int) -> None:
        """Frame `number` was drawn, of the song with this row in the batch."""
        ...

    def judged(self, nats: float) -> None:
        """How surprising the onsets of a frame were that was to be judged: minus the logarithm of their chance."""
        ...
