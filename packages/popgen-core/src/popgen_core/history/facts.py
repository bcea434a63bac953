"""What a run was begun with, as far as its folder tells: its recipe, its groups, its songs and their licences."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from popgen_core.groupers import GROUPS
from popgen_core.history.lines import Line, number, read_object

__all__ = ["Facts", "facts_of"]

HEADER_BYTES = 2**26  # a longer header of a checkpoint is none


@dataclass(frozen=True)
class Facts:
    """A run's recipe as a plain table, the names of its groups, what it counts of songs, and the corpus's facts.

    `songs`: how many were trained on, heard for validation and left; `corpus` holds the passport (licences) and what
    else a checkpoint says of its songs. Whatever is not told is empty; `steps_per_epoch` is then 0.
    """

    recipe: dict[str, Any] = field(default_factory=dict)
    groups: tuple[str, ...] = ()
    steps_per_epoch: int = 0
    songs: dict[str, int] = field(default_factory=dict)
    corpus: dict[str, Any] = field(default_factory=dict)
    components: dict[str, Any] = field(default_factory=dict)
    precision: str = ""
    processes: int = 0

    def setting(self, *path: str) -> Any:
        """A setting of the recipe by its keys, such as ("train", "clip"); None where the recipe has none."""
        value: Any = self.recipe
        for key in path:
            value = value.get(key) if isinstance(value, Mapping) else None
        return value


def facts_of(run: Path) -> Facts:
    """The facts of a run's folder; what run.json does not tell is looked for in the newest checkpoint."""
    told = read_object(run / "run.json")
    card = {} if told.get("corpus") else _card(run / "last.safetensors")
    recipe = _recipe(run / "recipe.toml")
    return Facts(
        recipe=recipe,
        groups=_groups(told) or _groups(card) or _groups_of(recipe),
        steps_per_epoch=_whole(told.get("steps_per_epoch")),
        songs={name: _whole(count) for name, count in _table(told, "songs").items()},
        corpus=_table(told, "corpus") or _table(card, "corpus"),
        components=_table(told, "components") or _table(card, "components"),
        precision=str(told.get("precision", "")),
        processes=_whole(told.get("processes")),
    )


def _groups(table: Line) -> tuple[str, ...]:
    groups = table.get("groups")
    return tuple(str(group) for group in groups) if isinstance(groups, list) else ()


def _groups_of(recipe: Mapping[str, Any]) -> tuple[str, ...]:
    """The groups of the grouper that comes with popgen; another's cannot be known from its name."""
    return GROUPS if _table(recipe, "grouper").get("name") == "seven.v1" else ()


def _recipe(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8", errors="replace"))
    except tomllib.TOMLDecodeError:
        return {}


def _card(path: Path) -> Line:
    """What a checkpoint says of itself, from its header alone; nothing where it is missing or damaged.

    safetensors: eight bytes with the header's length, lowest first, then the header as JSON.
    """
    if not path.is_file():
        return {}
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        header = file.read(length) if length <= HEADER_BYTES else b""
    try:
        metadata = json.loads(header)["__metadata__"]
        text = metadata["popgen"]
        sound = hashlib.sha256(text.encode()).hexdigest() == metadata["popgen_sha256"]
        card = json.loads(text) if sound else {}
    except (ValueError, KeyError, TypeError, AttributeError):
        return {}
    return card if isinstance(card, dict) else {}


def _table(line: Mapping[str, Any], name: str) -> dict[str, Any]:
    table = line.get(name)
    return table if isinstance(table, dict) else {}


def _whole(value: Any) -> int:
    found = number(value)
    return int(found) if found == found else 0
