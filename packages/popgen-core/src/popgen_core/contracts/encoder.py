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

    Laws, in eval mode: row t sees rolls of frames before t and controls up to t; batch rows do not see each other;
    `step` frame by frame equals `forward`. A row depends on at most `context` frames before its own: training
    windows bring that many frames of real left context, and a stream is primed with as many silent ones. An encoder
    that looks at given notes before they come may say so by `ahead` (frames; without it 0), and which of `recall` and
    `given` it reads by `hears`; a recipe with controls that its encoder does not hear is refused.
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
