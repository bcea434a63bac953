"""Writing down a run: its states, from which it goes on, and the checkpoints, from which it generates."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch

from popgen_core import __version__
from popgen_core.adapters.file import BEST_ENDING, ENDING, AdapterCard, adapters_in, write_adapter
from popgen_core.adapters.low_rank import adapter_tensors
from popgen_core.checkpoint import BEST, CHECKPOINT, Card, write_checkpoint
from popgen_core.errors import PopgenError
from popgen_core.plugins import Catalogue
from popgen_core.recipe import Recipe
from popgen_core.train.chance import chance_now
from popgen_core.train.place import Place
from popgen_core.train.spread import gathered
from popgen_core.train.start import Start
from popgen_core.train.states import save_state, state_tensors
from popgen_core.train.step import Stepper

__all__ = ["Saver", "components_of"]


def components_of(recipe: Recipe, catalogue: Catalogue) -> dict[str, list[str]]:
    """Which component a recipe takes for each kind -> name, distribution and its version, by kind."""
    offers = {kind: catalogue.find(kind, part.name) for kind, part in recipe.parts.items()}
    return {kind: [offer.card.name, offer.distribution, offer.version] for kind, offer in offers.items()}


class Saver:
    """Saves a run into its folder; `begun` is what the run was begun with, `facts` what generation needs to know.

    Where an adapter learns beside a `start`, its file takes the place of the checkpoint."""

    def __init__(
        self,
        run: Path,
        stepper: Stepper,
        recipe: Recipe,
        begun: Mapping[str, Any],
        facts: Mapping[str, Any],
        start: Start | None = None,
    ) -> None:
        self.start = start
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
        if self.start is None or self.start.adapter is None:
            write_checkpoint(self.run / name, weights, self._card(place))
            return
        card = self._card(place)
        told = AdapterCard(self.start.sha256, self.start.adapter.rank, card.recipe, card.corpus, card.trained)
        write_adapter(self.file(name), adapter_tensors(weights), told)

    def file(self, name: str = CHECKPOINT) -> Path:
        """The file that holds the newest, or the best, of what the run has made."""
        if self.start is None or self.start.adapter is None:
            return self.run / name
        return self.run / f"{self.run.resolve().name}{ENDING if name == CHECKPOINT else BEST_ENDING}"

    def renamed(self) -> list[str]:
        """Call the adapter of a folder that was renamed as the folder is called now -> a line where that was so."""
        own = self.file()
        before = adapters_in(self.run) if own.name.endswith(ENDING) and not own.exists() else []
        if len(before) != 1 or not self.stepper.processes.leads:
            return []
        called = before[0].name.removesuffix(ENDING)
        if (best := self.run / f"{called}{BEST_ENDING}").exists():
            best.replace(self.file(BEST))
        before[0].replace(own)
        return [f"{before[0].name} is called {own.name} now, as its folder is"]

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
