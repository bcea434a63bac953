"""The contract of a decoder: it owns how the notes of one frame are drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Protocol

from popgen_core.contracts.sizes import Sizes
from popgen_core.contracts.tensors import Constraints, Frame, Inputs, Prediction, Rates, Sampling, Target

if TYPE_CHECKING:
    from torch import Generator, Tensor

__all__ = ["Decoder"]


class Decoder(Protocol):
    """A torch module from hidden vectors to notes.

    Laws of `forward`: a frame's prediction depends on that frame's hidden vector, target and inputs alone. Its logits
    are chances: a coin for each cell's onset, and, the onsets known, one for whether a cell that sounded in the frame
    before (`inputs.past`) and has no onset goes on. Where cells see each other they have an order, and a logit knows
    only the target's cells before its own, not how notes are played: the chances of all frames sum to 1.

    Laws of `sample`: it draws with the given generator alone, at temperature and touch 1 each frame as often as those
    chances say, each song of a batch after its own hidden vector and inputs; it keeps to `constraints`. A cell with an
    onset is active; without one it is active only if it was active in the frame before. Drawn values are finite in
    every cell, at onsets within the ranges of RhythmValues. Nothing is printed or written.

    Cells of groups that `inputs.kept` marks are those of `inputs.given`, for certain: they are never drawn, and
    `forward` gives them that chance. Of how they are played a drawn frame tells their velocities alone. `form` says
    which rhythm values its predictions hold; it is the class's, or a setting of that name.

    One that wants to know where notes began a beat or some bars ago, and how the newest ones were played, says
    `remembers = True`: then `inputs` have `echo` and `newest`. It must do without them, as where nothing was played.
    """

    @property
    def Config(self) -> type:
        """The frozen dataclass of its settings, every field with its unit and range."""
        ...

    @property
    def form(self) -> Literal["dense", "events"]:
        """Which rhythm values its predictions hold."""
        ...

    def __init__(self, config: Any, sizes: Sizes) -> None: ...

    def prime(self, rates: Rates) -> None:
        """Called once before training with the corpus's rates, 0 and 1 among them; a decoder may start there."""
        ...

    def forward(self, hidden: Tensor, target: Target | None, inputs: Inputs | None = None) -> Prediction:
        """hidden (batch, frame, width) and, where its cells see each other, the target -> logits and rhythm.

        `inputs` of the same frames, for what is recalled and given; a decoder may do without what is recalled.
        """
        ...

    def sample(
        self, hidden: Tensor, inputs: Inputs, constraints: Constraints, settings: Sampling, generator: Generator
    ) -> Frame:
        """hidden (batch, width) and this frame's Inputs (batch, 1, ...) -> one drawn frame."""
        ...
