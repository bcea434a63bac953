"""The spread that chance makes: the same recipe trained on the same songs with several seeds."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from popgen_core.corpus.dataset import Dataset
from popgen_core.errors import OutputError, RecipeError
from popgen_core.files import json_bytes, write_atomically
from popgen_core.plugins import Catalogue
from popgen_core.recipe import Recipe, recipe_from_toml
from popgen_core.series.folder import begin, held, is_series, refuse_several_processes
from popgen_core.series.record import Record
from popgen_core.series.runs import Shown, check, trained_runs
from popgen_core.train.run import Training

__all__ = ["Seeds", "Spread", "spread_of", "trained_seeds"]

SUMMARY = "seeds.json"
KIND, RECORD = "seeds", "seed.json"
HINT = "go on with what it was begun with, or add --force to go on all the same"
MEANING = "the spread is of training chance alone (weights, order, dropout, augmentation): all runs had the same songs"


@dataclass(frozen=True)
class Spread:
    """A figure over seeds: mean, standard deviation (n - 1; None below two), lowest and highest, how many."""

    mean: float
    sd: float | None
    low: float
    high: float
    n: int


@dataclass(frozen=True)
class Seeds:
    """What became of a recipe trained with several seeds: its folder, the records of its runs, each figure's spread.

    `count`: seeds in all. `stopped`: what ended it early, or ""; then the spread is of those that are done.
    """

    folder: Path
    seeds: tuple[Record, ...]
    spread: dict[str, Spread]
    count: int
    stopped: str
    notes: tuple[str, ...]
    meaning: str = MEANING


def trained_seeds(
    dataset: Dataset,
    folder: Path,
    recipe: Recipe,
    catalogue: Catalogue,
    *,
    count: int,
    valid: Dataset | None = None,
    resume: bool = False,
    force: bool = False,
    progress: Shown | None = None,
) -> Seeds:
    """Train a recipe with `count` seeds, its own and those after it, into seed-1, seed-2 and on, or go on with that.

    With `resume` finished runs are not trained again, and there may be more seeds than before; seeds.json in the folder
    tells the spread. Raises what `train` raises: OutputError where the folder is taken or holds no series to resume,
    Refused where recipe, data or plug-ins are others than it was begun with, unless `force`.
    """
    refuse_several_processes()
    if count < 2:
        raise RecipeError(f"the spread over {count} seeds", hint="2 seeds or more, 5 are usual")
    if resume != is_series(folder):
        what, hint = ("is no series to resume", "train without --resume first")
        if not resume:
            what, hint = ("holds a series already", "choose another name, or go on with --resume")
        raise OutputError(f"{folder} {what}", hint=hint)
    runs = {
        folder / f"seed-{number + 1}": Training(dataset, _seeded(recipe, number, catalogue), catalogue, valid)
        for number in range(count)
    }
    first = next(iter(runs.values()))
    check(first)
    with held(folder):
        found = begin(folder, {"kind": KIND, **first.asked()}, catalogue, force=force, hint=HINT)
        notes = [f"forced: {line}" for line in found]
        notes += [f"{left.name} is there too and not counted" for left in _others(folder, runs)]
        ran = trained_runs(folder, runs, RECORD, lambda *_: {}, force=force, progress=progress)
        told = Seeds(folder, ran.records, spread_of(ran.records), count, ran.stopped, (*notes, *ran.notes))
        write_atomically(folder / SUMMARY, json_bytes(_plain(told)))
    return told


def spread_of(records: Sequence[Record]) -> dict[str, Spread]:
    """Each figure's spread over the runs that have it; figures that none has are left out."""
    names = dict.fromkeys(name for record in records for name in record.figures)
    found = {name: [v for record in records if (v := record.figures.get(name)) is not None] for name in names}
    return {
        name: Spread(
            mean=statistics.fmean(values),
            sd=statistics.stdev(values) if len(values) > 1 else None,
            low=min(values),
            high=max(values),
            n=len(values),
        )
        for name, values in found.items()
        if values
    }


def _seeded(recipe: Recipe, number: int, catalogue: Catalogue) -> Recipe:
    return recipe_from_toml(recipe.toml(), catalogue, [f"seed={recipe.header.seed + number}"])


def _others(folder: Path, runs: dict[Path, Training]) -> list[Path]:
    return sorted(path for path in folder.glob("seed-*") if path.is_dir() and path not in runs)


def _plain(told: Seeds) -> dict[str, object]:
    return {"schema": 1, **asdict(told), "folder": str(told.folder)}
