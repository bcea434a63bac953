"""The recipe of fine-tuning: the start's own, with settings that suit a few songs, and what may be changed of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fnmatch import fnmatch
from typing import Any

from popgen_core.errors import RecipeError
from popgen_core.plugins import Catalogue
from popgen_core.recipe import Recipe, recipe_from_toml
from popgen_core.train.start import Start

__all__ = ["ADAPTER_SETTINGS", "SETTINGS", "start_recipe"]

# measured on ten songs beside the songs that the start had learnt from: benchmarks/finetune.py, docs/training.md
SETTINGS: tuple[str, ...] = (
    "train.songs=train",
    "train.times={}",  # of folders that these songs do not lie in
    "train.epochs=8",
    "train.minutes=0",
    "train.batch=4",
    "train.micro_batch=0",
    "train.optimizer=adamw",
    "train.learning_rate=1e-4",
    "train.schedule=cosine",
    "train.warmup_steps=10",
    "train.weight_decay=0",
    "train.pull=0",
    "train.patience=0",
)
ADAPTER_SETTINGS = ("train.learning_rate=1e-3",)
# what does not change the model that the start's weights are of, nor what its songs are
FREE: tuple[str, ...] = ("name", "summary", "seed", "train.*", "augment.*", "*.dropout", "backbone.recompute", "loss.*")
FREE += ("controls.drop", "controls.drop_all", "controls.forget", "controls.given")
FIXED = ("train.window", "loss.name")


def start_recipe(start: Start, catalogue: Catalogue, changes: Sequence[str] = ()) -> Recipe:
    """The recipe of a start, completed, changed to suit a few songs, then as the user says.

    Raises RecipeError, naming all of them, for changes that would make it another model.
    """
    own = recipe_from_toml(start.card.recipe, catalogue)
    settings = (*SETTINGS, *(ADAPTER_SETTINGS if start.adapter else ()))
    recipe = recipe_from_toml(start.card.recipe, catalogue, [*settings, *changes])
    before, now = _flat(own.table()), _flat(recipe.table())
    wrong = [name for name in {**before, **now} if before.get(name) != now.get(name) and not _free(name)]
    if start.adapter and recipe.train.parallel == "fsdp":
        raise RecipeError("--adapter cannot be trained with train.parallel=fsdp", hint="add --set train.parallel=ddp")
    if wrong:
        told = "; ".join(f"{name} is {before.get(name)} there, --set says {now.get(name)}" for name in wrong)
        raise RecipeError(
            f"--start goes on with the model of {start.named}: {told}",
            hint="leave that as it is, or train anew without --start",
        )
    return recipe


def _free(name: str) -> bool:
    return name not in FIXED and any(fnmatch(name, pattern) for pattern in FREE)


def _flat(table: Mapping[str, Any], path: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in table.items():
        found |= _flat(value, f"{path}{name}.") if isinstance(value, Mapping) else {f"{path}{name}": value}
    return found
