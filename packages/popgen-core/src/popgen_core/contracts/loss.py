"""The contract of a loss: how far a prediction is from its target, in named parts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Protocol

from popgen_core.contracts.sizes import Sizes
from popgen_core.contracts.tensors import LossParts, Prediction, Target

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["Loss"]


class Loss(Protocol):
    """A torch module. Laws: frames outside the mask do not count, nor get a gradient, and a target without any has a
    loss of 0 that can still be differentiated; a doubled batch leaves the loss equal; the parts sum to the total, and
    of `by_group` each to its part; divided by `target.counted()`, the losses of the parts of a batch sum to the loss of
    all of it, so that micro-batches and processes change nothing.

    A prediction surer of what the target says costs less. The total is float32 at least, whatever the prediction's
    precision, finite with its gradient for logits of +-10000, and draws no chance. A group of weight 0 gets no gradient
    in its note logits, one of greater weight a greater one. `form` says which rhythm values it takes, by the class or
    by a setting of that name; dense ones count at the target's onsets alone, so that they may come by event.

    A loss learns nothing: training moves the parameters of the model alone, so that none of a loss's own wants a
    gradient. What it holds are settings and buffers, and moves with it to another device."""

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
