"""Writing down a run: its states, from which it goes on, and the checkpoints, from which it generates."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch

from popgen_core import __version__
from popgen_core.checkpoint import BEST, CHECKPOINT, Card, write_checkpoint
from popgen_core.errors import PopgenError
from popgen_core.plugins import Catalogue
from popgen_core.recipe import Recipe
from popgen_core.train.chance import chance_now
from popgen_core.train.place import Place
from popgen_core.train.spread import gathered
from popgen_core.train.states import save_state, state_tensors
from popgen_core.train.step import Stepper

__all__ = ["Saver", "components_of"]


def components_of(recipe: Recipe, catalogue: Catalogue) -> dict[str, list[str]]:
    """Which component a recipe takes for each kind -> name, distribution and its version, by kind."""
    offers = {kind: catalogue.find(kind, part.name) for kind, part in recipe.parts.items()}
    return {kind: [offer.card.name, offer.distribution, offer.version] for kind, offer in offers.items()}


class Saver:
    """Saves a run into its folder; `begun` is what the run was begun with, `facts` what generation needs to know."""

    def __init__(
        self, run: Path, stepper: Stepper, recipe: Recipe, begun: Mapping[str, Any], facts: Mapping[str, Any]
    ) -> None:
        self.run, self.stepper, self.recipe, self.begun, self.facts = run, stepper, recipe, begun, facts

    def save(self, place: Place) -> None:
        """Write the state, then the newest checkpoint. Weights that are no numbers are refused by PopgenError."""
        tensors = state_tensors(self.stepper, self.stepper.processes.gather(chance_now()))
        weights = _weights(tensors)  # by all processes: none may go on where the leading one refuses
        if not self.stepper.processes.leads:
            return
        save_state(self.run, tensors, self._card(place), place, self.recipe.train.keep)
        self._checkpoint(CHECKPOINT, weights, place)

    def save_best(self, place: Place) -> None:
        """Write the checkpoint of the lowest validation loss."""
        told = {f"model/{name}": value.numpy() for name, value in gathered(self.stepper.learner).items()}
        weights = _weights(told)
        if self.stepper.processes.leads:
            self._checkpoint(BEST, weights, place)

    def _checkpoint(self, name: str, weights: Mapping[str, Any], place: Place) -> None:
        write_checkpoint(self.run / name, weights, self._card(place))

    def _card(self, place: Place) -> Card:
        sizes = self.stepper.model.sizes
        return Card(
            recipe=self.recipe.toml(),
            groups=list(sizes.roll.groups),
            controls=[[name, size] for name, size in sizes.controls.parts],
            components=dict(self.begun["components"]),
            corpus=dict(self.facts),
            trained={
                "epochs": place.epoch,
                "steps": place.steps,
                "seconds": round(place.seconds, 1),
                "first_loss": _number(place.first_loss),
                "loss": _number(place.loss),
                "valid_loss": _number(place.valid_loss),
                "threads": torch.get_num_threads(),
                "begun": dict(self.begun),
            },
            popgen=__version__,
        )


def _number(value: float) -> float | None:
    return round(value, 4) if math.isfinite(value) else None


def _weights(tensors: Mapping[str, Any]) -> dict[str, Any]:
    """The model's weights among the tensors of a state; PopgenError where they are no numbers."""
    weights = {name.removeprefix("model/"): v for name, v in tensors.items() if name.startswith("model/")}
    wrong = [name for name, value in weights.items() if value.dtype.kind == "f" and not np.isfinite(value).all()]
    if wrong:
        raise PopgenError(
            f"{len(wrong)} of {len(weights)} weights are no numbers any more, first {wrong[0]}; they are not saved",
            hint="lower train.learning_rate, or set train.precision=float32, and go on with --resume --force",
        )
    return weights
