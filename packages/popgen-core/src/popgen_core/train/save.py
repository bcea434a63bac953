"""Writing the checkpoint of a run: weights as numpy, and the card that says what they are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from popgen_core import __version__
from popgen_core.checkpoint import CHECKPOINT, Card, write_checkpoint
from popgen_core.plugins import Catalogue
from popgen_core.recipe import Recipe
from popgen_core.train.state import Place
from popgen_core.train.step import Stepper

__all__ = ["save_model"]


def save_model(
    run: Path, stepper: Stepper, catalogue: Catalogue, recipe: Recipe, place: Place, facts: dict[str, Any]
) -> Path:
    """Write the run's checkpoint atomically -> its path."""
    sizes = stepper.model.sizes
    offers = {kind: catalogue.find(kind, part.name) for kind, part in recipe.parts.items()}
    card = Card(
        recipe=recipe.toml(),
        groups=list(sizes.roll.groups),
        controls=[[name, size] for name, size in sizes.controls.parts],
        components={kind: [offer.card.name, offer.distribution, offer.version] for kind, offer in offers.items()},
        corpus=facts,
        trained={
            "epochs": place.epoch,
            "steps": place.steps,
            "seconds": round(place.seconds, 1),
            "first_loss": round(place.first_loss, 4),
            "loss": round(place.loss, 4),
        },
        popgen=__version__,
    )
    tensors = {name: value.detach().cpu().numpy() for name, value in stepper.model.state_dict().items()}
    path = run / CHECKPOINT
    write_checkpoint(path, tensors, card)
    return path
