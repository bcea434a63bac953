"""The contract of a backbone: each frame's vector learns what came before it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from popgen_core.contracts.sizes import Sizes

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["Backbone"]


class Backbone(Protocol):
    """A causal torch module over frames.

    Laws, in eval mode: row t of the result sees rows up to t; songs of a batch do not see each other; `step` equals
    `forward` over the frames in its cache. A stream may run for ever, and its cache does not grow for ever. A backbone
    may say by `keep` (frames, less than `window`) what it forgets: a cache that holds `window` frames goes on from its
    newest `keep`, as if they were a song's first. One without `keep` forgets none, such as a recurrent one, whose state
    has heard all: its `step` equals its `forward` over every frame of the stream, however many.

    In either mode a cache is all that remembers a stream, so that several may run at once; vectors that are given are
    not changed, nothing is printed or written, and in eval mode no global chance is moved; every parameter that wants a
    gradient gets one, and parameters and persistent buffers are all that it takes to be the same again.
    """

    @property
    def Config(self) -> type:
        """The frozen dataclass of its settings, every field with its unit and range."""
        ...

    @property
    def window(self) -> int:
        """The most frames that it can look back over."""
        ...

    def __init__(self, config: Any, sizes: Sizes) -> None: ...

    def forward(self, x: Tensor) -> Tensor:
        """x (batch, frame, width) -> (batch, frame, width); 1 to `window` frames, without `keep` any number."""
        ...

    def start(self, batch: int) -> Any:
        """An empty cache for a stream of `batch` songs."""
        ...

    def step(self, x: Tensor, cache: Any) -> tuple[Tensor, Any]:
        """One frame x (batch, width) and the cache, which may change -> (batch, width) and the next cache."""
        ...

    def attention(self, x: Tensor) -> Tensor | None:
        """x (batch, frame, width) -> weights (layer, batch, head, frame, frame) whose rows sum to 1, none on
        later frames; None where there is no attention."""
        ...
