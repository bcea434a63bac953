"""From a recipe and a dataset to everything that a run trains with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from popgen_core.assemble import assemble
from popgen_core.corpus.stored import StoredSong
from popgen_core.errors import DatasetError, RecipeError
from popgen_core.model import Model
from popgen_core.plan import plan_of
from popgen_core.plan.book import book_of
from popgen_core.recipe import Recipe
from popgen_core.train.chance import begin_chance
from popgen_core.train.memory import refuse_too_large
from popgen_core.train.mixture import Mixture
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
    start, few = training.start, training.start is not None
    model, divided = Model(parts), training.parts or parts_of(training.dataset, config.songs, training.valid, few=few)
    _check_past(recipe, model)
    songs, stored = load_songs(divided.train, recipe)
    heard = Mixture.of(stored, [song.name for song in songs], config.times).of_epoch(recipe.header.seed, 0) or stored
    facts = corpus_facts(heard, model.sizes.roll.groups) | {"dataset": training.dataset.sha256, **divided.passport()}
    facts["songs"] = len(stored)
    if recipe.controls.known:
        facts |= _plans(heard, few)
    if start:
        facts = start.facts(facts)
    windows = Windows(
        songs,
        model.sizes,
        config.window,
        model.context,
        recipe.augment,
        facts["drums"],
        recipe.controls,
        model.ahead,
        config.times,
        model.remembers,
    )
    windows.mixture.refuse_nothing()
    if start:
        start.put_into(model)
    else:
        model.decoder.prime(cell_rates(songs, model.sizes))
    weights = group_weights(config.group_weights, songs, model.sizes)
    stepper = Stepper(model, parts.loss, weights, config, processes, started=few)
    if processes.rank:
        begin_chance(recipe.header.seed + OTHER_CHANCE * processes.rank)
    refuse_too_large(stepper, windows, config.batch, config.micro_batch or config.batch)
    return Made(stepper, windows, _heard(divided, recipe, model), divided, facts)


def _check_past(recipe: Recipe, model: Model) -> None:
    """Raise RecipeError where a decoder that remembers the true song would hear a mixture of it and of drawn frames."""
    if model.remembers and recipe.train.true_inputs < 1:
        raise RecipeError(
            f"decoder {recipe.parts['decoder'].name!r} remembers what was played, "
            f"train.true_inputs={recipe.train.true_inputs:g} would let it hear another past",
            hint="set train.true_inputs=1, or decoder.name=ordered.v1",
        )


def _plans(heard: Sequence[StoredSong], few: bool) -> dict[str, Any]:
    """The plan book of songs, of which some may come several times; `few` may be too short to tell any plan, and a
    start knows others."""
    found = {id(song): plan_of(song.song()) for song in heard}
    try:
        return {"plans": book_of(found[id(song)] for song in heard).to_plain()}
    except DatasetError:
        if few:
            return {}
        raise


def _heard(divided: Parts, recipe: Recipe, model: Model) -> Windows | None:
    """The windows of the songs kept for validation, none of them augmented."""
    if divided.valid is None:
        return None
    songs, _ = load_songs(divided.valid, recipe)
    return Windows(
        songs, model.sizes, recipe.train.window, model.context, None, ahead=model.ahead, remembers=model.remembers
    )
