"""What the facade takes: places in the file system, and who is shown its progress."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from os import PathLike
from pathlib import Path

__all__ = ["Place", "Shown", "Styles", "style_files"]

Place = str | PathLike[str]
Styles = Mapping[str, float] | Mapping[Path, float]  # files of adapters, and how strongly each is mixed in
Shown = Callable[[int, int, str], None]  # done, of how many, a few words


def style_files(styles: Styles | None) -> dict[Path, float]:
    """Files of adapters and how strongly each is mixed in."""
    return {Path(place): strength for place, strength in (styles or {}).items()}
