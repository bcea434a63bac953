"""The contract of a shipped checkpoint: a name for weights that come as a resource of a pip package."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

__all__ = ["ShippedCheckpoint"]


class ShippedCheckpoint(Protocol):
    """What the target of a `checkpoint` card is: a callable that says where its file lies."""

    def __call__(self) -> Path:
        """The path of the checkpoint file inside the installed package."""
        ...
