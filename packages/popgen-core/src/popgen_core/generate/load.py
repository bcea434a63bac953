"""From a checkpoint file, or the folder of a run, to a model that can write."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import torch

from popgen_core.assemble import assemble
from popgen_core.checkpoint import CHECKPOINT, Card, read_checkpoint
from popgen_core.errors import Refused
from popgen_core.model import Model
from popgen_core.plugins import Catalogue
from popgen_core.recipe import Recipe, recipe_from_toml

__all__ = ["Loaded", "load_checkpoint"]


@dataclass(frozen=True)
class Loaded:
    """A model in eval mode with the recipe that made it, its card, and the sha256 of the whole file."""

    model: Model
    recipe: Recipe
    card: Card
    sha256: str


def load_checkpoint(path: Path, catalogue: Catalogue) -> Loaded:
    """Load a checkpoint file, the last one of a run folder, or one that a distribution ships under a name.

    Raises CheckpointError when it is damaged; Refused when a component that it was made with is missing, or its
    weights or controls do not fit.
    """
    file = _file_of(path, catalogue)
    card, tensors = read_checkpoint(file)
    _check_components(card, catalogue, file)
    recipe = recipe_from_toml(card.recipe, catalogue)
    parts = assemble(recipe)
    model = Model(parts)
    known = [[name, size] for name, size in parts.sizes.controls.parts]
    if known != card.controls:
        raise Refused(f"{file} was trained with the controls {card.controls}, this popgen makes {known}")
    try:
        model.load_state_dict({name: torch.from_numpy(value) for name, value in tensors.items()})
    except RuntimeError as error:
        first = str(error).splitlines()[-1].strip()
        raise Refused(f"the weights of {file} do not fit its recipe: {first}") from error
    return Loaded(model.eval(), recipe, card, hashlib.sha256(file.read_bytes()).hexdigest())


def _file_of(path: Path, catalogue: Catalogue) -> Path:
    """Where the weights are: a file, the last checkpoint of a run, or what a `checkpoint` card names."""
    if path.is_dir():
        return path / CHECKPOINT
    if not path.exists() and str(path) in catalogue.named("checkpoint"):
        return Path(catalogue.load("checkpoint", str(path))())
    return path


def _check_components(card: Card, catalogue: Catalogue, file: Path) -> None:
    """Say exactly what to install when a component that the checkpoint needs is not here."""
    offered = {(offer.card.kind, offer.card.name, offer.distribution) for offer in catalogue.offers}
    for kind, (name, distribution, version) in card.components.items():
        if (kind, name, distribution) not in offered:
            raise Refused(
                f"{file} needs the {kind} {name!r}, which is not installed", hint=f"install {distribution} {version}"
            )
