"""Which figures of two recipes can be compared: a loss only where both measure it alike."""

from __future__ import annotations

from typing import Any

from popgen_core.errors import RecipeError
from popgen_core.recipe import Recipe
from popgen_core.series.yardstick import MEASURES
from popgen_core.train.begun import differences

__all__ = ["comparable_figures"]

LOSSES = ("valid_loss", "best_loss")
OF_THE_LOSS = ("grid", "quantise", "grouper", "loss")  # the tables of a recipe that say what a loss is of
NAMES = ("name", "summary")


def comparable_figures(recipe: Recipe, against: Recipe) -> tuple[tuple[str, ...], list[str]]:
    """The names of the figures that two recipes measure alike, and a note on those that they do not.

    Raises RecipeError for two recipes that are the same.
    """
    tables = [{name: value for name, value in one.table().items() if name not in NAMES} for one in (recipe, against)]
    if not differences(*tables):
        raise RecipeError("both recipes are the same", hint="change the second with --against-set")
    found = differences(*(_of_the_loss(one) for one in (recipe, against)))
    if not found:
        return (*LOSSES, *MEASURES), []
    names = ", ".join(line.partition(":")[0] for line in found)
    note = f"the losses of the two recipes cannot be compared: they differ in {names}, and so in what they measure"
    return MEASURES, [note]


def _of_the_loss(recipe: Recipe) -> dict[str, Any]:
    table = recipe.table()
    return {**{name: table[name] for name in OF_THE_LOSS}, "train": {"group_weights": table["train"]["group_weights"]}}
