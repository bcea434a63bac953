"""From a dataset to a model, and how well it foretells songs, in a call each."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from popgen_core.api.needs import says_what_is_missing
from popgen_core.api.places import Place, Shown, Styles, style_files
from popgen_core.errors import RecipeError
from popgen_core.plugins import catalogue

if TYPE_CHECKING:
    from popgen_core.history import RunStory
    from popgen_core.score.report import Score
    from popgen_core.series.crossval import Crossvalidation
    from popgen_core.series.seeds import Seeds
    from popgen_core.train.run import Progress, TrainReport

__all__ = ["crossval", "report", "score", "train", "train_seeds"]

DEFAULT_RECIPE = "paper.warm"


@says_what_is_missing
def train(
    dataset: Place,
    run: Place,
    recipe: str | None = None,
    *,
    changes: Sequence[str] = (),
    valid: Place | None = None,
    resume: bool = False,
    force: bool = False,
    tensorboard: bool = False,
    progress: Progress | None = None,
    start: Place | None = None,
    adapter: bool = False,
    rank: int | None = None,
) -> TrainReport:
    """Train a recipe (a built-in name or a TOML file; default paper.warm) into the folder `run`, or go on with it.

    With `start`, a checkpoint, training goes on from its weights and by its recipe, with settings that suit few songs;
    with `adapter` its weights stay and a small file of low ranks (`rank`, default 8) learns beside them, a style.

    `changes` are settings such as "train.epochs=3". A resumed run goes by its own recipe; where recipe, changes, data
    or plug-ins make it another, that is refused with the difference, unless `force`; so are plug-ins of another version
    than a `start` was made with. Raises RecipeError, DatasetError,
    OutputError, CheckpointError or Refused, each saying what to do.
    """
    from popgen_core.corpus.dataset import Dataset
    from popgen_core.recipe import read_recipe

    _check_start(recipe, start, adapter, rank, resume=resume)
    asked = None if resume or start else read_recipe(recipe or DEFAULT_RECIPE, catalogue(), changes)
    from popgen_core.series.folder import refuse_series  # torch, once the recipe's parts are known to be here
    from popgen_core.train.folder import catalogue_of_run, recipe_of_run
    from popgen_core.train.run import Training
    from popgen_core.train.run import train as train_run
    from popgen_core.train.start import start_for
    from popgen_core.train.start_recipe import start_recipe

    refuse_series(Path(run))
    offered = catalogue_of_run(Path(run), catalogue(), force=force) if resume else catalogue()
    begin = start_for(Path(run), offered, start, adapter=adapter, rank=rank, resume=resume, force=force)
    if begin and not resume:
        offered = begin.catalogue(offered)
        chosen = start_recipe(begin, offered, changes)
    elif resume and recipe is None:
        chosen = recipe_of_run(Path(run), offered, changes)
    else:
        chosen = asked or read_recipe(recipe or DEFAULT_RECIPE, offered, changes)
    opened, beside = Dataset.open(Path(dataset)), Dataset.open(Path(valid)) if valid else None
    training = Training(opened, chosen, offered, beside, start=begin)
    return train_run(training, Path(run), resume=resume, force=force, tensorboard=tensorboard, progress=progress)


def _check_start(recipe: str | None, start: Place | None, adapter: bool, rank: int | None, *, resume: bool) -> None:
    """Raise RecipeError for what does not go together."""
    if start is not None and recipe is not None:
        raise RecipeError("--start goes on with the checkpoint's own recipe", hint="leave --recipe away, or --start")
    if adapter and start is None and not resume:
        raise RecipeError("--adapter learns beside a checkpoint", hint="say which with --start")
    if rank is not None and not adapter:
        raise RecipeError("--rank is that of an adapter", hint="add --adapter, or leave --rank away")


@says_what_is_missing
def report(run: Place) -> RunStory:
    """What became of the run in a folder: losses by epoch, part and group, phases, speed, interruptions. No torch.

    Changes nothing there; `popgen_core.pages.run.write_report` writes its page and picture. Raises CheckpointError.
    """
    from popgen_core.history import read_story

    return read_story(Path(run))


@says_what_is_missing
def train_seeds(
    dataset: Place,
    out: Place,
    recipe: str | None = None,
    *,
    seeds: int = 5,
    changes: Sequence[str] = (),
    valid: Place | None = None,
    resume: bool = False,
    force: bool = False,
    progress: Shown | None = None,
) -> Seeds:
    """Train a recipe as `train` does with several seeds, its own and those after it -> the spread of each figure.

    The runs are `out`/seed-1 and on; with `resume` those that are finished are not trained again. Raises as `train`.
    """
    from popgen_core.corpus.dataset import Dataset
    from popgen_core.recipe import read_recipe, recipe_from_toml

    offered = catalogue()
    if resume:
        from popgen_core.series.folder import catalogue_of_series, recipe_of_series

        offered = catalogue_of_series(Path(out), offered, force=force)
    if resume and recipe is None:
        chosen = recipe_from_toml(recipe_of_series(Path(out), offered).toml(), offered, changes)
    else:
        chosen = read_recipe(recipe or DEFAULT_RECIPE, offered, changes)
    opened, beside = Dataset.open(Path(dataset)), Dataset.open(Path(valid)) if valid else None
    from popgen_core.series.seeds import trained_seeds

    return trained_seeds(
        opened, Path(out), chosen, offered, count=seeds, valid=beside, resume=resume, force=force, progress=progress
    )


@says_what_is_missing
def crossval(
    dataset: Place,
    out: Place,
    recipe: str | None = None,
    *,
    folds: int = 10,
    changes: Sequence[str] = (),
    against: str | None = None,
    against_changes: Sequence[str] = (),
    progress: Shown | None = None,
) -> Crossvalidation:
    """Train a recipe on each of the folds of a dataset's training part without one of them -> how each was told.

    `against` is a second recipe for the same folds; with `against_changes` alone it is the first one changed further.
    The same call goes on with what was begun in `out`. Raises RecipeError, DatasetError, OutputError or Refused.
    """
    from popgen_core.corpus.dataset import Dataset
    from popgen_core.recipe import read_recipe

    first, second = read_recipe(recipe or DEFAULT_RECIPE, catalogue(), changes), None
    if against or against_changes:
        base, before = (against, ()) if against else (recipe or DEFAULT_RECIPE, changes)
        second = read_recipe(base, catalogue(), [*before, *against_changes])
    from popgen_core.series.crossval import Folds, crossvalidated

    opened = Folds.of(Dataset.open(Path(dataset)), folds)
    return crossvalidated(opened, Path(out), first, catalogue(), against=second, progress=progress)


@says_what_is_missing
def score(
    run: Place,
    dataset: Place,
    *,
    best: bool = False,
    told: bool = False,
    training: Place | None = None,
    force: bool = False,
    styles: Styles | None = None,
    progress: Shown | None = None,
) -> Score:
    """How many bits a run's model (its last, or its `best`) needs to tell the onsets of a dataset's songs.

    It knows position, tempo and meter, as the baselines do; `told`: all its controls, as found in each song.

    Beside it stand baselines fitted on what the run was trained on: `training`, or the dataset that the run names.
    `force` goes on though a plug-in has another version than the model was made with, and remarks on it. `styles`:
    files of adapters to mix in, and how strongly.
    Raises CheckpointError, Refused, RecipeError or DatasetError, each saying what to do.
    """
    from popgen_core.corpus.dataset import Dataset
    from popgen_core.score.yardstick import score_run

    opened, trained = Dataset.open(Path(dataset)), Dataset.open(Path(training)) if training else None
    return score_run(
        Path(run),
        opened,
        catalogue(),
        best=best,
        told=told,
        training=trained,
        progress=progress,
        force=force,
        styles=style_files(styles),
    )
