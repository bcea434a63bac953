"""What a checkpoint's file says of itself in its header, read without torch and without its weights."""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["Weights", "weights_at"]

LONGEST = 100_000_000  # bytes of a header that safetensors takes


@dataclass(frozen=True)
class Weights:
    """A checkpoint's file: its size, its recipe by name and summary, its groups, the popgen that wrote it,
    and how its numbers are stored: float, half or int8."""

    file: str
    bytes: int
    recipe: str
    summary: str
    groups: tuple[str, ...]
    popgen: str
    stored: str = "float"


def weights_at(path: Path) -> Weights:
    """A checkpoint's file by its header: 8 bytes of length, then JSON. Raises ValueError or OSError for another file.

    Of the weights nothing is looked at but whether all of them are there: whoever loads them compares their digests.
    """
    try:
        card = _card(path)
        recipe = tomllib.loads(str(card.get("recipe", "")))
        groups = tuple(str(group) for group in card.get("groups", ()))
    except (AttributeError, KeyError, TypeError, tomllib.TOMLDecodeError) as error:
        raise ValueError(f"{path} is damaged: its header is no card") from error
    name, summary = str(recipe.get("name", "")), str(recipe.get("summary", ""))
    popgen, stored = str(card.get("popgen", "")), str(card.get("weights", "float"))
    return Weights(str(path), path.stat().st_size, name, summary, groups, popgen, stored)


def _card(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        if not 0 < length < LONGEST:
            raise ValueError(f"{path} is no safetensors file")
        header = _header(path, file.read(length), length)
    metadata = header.get("__metadata__", {}) if isinstance(header, dict) else {}
    card = json.loads(metadata.get("popgen", "null"))
    if not isinstance(card, dict):
        raise ValueError(f"{path} holds weights, but not popgen's")
    return card


def _header(path: Path, read: bytes, length: int) -> Any:
    """The header, where it is whole and so is the file: each tensor says at which byte after the header it ends."""
    cut = f"{path} is damaged or cut short"
    if len(read) < length:
        raise ValueError(cut)
    try:
        header = json.loads(read)
    except ValueError as error:
        raise ValueError(cut) from error
    rows = header.items() if isinstance(header, dict) else ()
    ends = [row["data_offsets"][1] for name, row in rows if name != "__metadata__"]
    if path.stat().st_size < 8 + length + max(ends, default=0):
        raise ValueError(cut)
    return header
