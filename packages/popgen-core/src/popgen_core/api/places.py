"""What the facade takes: places in the file system, and who is shown its progress."""

from __future__ import annotations

from collections.abc import Callable
from os import PathLike

__all__ = ["Place", "Shown"]

Place = str | PathLike[str]
Shown = Callable[[int, int, str], None]  # done, of how many, a few words
