"""A training run: a dataset and a recipe in; a folder with recipe, log, loss curve and checkpoint out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import torch

from popgen_core.assemble import assemble, sizes_of
from popgen_core.contracts.settings import read_settings, settings_of
from popgen_core.corpus.dataset import Dataset
from popgen_core.corpus.stored import StoredSong
from popgen_core.errors import DatasetError, OutputError, RecipeError
from popgen_core.files import write_atomically
from popgen_core.model import Model
from popgen_core.music.quantise import quantised
from popgen_core.music.roll import RollSpec, roll_from_song
from popgen_core.plugins import Catalogue
from popgen_core.recipe import Recipe, recipe_from_toml
from popgen_core.train.loop import Progress, Runner, TrainReport
from popgen_core.train.parts import parts_of
from popgen_core.train.rates import cell_rates, corpus_facts, group_weights
from popgen_core.train.save import save_model
from popgen_core.train.state import Place, load_state
from popgen_core.train.step import Stepper
from popgen_core.train.windows import TrainingSong, Windows

__all__ = ["Progress", "TrainReport", "load_songs", "train"]


def train(
    dataset: Dataset,
    run: Path,
    recipe: Recipe,
    catalogue: Catalogue,
    *,
    valid: Dataset | None = None,
    resume: bool = False,
    progress: Progress | None = None,
) -> TrainReport:
    """Train a recipe on a dataset into the folder `run`.

    Raises OutputError when the folder exists (unless resuming), RecipeError when recipe and dataset do not fit,
    CheckpointError when a run cannot be resumed. SIGINT and SIGTERM save and end the run early.
    """
    recipe = _recipe_of_run(run, catalogue) if resume else recipe
    _check_fit(recipe, dataset)
    torch.manual_seed(recipe.header.seed)
    parts = assemble(recipe)
    model = Model(parts)
    divided = parts_of(dataset, recipe.train.songs, valid)
    songs, stored = load_songs(divided.train, recipe)
    facts = corpus_facts(stored, model.sizes.roll.groups) | {"dataset": dataset.sha256, **divided.passport()}
    windows = Windows(songs, model.sizes, recipe.train.window, model.context, recipe.augment, facts["drums"])
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    model.decoder.prime(cell_rates(songs, model.sizes))
    weights = group_weights(recipe.train.group_weights, songs, model.sizes)
    stepper = Stepper(model.to(device), parts.loss.to(device), weights, recipe.train, device)
    heard = _windows_of(divided.valid, recipe, model) if divided.valid else None
    _open_folder(run, recipe, resume)
    place = load_state(run / "state.pt", stepper, dataset.sha256) if resume else Place(dataset=dataset.sha256)
    runner = Runner(
        run, stepper, windows, heard, recipe, place, lambda: save_model(run, stepper, catalogue, recipe, place, facts)
    )
    return replace(runner.run_epochs(progress), songs=divided.counts())


def load_songs(dataset: Dataset, recipe: Recipe) -> tuple[list[TrainingSong], list[StoredSong]]:
    """Every song of a dataset on the recipe's grid, quantised as the recipe says, and as stored."""
    stored = [dataset.load(number) for number in range(len(dataset))]
    return [_laid_out(song, recipe, sizes_of(recipe).roll) for song in stored], stored


def _laid_out(stored: StoredSong, recipe: Recipe, spec: RollSpec) -> TrainingSong:
    song = stored.song()
    if recipe.quantise.strength == 0:
        return TrainingSong.of(stored.source, song, stored.roll(recipe.grid, spec), recipe.train.window)
    song = quantised(song, recipe.quantise)
    return TrainingSong.of(stored.source, song, roll_from_song(song, recipe.grid, spec), recipe.train.window)


def _windows_of(dataset: Dataset, recipe: Recipe, model: Model) -> Windows:
    _check_fit(recipe, dataset)
    songs, _ = load_songs(dataset, recipe)
    return Windows(songs, model.sizes, recipe.train.window, model.context, None)


def _check_fit(recipe: Recipe, dataset: Dataset) -> None:
    wanted = sizes_of(recipe).roll.groups
    if not len(dataset):
        raise DatasetError("the dataset holds no songs", hint="see its report.json for why")
    if tuple(dataset.groups) != tuple(wanted):
        raise RecipeError(
            f"the recipe's grouper makes the groups {', '.join(wanted)}, the dataset has {', '.join(dataset.groups)}",
            hint="prepare the dataset with the recipe's grouper",
        )
    part, made = recipe.parts["grouper"], dataset.grouper
    options = settings_of(part.config)
    made_options, _ = read_settings(type(part.config), made.get("options", {}), "grouper")
    if made.get("name") != part.name.rpartition(":")[2] or made_options != part.config:
        raise RecipeError(
            f"the recipe's grouper is {part.name} {options}, "
            f"the dataset was grouped by {made.get('name')} {made.get('options')}",
            hint="set grouper.name to the dataset's, or prepare the dataset with the recipe's grouper",
        )


def _recipe_of_run(run: Path, catalogue: Catalogue) -> Recipe:
    try:
        return recipe_from_toml((run / "recipe.toml").read_text(encoding="utf-8"), catalogue)
    except OSError as error:
        raise OutputError(
            f"{run} is no run to resume: {error.strerror}", hint="train without --resume first"
        ) from error


def _open_folder(run: Path, recipe: Recipe, resume: bool) -> None:
    if resume:
        return
    if run.exists() and (not run.is_dir() or any(run.iterdir())):
        raise OutputError(f"{run} exists already", hint="choose another name, or go on with --resume")
    try:
        run.mkdir(parents=True, exist_ok=True)
        write_atomically(run / "recipe.toml", recipe.toml().encode())
    except OSError as error:
        raise OutputError(f"{run} cannot be written: {error.strerror}", hint="choose another folder") from error
