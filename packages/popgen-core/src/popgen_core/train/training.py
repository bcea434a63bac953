"""What is to be trained, and on what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from popgen_core.corpus.dataset import Dataset
from popgen_core.errors import RecipeError
from popgen_core.plugins import Catalogue
from popgen_core.recipe import Recipe
from popgen_core.train.parts import Parts
from popgen_core.train.save import components_of
from popgen_core.train.songs import check_fit
from popgen_core.train.start import Start
from popgen_core.train.step import Stepper

__all__ = ["Training"]


@dataclass(frozen=True)
class Training:
    """What is to be trained, and on what: everything that a run is begun with.

    `parts`: the songs to train on and those to hear, where they are others than the recipe's `train.songs` would take.
    `start`: the checkpoint that training goes on from, None to begin from nothing.
    """

    dataset: Dataset
    recipe: Recipe
    catalogue: Catalogue
    valid: Dataset | None = None
    parts: Parts | None = None
    start: Start | None = None

    def check(self) -> None:
        """Raise RecipeError or DatasetError where recipe and datasets do not fit."""
        if self.recipe.train.pull and self.start is None:
            hint = "go on from a checkpoint with --start, or set train.pull=0"
            raise RecipeError("train.pull draws weights back to a start, and this run has none", hint=hint)
        check_fit(self.recipe, self.dataset)
        if self.valid is not None:
            check_fit(self.recipe, self.valid)

    def asked(self) -> dict[str, Any]:
        """What must be the same when the run goes on, wherever that is."""
        return {
            "recipe": self.recipe.table(),
            "components": components_of(self.recipe, self.catalogue),
            "dataset": self.dataset.sha256,
            "valid": self.valid.sha256 if self.valid else None,
            **({"parts": self.parts.sha256} if self.parts else {}),
            **({"start": self.start.asked()} if self.start else {}),
        }

    def begun(self, stepper: Stepper) -> dict[str, Any]:
        """What must be the same when the run goes on."""
        return {**self.asked(), "precision": stepper.precision, "processes": stepper.processes.size}
