"""What is told of a frame before it is drawn, and who tells it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from torch import Tensor

from popgen_core.contracts.tensors import Constraints, Frame, Sampling

__all__ = ["Conductor", "Cue"]


@dataclass(frozen=True)
class Cue:
    """What is told of one frame, of all songs of a batch alike.

    `controls` (feature,). `recall`: number of the earlier frame that comes back here, None where none does; `anew`:
    whether its bar begins with it, so that notes held over from before are not recalled. `given` (1 + ahead, group,
    channel, pitch) and `kept` (1 + ahead, group): notes that are given from this frame on. `whole`: every group of this
    frame is given, so that nothing is drawn.
    """

    controls: Tensor
    constraints: Constraints
    settings: Sampling
    recall: int | None = None
    anew: bool = False
    given: Tensor | None = None
    kept: Tensor | None = None
    whole: bool = False


class Conductor(Protocol):
    """Tells what each frame should be, and hears what became of it."""

    @property
    def recalls(self) -> bool:
        """Whether frames may come back, and so must be remembered."""
        ...

    def cue(self, number: int) -> Cue | None:
        """What is told of frame `number`; None where the song has ended."""
        ...

    def heard(self, number: int, frame: Frame) -> None:
        """Frame `number` was drawn."""
        ...
