"""From a recipe and a dataset to everything that a run trains with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from popgen_core.assemble import assemble
from popgen_core.model import Model
from popgen_core.plan import plan_of
from popgen_core.plan.book import book_of
from popgen_core.recipe import Recipe
from popgen_core.train.chance import begin_chance
from popgen_core.train.memory import refuse_too_large
from popgen_core.train.parts import Parts, parts_of
from popgen_core.train.processes import Processes
from popgen_core.train.rates import cell_rates, corpus_facts, group_weights
from popgen_core.train.songs import load_songs
from popgen_core.train.step import Stepper
from popgen_core.train.training import Training
from popgen_core.train.windows import Windows

__all__ = ["Made", "made_ready"]

OTHER_CHANCE = 1_000_003  # between the seeds of two processes: each drops values of its own


@dataclass(frozen=True)
class Made:
    """What a run trains with, made from its recipe and its songs; `facts` is what generation needs to know of them."""

    stepper: Stepper
    windows: Windows
    valid: Windows | None
    divided: Parts
    facts: dict[str, Any]


def made_ready(training: Training, processes: Processes) -> Made:
    """Model, optimiser and windows, all chance begun from the recipe's seed. Raises RecipeError for too large ones."""
    recipe, config = training.recipe, training.recipe.train
    begin_chance(recipe.header.seed)
    parts = assemble(recipe)
    model, divided = Model(parts), training.parts or parts_of(training.dataset, config.songs, training.valid)
    songs, stored = load_songs(divided.train, recipe)
    facts = corpus_facts(stored, model.sizes.roll.groups) | {"dataset": training.dataset.sha256, **divided.passport()}
    if recipe.controls.known:
        facts["plans"] = book_of(plan_of(song.song()) for song in stored).to_plain()
    windows = Windows(
        songs, model.sizes, config.window, model.context, recipe.augment, facts["drums"], recipe.controls, model.ahead
    )
    model.decoder.prime(cell_rates(songs, model.sizes))
    weights = group_weights(config.group_weights, songs, model.sizes)
    stepper = Stepper(model, parts.loss, weights, config, processes)
    if processes.rank:
        begin_chance(recipe.header.seed + OTHER_CHANCE * processes.rank)
    refuse_too_large(stepper, windows, config.batch, config.micro_batch or config.batch)
    return Made(stepper, windows, _heard(divided, recipe, model), divided, facts)


def _heard(divided: Parts, recipe: Recipe, model: Model) -> Windows | None:
    """The windows of the songs kept for validation, none of them augmented."""
    if divided.valid is None:
        return None
    songs, _ = load_songs(divided.valid, recipe)
    return Windows(songs, model.sizes, recipe.train.window, model.context, None, ahead=model.ahead)
