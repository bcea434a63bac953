"""The contract of a loss: how far a prediction is from its target, in named parts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Protocol

from popgen_core.contracts.sizes import Sizes
from popgen_core.contracts.tensors import LossParts, Prediction, Target

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["Loss"]


class Loss(Protocol):
    """A torch module. Laws: frames outside the mask do not count; a doubled batch leaves the loss equal; the parts sum
    to the total; divided by `target.counted()`, the losses of the parts of a batch sum to the loss of all of it, so
    that micro-batches and processes change nothing. `form` says which rhythm values it takes."""

    @property
    def Config(self) -> type:
        """The frozen dataclass of its settings, every field with its unit and range."""
        ...

    @property
    def form(self) -> Literal["dense", "events"]:
        """Which rhythm values it takes."""
        ...

    def __init__(self, config: Any, sizes: Sizes) -> None: ...

    def forward(self, prediction: Prediction, target: Target, weights: Tensor) -> LossParts:
        """Prediction and target; weights (group,) with mean 1, the importance of each group -> total and parts."""
        ...
