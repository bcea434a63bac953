"""A publishable checkpoint out of a run: its file, copied whole, and a model card that tells what the file knows."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from popgen_core.checkpoint import CHECKPOINT, Card, read_checkpoint
from popgen_core.components import components_from
from popgen_core.errors import CheckpointError, OutputError
from popgen_core.files import made_folder, write_atomically
from popgen_core.shipped.card import model_card
from popgen_core.shipped.telling import NOTHING, About, card_text

__all__ = ["About", "Packed", "pack"]

NAME = re.compile(r"[A-Za-z0-9][\w.-]*")
LICENCE = re.compile(r"[A-Za-z0-9][\w.+-]*( [\w.+-]+)*")


@dataclass(frozen=True)
class Packed:
    """What was made: the checkpoint `file` and its model `card` beside it, the `sha256` of the file, what a package of
    them `requires` ("my-idea==0.3.0"), and the sections of the card with something `to_write` for a person."""

    file: Path
    card: Path
    sha256: str
    requires: tuple[str, ...]
    to_write: tuple[str, ...]


def pack(checkpoint: Path, folder: Path, licence: str, about: About = NOTHING, name: str = "") -> Packed:
    """Copy a checkpoint (a file, or the last one of a run's folder) into `folder` and write its model card beside it.

    The files are called `name`, or as the recipe is. Each is written whole, and both or none. Raises CheckpointError
    for what is no sound checkpoint, a name or licence that cannot be; OutputError where something is in the way.
    """
    source = checkpoint / CHECKPOINT if checkpoint.is_dir() else checkpoint
    card, _ = read_checkpoint(source)
    if "place" in card.trained:
        raise CheckpointError(f"{source} is a state to go on from, not a checkpoint", hint="give the run's folder")
    called = name or str(tomllib.loads(card.recipe).get("name", ""))
    if not NAME.fullmatch(called):
        raise CheckpointError(f"{called!r} is no name for a checkpoint", hint="use letters, digits, '.', '_' and '-'")
    if not LICENCE.fullmatch(licence):
        raise CheckpointError(f"{licence!r} is no name of a licence", hint="such as mit, cc-by-4.0 or other")
    content = source.read_bytes()
    sha256 = hashlib.sha256(content).hexdigest()
    file, beside = folder / f"{called}.safetensors", folder / f"{called}.md"
    text = card_text(called, card, licence, sha256, about)
    read = model_card(text, str(beside))  # what the reader would refuse is not written
    _write(folder, {file: content, beside: text.encode("utf-8", "backslashreplace")})
    return Packed(file, beside, sha256, _requires(card), read.to_write)


def _write(folder: Path, files: dict[Path, bytes]) -> None:
    """Write files whole, and all or none. Raises OutputError; nothing is overwritten."""
    for path in files:
        if path.exists() or path.is_symlink():
            raise OutputError(f"{path} exists already", hint="choose another name or folder, or remove it")
    done: list[Path] = []
    with made_folder(folder):
        try:
            for path, content in files.items():
                write_atomically(path, content)
                done.append(path)
        except BaseException as error:
            for path in done:
                path.unlink(missing_ok=True)
            if isinstance(error, OSError):
                why = error.strerror or error
                raise OutputError(f"{error.filename or folder} cannot be written: {why}") from error
            raise


def _requires(card: Card) -> tuple[str, ...]:
    """What must be installed to load a checkpoint: popgen's own distributions, a stranger's in its very version."""
    found = components_from(card.components)
    own = {"popgen-core[torch]": card.popgen}
    own |= {one.distribution: one.version for one in found if one.builtin and one.distribution != "popgen-core"}
    strangers = {one.distribution: one.version for one in found if not one.builtin}
    return (*_bound(own, ">="), *_bound(strangers, "=="))


def _bound(versions: Mapping[str, str], how: str) -> list[str]:
    """Requirements on distributions, sorted; one whose version is not known is asked for as it is."""
    return [name + (how + number if number[:1].isdigit() else "") for name, number in sorted(versions.items())]
