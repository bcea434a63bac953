"""Which file is meant: a checkpoint's own path, the last one of a run's folder, or one that a distribution ships."""

from __future__ import annotations

import hashlib
import re
from difflib import get_close_matches
from os import PathLike
from pathlib import Path
from typing import NoReturn

from popgen_core.checkpoint import CHECKPOINT
from popgen_core.errors import CheckpointError, PluginError, from_wheels
from popgen_core.plugins import Catalogue
from popgen_core.plugins.loader import BUILTIN, normal
from popgen_core.plugins.making import blaming
from popgen_core.shipped.card import ModelCard, read_model_card

__all__ = ["STARTER", "checkpoint_file", "newest", "shipped_file", "verified"]

STARTER = "starter"  # the one that is meant where none is named


def checkpoint_file(path: Path | None, catalogue: Catalogue) -> Path:
    """The checkpoint file that a user means: what lies at `path` wins over a shipped one of this name.

    None is the installed starter. A name without its version is the newest of that name. Raises CheckpointError where
    it is neither, with a guess at what was meant, PluginError where the starter is meant and not installed, and else as
    `shipped_file`.
    """
    if path is None:
        return shipped_file(newest(STARTER, catalogue) or _no_starter(), catalogue)
    if path.is_dir():
        return path / CHECKPOINT
    if path.exists():
        return path
    if name := newest(str(path), catalogue):
        return shipped_file(name, catalogue)
    plain = str(path).rpartition(":")[2]
    if re.fullmatch(rf"{STARTER}(\.v\d+)?", plain) and not newest(STARTER, catalogue):
        _no_starter()
    names = catalogue.named("checkpoint")
    if not names:
        return path
    close = get_close_matches(plain, names, n=1)
    hint = f"did you mean {close[0]!r}?" if close else f"give a file, a run folder, or a name: {', '.join(names)}"
    raise CheckpointError(f"{path} is no checkpoint file, nor the name of one that is installed", hint=hint)


def newest(name: str, catalogue: Catalogue) -> str:
    """The name of an installed checkpoint, as it is or with its highest version; "" where there is none.

    Where popgen's own is of that name, a stranger's later version is not meant: `dist:name` asks for it.
    """
    owner, _, plain = name.rpartition(":")
    offers = [one for one in catalogue.offers if one.card.kind == "checkpoint"]
    offers = [one for one in offers if normal(owner) in ("", normal(one.distribution))]
    if any(one.card.name == plain for one in offers):
        return name
    found = [(one, match) for one in offers if (match := re.fullmatch(rf"{re.escape(plain)}\.v(\d+)", one.card.name))]
    own = [(one, match) for one, match in found if one.distribution in BUILTIN]
    versions = [int(match[1]) for _, match in own or found]
    return f"{name}.v{max(versions)}" if versions else ""


def _no_starter() -> NoReturn:
    raise PluginError(
        "no checkpoint is named, and the starter is not installed",
        hint=f"{from_wheels('popgen-starter')}, or train a model of your own: popgen train DATASET -o RUN",
    )


def shipped_file(name: str, catalogue: Catalogue) -> Path:
    """The file of a checkpoint that is installed under a name (`dist:name` says whose), verified by its model card.

    Raises PluginError where nobody or several offer it, or its distribution does not say where it lies; CheckpointError
    where the file is not the one that its model card speaks of.
    """
    offer, where = catalogue.find("checkpoint", name), catalogue.load("checkpoint", name)
    what = f"checkpoint {offer.card.name!r} of {offer.distribution}"
    with blaming(offer, "does not say where it lies", hint=f"reinstall {offer.distribution}"):
        answer = where()
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
