"""The record of a finished run of a series, by which it is not trained again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from popgen_core.checkpoint import CHECKPOINT, read_checkpoint
from popgen_core.errors import CheckpointError, Refused
from popgen_core.files import json_bytes, write_atomically
from popgen_core.recipe import recipe_from_toml
from popgen_core.train.begun import differences
from popgen_core.train.run import Training

__all__ = ["Record", "finished", "write_record"]

SCHEMA = 1


@dataclass(frozen=True)
class Record:
    """A finished run: `name` of its folder, its seed, sha256 of its checkpoint, songs by part, why it ended.

    `figures` of it, all of them better when lower; None for one that was not measured. `best_epoch`: after how many
    epochs the validation loss was lowest, 0 where there is none.
    """

    name: str
    seed: int
    checkpoint: str
    songs: dict[str, int]
    epochs: int
    steps: int
    best_epoch: int
    stopped: str
    figures: dict[str, float | None]


def write_record(file: Path, record: Record) -> None:
    """Write a record whole or not at all."""
    write_atomically(file, json_bytes({"schema": SCHEMA, **asdict(record)}))


def finished(file: Path, training: Training, *, force: bool = False) -> Record | None:
    """The record of the run in whose folder `file` lies; None if it is not finished.

    Raises Refused for one whose checkpoint is another than it tells of, or was trained by another recipe or on other
    songs; with `force` the latter counts as not finished.
    """
    if not file.is_file():
        return None
    hint = f"remove {file.parent} to train it anew"
    try:
        record = _read(file)
        card, _ = read_checkpoint(file.parent / CHECKPOINT)
    except CheckpointError as error:
        raise Refused(f"{file.parent} is finished, but not whole: {error.message}", hint=hint) from error
    if card.sha256 != record.checkpoint:
        raise Refused(f"{file.parent / CHECKPOINT} is not the checkpoint that {file.name} tells of", hint=hint)
    recipe = recipe_from_toml(card.recipe, training.catalogue)  # settings of today filled in
    trained = {**card.trained["begun"], "recipe": recipe.table()}
    wanted = training.asked()
    found = differences({name: trained.get(name) for name in wanted}, wanted)
    if found and not force:
        raise Refused(f"{file.parent} was trained otherwise: {'; '.join(found)}", hint=hint)
    return None if found else record


def _read(file: Path) -> Record:
    try:
        plain: Mapping[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        return Record(**{name: plain[name] for name in Record.__dataclass_fields__})
    except (ValueError, KeyError, TypeError) as error:
        raise CheckpointError(f"{file.name} does not tell of a run ({error})") from error
