"""The contract of a backbone: each frame's vector learns what came before it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from popgen_core.contracts.sizes import Sizes

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["Backbone"]


class Backbone(Protocol):
    """A causal torch module over frames.

    Laws, in eval mode: row t of the result sees rows up to t; `step` equals `forward` over the frames in its
    cache. A stream may run for ever: when the cache holds `window` frames it is rebuilt from its newest ones.
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
        """x (batch, frame, width) -> (batch, frame, width); at most `window` frames."""
        ...

    def start(self, batch: int) -> Any:
        """An empty cache for a stream of `batch` songs."""
        ...

    def step(self, x: Tensor, cache: Any) -> tuple[Tensor, Any]:
        """One frame x (batch, width) and the cache -> (batch, width) and the next cache."""
        ...

    def attention(self, x: Tensor) -> Tensor | None:
        """x (batch, frame, width) -> weights (layer, batch, head, frame, frame) whose rows sum to 1, or None."""
        ...
