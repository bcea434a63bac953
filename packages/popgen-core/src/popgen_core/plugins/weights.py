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
    """A checkpoint's file: its size, its recipe by name and summary, its groups, and the popgen that wrote it."""

    file: str
    bytes: int
    recipe: str
    summary: str
    groups: tuple[str, ...]
    popgen: str


def weights_at(path: Path) -> Weights:
    """A checkpoint's file by its header: 8 bytes of length, then JSON. Raises ValueError or OSError for another file.

    Nothing is verified here: whoever loads the weights compares their digests.
    """
    card = _card(path)
    recipe = tomllib.loads(str(card.get("recipe", "")))
    groups = tuple(str(group) for group in card.get("groups", ()))
    name, summary = str(recipe.get("name", "")), str(recipe.get("summary", ""))
    return Weights(str(path), path.stat().st_size, name, summary, groups, str(card.get("popgen", "")))


def _card(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        if not 0 < length < LONGEST:
            raise ValueError(f"{path} is no safetensors file")
        header = json.loads(file.read(length))
    metadata = header.get("__metadata__", {}) if isinstance(header, dict) else {}
    card = json.loads(metadata.get("popgen", "null"))
    if not isinstance(card, dict):
        raise ValueError(f"{path} holds weights, but not popgen's")
    return card
