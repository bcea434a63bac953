"""Which file is meant: a checkpoint's own path, the last one of a run's folder, or one that a distribution ships."""

from __future__ import annotations

import hashlib
from difflib import get_close_matches
from os import PathLike
from pathlib import Path

from popgen_core.checkpoint import CHECKPOINT
from popgen_core.errors import CheckpointError, PluginError
from popgen_core.plugins import Catalogue
from popgen_core.shipped.card import ModelCard, read_model_card

__all__ = ["checkpoint_file", "shipped_file", "verified"]


def checkpoint_file(path: Path, catalogue: Catalogue) -> Path:
    """The checkpoint file that a user means: what lies at `path` wins over a shipped one of this name.

    Raises CheckpointError where it is neither, with a guess at what was meant, and else as `shipped_file`.
    """
    if path.is_dir():
        return path / CHECKPOINT
    names = catalogue.named("checkpoint")
    if path.exists() or not names:
        return path
    plain = str(path).rpartition(":")[2]
    if plain in names:
        return shipped_file(str(path), catalogue)
    close = get_close_matches(plain, names, n=1)
    hint = f"did you mean {close[0]!r}?" if close else f"give a file, a run folder, or a name: {', '.join(names)}"
    raise CheckpointError(f"{path} is no checkpoint file, nor the name of one that is installed", hint=hint)


def shipped_file(name: str, catalogue: Catalogue) -> Path:
    """The file of a checkpoint that is installed under a name (`dist:name` says whose), verified by its model card.

    Raises PluginError where nobody or several offer it, or its distribution does not say where it lies; CheckpointError
    where the file is not the one that its model card speaks of.
    """
    offer, where = catalogue.find("checkpoint", name), catalogue.load("checkpoint", name)
    what = f"checkpoint {offer.card.name!r} of {offer.distribution}"
    try:
        answer = where()
    except Exception as error:  # a stranger's function may raise anything
        line = " ".join(f"{type(error).__name__}: {error}".split())
        raise PluginError(
            f"{what} does not say where it lies: {line}", hint=f"reinstall {offer.distribution}"
        ) from error
    if not isinstance(answer, (str, PathLike)):
        raise PluginError(
            f"{what} does not say where it lies: its target returned {type(answer).__name__}, not a path",
            hint=f"this is a defect of {offer.distribution}",
        )
    try:
        verified(Path(answer))
    except CheckpointError as error:
        raise CheckpointError(f"{what}: {error.message}", hint=f"reinstall {offer.distribution}") from error
    return Path(answer)


def verified(file: Path) -> ModelCard:
    """The model card beside a checkpoint's file. Raises CheckpointError where the file is not what the card says."""
    if not file.is_file():
        raise CheckpointError(f"{file} is not there", hint="a checkpoint is a file of its package")
    card = read_model_card(file.with_suffix(".md"))
    with file.open("rb") as opened:
        found = hashlib.file_digest(opened, "sha256").hexdigest()
    if found != card.sha256:
        raise CheckpointError(
            f"{file} is not the file that its model card speaks of: its sha256 is {found[:12]}, not {card.sha256[:12]}",
            hint="use another copy, or write the sha256 of the file into its card",
        )
    return card
