"""A publishable checkpoint out of a run: its file, whole or with its weights in fewer bytes, and its model card."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from popgen_core import __version__
from popgen_core.checkpoint import CHECKPOINT, STORED, Card, checkpoint_bytes, read_checkpoint
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


def pack(
    checkpoint: Path, folder: Path, licence: str, about: About = NOTHING, name: str = "", weights: str | None = None
) -> Packed:
    """Put a checkpoint (a file, or the last one of a run's folder) into `folder` and write its model card beside it.

    `weights` says how its numbers are stored, float, half or int8; None copies the file as it is. The files are called
    `name`, or as the recipe is. Each is written whole, and both or none. Raises CheckpointError for what is no sound
    checkpoint, a name, licence or way that cannot be; OutputError where something is in the way.
    """
    source = checkpoint / CHECKPOINT if checkpoint.is_dir() else checkpoint
    card, content = _stored(source, weights)
    called = name or str(tomllib.loads(card.recipe).get("name", ""))
    if not NAME.fullmatch(called):
        raise CheckpointError(f"{called!r} is no name for a checkpoint", hint="use letters, digits, '.', '_' and '-'")
    if not LICENCE.fullmatch(licence):
        raise CheckpointError(f"{licence!r} is no name of a licence", hint="such as mit, cc-by-4.0 or other")
    sha256 = hashlib.sha256(content).hexdigest()
    file, beside = folder / f"{called}.safetensors", folder / f"{called}.md"
    text = card_text(called, card, licence, sha256, len(content), about)
    read = model_card(text, str(beside))  # what the reader would refuse is not written
    _write(folder, {file: content, beside: text.encode("utf-8", "backslashreplace")})
    return Packed(file, beside, sha256, _requires(card), read.to_write)


def _stored(source: Path, weights: str | None) -> tuple[Card, bytes]:
    """A checkpoint's card and its file, as it is or stored in another way."""
    card, tensors = read_checkpoint(source)
    if "place" in card.trained:
        raise CheckpointError(f"{source} is a state to go on from, not a checkpoint", hint="give the run's folder")
    if weights in (None, card.weights):
        return card, source.read_bytes()
    if weights not in STORED:
        raise CheckpointError(f"{weights!r} is no way to store weights", hint=f"ways are: {', '.join(STORED)}")
    if card.weights != STORED[0]:
        raise CheckpointError(
            f"{source} is stored as {card.weights} already, not to be made {weights}", hint="give the run's own file"
        )
    card = replace(card, weights=str(weights))
    return card, checkpoint_bytes(tensors, card)[0]


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
    own = {"popgen-core[torch]": card.popgen if card.weights == STORED[0] else __version__}  # which reads that way
    own |= {one.distribution: one.version for one in found if one.builtin and one.distribution != "popgen-core"}
    strangers = {one.distribution: one.version for one in found if not one.builtin}
    return (*_bound(own, ">="), *_bound(strangers, "=="))


def _bound(versions: Mapping[str, str], how: str) -> list[str]:
    """Requirements on distributions, sorted; one whose version is not known is asked for as it is."""
    return [name + (how + number if number[:1].isdigit() else "") for name, number in sorted(versions.items())]
