"""The contract of an encoder: rolls and controls become one vector a frame."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from popgen_core.contracts.sizes import Sizes
from popgen_core.contracts.tensors import Inputs

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["Encoder"]


class Encoder(Protocol):
    """A torch module that turns Inputs into vectors.

    Laws, in eval mode: row t sees rolls of frames before t, controls and recalled frames up to t; batch rows do not
    see each other; `step` frame by frame equals `forward`. A row depends on at most `context` frames before its own:
    training windows bring that many frames of real left context, and a stream is primed with as many silent ones. An
    encoder that looks at given notes before they come says so by `ahead` (frames; without it 0): row t then sees given
    notes up to t + `ahead`. Which of `recall` and `given` it reads it says by `hears`, a tuple of the class; a recipe
    with controls that its encoder does not hear is refused, and every other control it hears. None in place of recalled
    or given notes is as good as silence.

    In either mode a state is all that remembers a stream, and does not grow with it, so that several may run at once
    and for ever; inputs are not changed, nothing is printed or written, and in eval mode no global chance is moved;
    every parameter that wants a gradient gets one, so that those for recalled or given notes are made only where
    `sizes.controls` has them; parameters and persistent buffers are all that it takes to be the same again. It is made
    for any groups, pitches, channels and width; a width that it cannot take it refuses by a PopgenError.
    """

    @property
    def Config(self) -> type:
        """The frozen dataclass of its settings, every field with its unit and range."""
        ...

    @property
    def context(self) -> int:
        """Frames before its own that a row depends on."""
        ...

    def __init__(self, config: Any, sizes: Sizes) -> None: ...

    def forward(self, inputs: Inputs) -> Tensor:
        """past (batch, frame, group, channel, pitch), controls (batch, frame, feature) -> (batch, frame, width)."""
        ...

    def start(self, batch: int) -> Any:
        """The state of a stream of `batch` songs before its first frame."""
        ...

    def step(self, inputs: Inputs, state: Any) -> tuple[Tensor, Any]:
        """One frame of Inputs (batch, 1, ...) and the state, which may change -> row (batch, width), next state."""
        ...
