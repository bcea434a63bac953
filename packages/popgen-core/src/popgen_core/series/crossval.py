"""Cross-validation: on each fold of the training part a run that learnt from the others, the test part untouched."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from popgen_core.corpus.dataset import Dataset
from popgen_core.corpus.refold import folds_of
from popgen_core.errors import Refused
from popgen_core.plugins import Catalogue
from popgen_core.recipe import Recipe
from popgen_core.score.laid import is_exact
from popgen_core.series.comparable import comparable_figures
from popgen_core.series.folder import begin, held, refuse_several_processes
from popgen_core.series.record import Record
from popgen_core.series.runs import Figures, Ran, Shown, check, trained_runs
from popgen_core.series.yardstick import MARKOV, measured, told_by_markov
from popgen_core.train.parts import Parts
from popgen_core.train.run import Training

__all__ = ["Crossvalidation", "Folds", "crossvalidated"]

KIND, RECORD = "folds", "fold.json"
AGAINST = "against"  # the folder of the second recipe's runs
HINT = "go on with what it was begun with, or choose another folder"
BOUND = "bits a beat of {} are an upper bound: the recipe writes on another grid than sixteenths"
NO_SAY = 'train.songs = "all" has no say here: the folds lie inside the training part'


@dataclass(frozen=True)
class Folds:
    """A dataset and, by name, the songs of each fold of its training part."""

    dataset: Dataset
    songs: tuple[tuple[str, ...], ...]

    @classmethod
    def of(cls, dataset: Dataset, count: int) -> Folds:
        """So many folds. Raises DatasetError where there are too few songs, RecipeError for fewer than 2 folds."""
        return cls(dataset, folds_of(dataset, count))

    @property
    def left(self) -> int:
        """Songs of the test part, which are not touched."""
        return len(self.dataset.split.test) if self.dataset.split else 0

    @property
    def sha256(self) -> str:
        """The digest of the lists of songs."""
        return hashlib.sha256(json.dumps(self.songs).encode()).hexdigest()

    def parts(self) -> list[Parts]:
        """For each fold: the songs of the others to train on, and its own to hear."""
        every = {name for fold in self.songs for name in fold}
        of = self.dataset.of
        return [Parts(train=of(every - set(fold)), valid=of(fold), left=self.left) for fold in self.songs]


@dataclass(frozen=True)
class Crossvalidation:
    """What became of a cross-validation: its folder, the records of its folds, and those of a second recipe's.

    `comparable`: the figures that both recipes measure alike. `count`: folds in all. `left`: songs of the test part,
    not touched. `stopped`: what ended it early, or ""; then the same call goes on.
    """

    folder: Path
    folds: tuple[Record, ...]
    against: tuple[Record, ...]
    comparable: tuple[str, ...]
    count: int
    left: int
    stopped: str
    notes: tuple[str, ...]


def crossvalidated(
    folds: Folds,
    folder: Path,
    recipe: Recipe,
    catalogue: Catalogue,
    *,
    against: Recipe | None = None,
    progress: Shown | None = None,
) -> Crossvalidation:
    """Train a recipe, and another if one is given, on the folds of a dataset, or go on with that.

    Each fold is a run in `folder`, fold-01 and on, those of the second recipe in `against`; a finished one is not
    trained again. Raises Refused where the recipe, the dataset or the folds are others than the folder was begun with,
    OutputError where it is taken, RecipeError for two recipes that cannot be compared.
    """
    refuse_several_processes()
    recipes = {folder: recipe, **({folder / AGAINST: against} if against else {})}
    for one in recipes.values():
        check(Training(folds.dataset, one, catalogue))
    comparable, notes = comparable_figures(recipe, against) if against else ((), [])
    notes += [NO_SAY] if any(one.train.songs == "all" for one in recipes.values()) else []
    notes += [BOUND.format(place.name) for place, one in recipes.items() if not is_exact(one.grid)]
    ran: list[Ran] = []
    markov = _Markov()
    with held(folder), _without_force():
        for place, one in recipes.items():
            _begin(place, folds, one, catalogue)
        for place, one in recipes.items():
            runs = _runs(place, folds, one, catalogue)
            ran.append(trained_runs(folder, runs, RECORD, markov.measure, progress=progress))
            notes += ran[-1].notes
            if ran[-1].stopped:
                break
    return Crossvalidation(
        folder=folder,
        folds=ran[0].records,
        against=ran[1].records if len(ran) > 1 else (),
        comparable=comparable,
        count=len(folds.songs),
        left=folds.left,
        stopped=ran[-1].stopped,
        notes=tuple(notes),
    )


def _begin(folder: Path, folds: Folds, recipe: Recipe, catalogue: Catalogue) -> None:
    about = {
        "kind": KIND,
        **Training(folds.dataset, recipe, catalogue).asked(),
        "folds": {"number": len(folds.songs), "sha256": folds.sha256},
    }
    begin(folder, about, catalogue, hint=HINT, told={"folds": [list(fold) for fold in folds.songs]})


def _runs(folder: Path, folds: Folds, recipe: Recipe, catalogue: Catalogue) -> dict[Path, Training]:
    digits = max(2, len(str(len(folds.songs))))
    return {
        folder / f"fold-{number:0{digits}}": Training(folds.dataset, recipe, catalogue, parts=parts)
        for number, parts in enumerate(folds.parts(), 1)
    }


class _Markov:
    """What the counting baseline needs for the songs of each fold, found once for both recipes."""

    def __init__(self) -> None:
        self.known: dict[str, float] = {}

    def measure(self, run: Path, training: Training) -> Figures:
        """The bits a beat of a fold's songs, as the baseline tells them, and what is measured of the run."""
        parts = training.parts
        if parts is None or parts.valid is None:
            return {}
        if parts.sha256 not in self.known:
            self.known[parts.sha256] = told_by_markov(parts.train, parts.valid).bits_per_beat
        return {MARKOV: self.known[parts.sha256], **measured(run, parts.valid)}


@contextmanager
def _without_force() -> Iterator[None]:
    """Let no refusal advise --force: folds that were trained otherwise than others tell nothing."""
    try:
        yield
    except Refused as error:
        if "--force" in error.hint:
            error.hint = "go on as it was begun, or remove that fold's folder to train it anew"
        raise
