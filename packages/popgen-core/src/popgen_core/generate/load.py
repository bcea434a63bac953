"""From a checkpoint file, the folder of a run, or the name of a shipped one to a model that can write."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import torch

from popgen_core.adapters.style import Style, merged, styled_facts, styles_for
from popgen_core.assemble import assemble
from popgen_core.checkpoint import Card, read_checkpoint
from popgen_core.components import Component, check_components, components_from, installed, own_catalogue
from popgen_core.errors import Refused
from popgen_core.model import Model
from popgen_core.plugins import Catalogue
from popgen_core.recipe import Recipe, recipe_from_toml
from popgen_core.shipped import STARTER, checkpoint_file

__all__ = ["Loaded", "load_checkpoint", "strangers_of"]


@dataclass(frozen=True)
class Loaded:
    """A model in eval mode with the recipe that made it, its card, its file and the sha256 of the whole file.

    `strangers`: those of its components that did not come with popgen, in the versions that are installed; `remarks`: a
    line where one of them has another version than the checkpoint was made with. `styles` are mixed into the weights.
    """

    model: Model
    recipe: Recipe
    card: Card
    sha256: str
    file: Path = Path()
    strangers: tuple[Component, ...] = ()
    remarks: tuple[str, ...] = ()
    styles: tuple[Style, ...] = ()


def load_checkpoint(
    path: Path | None, catalogue: Catalogue, force: bool = False, styles: Mapping[Path, float] | None = None
) -> Loaded:
    """Load a checkpoint file, the last one of a run folder, or one that a distribution ships under a name; None loads
    the installed starter. `styles` are files of adapters and how strongly each is mixed in.

    Each component is taken of the distribution that it was of then. Raises CheckpointError when the file is damaged;
    Refused when a component is missing, when a stranger's has another version (unless `force`), or when weights or
    controls do not fit, or a style belongs to another one; PluginError when a component cannot be imported or made.
    """
    file, path = checkpoint_file(path, catalogue), path or Path(STARTER)
    card, tensors = read_checkpoint(file)
    sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
    mixed = styles_for(sha256, path, styles or {})
    made_with = components_from(card.components)
    remarks = check_components(made_with, catalogue, str(path), force=force)
    own = own_catalogue(made_with, catalogue)
    for one in made_with:
        own.load(one.kind, one.name)  # what cannot be imported is the defect of its distribution, not of the recipe
    recipe = recipe_from_toml(card.recipe, own)
    strangers = tuple(one for one in installed(made_with, catalogue) if not one.builtin)
    model = Model(assemble(recipe))
    known = [[name, size] for name, size in model.sizes.controls.parts]
    if known != card.controls:
        raise Refused(f"{path} was trained with the controls {card.controls}, this popgen makes {known}")
    try:
        model.load_state_dict({name: torch.from_numpy(value) for name, value in merged(tensors, mixed, path).items()})
    except RuntimeError as error:
        first = str(error).splitlines()[-1].strip()
        hint = "install the versions that it was made with" if remarks else ""
        raise Refused(f"the weights of {path} do not fit its recipe: {first}", hint=hint) from error
    card = replace(card, corpus=styled_facts(card.corpus, mixed)) if mixed else card
    return Loaded(model.eval(), recipe, card, sha256, file, strangers, remarks, mixed)


def strangers_of(loaded: Loaded) -> dict[str, str]:
    """By kind, whose component writes, in which version; of those alone that did not come with popgen."""
    return {one.kind: f"{one.name} of {one.distribution} {one.version}" for one in loaded.strangers}
