"""Which songs a run may be scored on, and which it was trained on: those that baselines are fitted on."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from popgen_core.adapters.style import Style
from popgen_core.checkpoint import Card
from popgen_core.contracts.settings import read_settings, settings_of
from popgen_core.corpus.dataset import Dataset
from popgen_core.errors import DatasetError, RecipeError
from popgen_core.recipe import Recipe
from popgen_core.train.heard import HeardSongs, heard_songs
from popgen_core.train.parts import mark_of, parts_of

__all__ = ["Chosen", "check_fit", "choose", "learnt_by"]

RUN = "run.json"  # what a run was begun with


@dataclass(frozen=True)
class Chosen:
    """The songs to score, those that the run was trained on where they are known, and a line for each thing to tell.

    `learnt`: the marks of songs that the run was ever trained on, as far as its folder tells.
    """

    scored: Dataset
    trained: Dataset | None
    remarks: tuple[str, ...]
    learnt: frozenset[str] = frozenset()


def check_fit(recipe: Recipe, groups: tuple[str, ...], dataset: Dataset) -> None:
    """Raises DatasetError without songs, RecipeError for songs that were grouped otherwise than those of the run."""
    if not len(dataset):
        raise DatasetError(f"{dataset.store.place} holds no songs", hint="see its report.json for why")
    part, made = recipe.parts["grouper"], dataset.grouper
    options, _ = read_settings(type(part.config), made.get("options", {}), "grouper")
    if tuple(dataset.groups) == groups and made.get("name") == part.name.rpartition(":")[2] and options == part.config:
        return
    raise RecipeError(
        f"the run's songs were grouped by {part.name} {settings_of(part.config)} into {', '.join(groups)}; those of "
        f"{dataset.store.place} by {made.get('name')} {made.get('options')} into {', '.join(dataset.groups)}",
        hint="prepare the dataset with the run's grouper",
    )


def learnt_by(styles: Sequence[Style]) -> frozenset[str]:
    """The marks of songs that styles were trained on, as far as the folders of their runs tell."""
    heard = [heard_songs(style.adapter.file) for style in styles]
    return frozenset(mark for one in heard if one for mark in one.learnt)


def choose(
    card: Card,
    recipe: Recipe,
    run: Path,
    dataset: Dataset,
    training: Dataset | None,
    learnt_too: frozenset[str] = frozenset(),
) -> Chosen:
    """What to score of a dataset, and what the run was trained on.

    `run` is the folder or file that was named; `training` what the user says the run was trained on, else the dataset
    itself or the one in `run.json` is taken if it is the checkpoint's. Of the training dataset itself only the test
    part is scored. `learnt_too`: marks of songs that styles mixed in were trained on.
    """
    made_of, heard = card.corpus.get("dataset"), heard_songs(run)
    learnt = learnt_too | (heard.learnt if heard else frozenset())
    remarks: list[str] = []
    if heard and (validated := sum(mark_of(song) in heard.validated for song in dataset.songs)):
        remarks.append(
            f"{validated} of these songs were heard for validation: they chose the best epoch and an early stop"
        )
    given = training is not None
    if training is None:
        training = dataset if made_of and dataset.sha256 == made_of else _remembered(run, made_of, remarks)
    if training is None:
        return Chosen(dataset, None, tuple(remarks), learnt)
    if made_of and training.sha256 != made_of:
        remarks.append(
            f"{training.store.place} is not the dataset that the checkpoint was trained on, or was prepared anew "
            "since; the baselines are fitted on it all the same"
        )
    trained = _trained(card, recipe, training, heard, given, remarks)
    if dataset.sha256 != training.sha256:
        return Chosen(dataset, trained, tuple(remarks), learnt)
    if dataset.split is None or not dataset.split.test:
        raise DatasetError(
            f"the run was trained on {dataset.store.place}, which has no test part", hint="score it on other songs"
        )
    part = dataset.of(set(dataset.split.test))
    if not heard or not any(mark_of(song) in heard.validated for song in part.songs):  # but of few songs they are
        remarks = [line for line in remarks if "heard for validation" not in line]
    remarks.append(f"the run was trained on this dataset: only the {len(part)} songs of its test part are scored")
    return Chosen(part, trained, tuple(remarks), learnt)


def _trained(
    card: Card, recipe: Recipe, training: Dataset, heard: HeardSongs | None, given: bool, remarks: list[str]
) -> Dataset | None:
    """The songs of a dataset that a run was trained on: those that its folder names, else as its recipe parts them.

    A checkpoint from before there were parts was trained on all. Whether another dataset was heard for validation, so
    that no fold was kept, shows in the number of songs; where that fits neither, only what the user has `given` counts.
    """
    named = training.of([song.file for song in training.songs if heard and mark_of(song) in heard.trained])
    if len(named):
        return named
    split: dict[str, Any] = card.corpus.get("split", {})
    if "trained" not in split:
        return training
    asked = recipe.train.songs
    for part in (parts_of(training, asked, valid).train for valid in (None, training)):
        if len(part) == split["trained"]:
            return part
    if given:
        part = parts_of(training, asked, None).train
        remarks.append(
            f"the checkpoint was trained on {split['trained']} songs; the {len(part)} given are taken for them"
        )
        return part
    remarks.append("no baselines: which songs of the dataset the run was trained on is not known")
    return None


def _remembered(run: Path, made_of: str | None, remarks: list[str]) -> Dataset | None:
    """The dataset that the run's folder names, if it is there still and is the checkpoint's."""
    folder = run if run.is_dir() else run.parent
    try:
        place = json.loads((folder / RUN).read_text(encoding="utf-8"))["dataset"]["path"]
    except (OSError, ValueError, KeyError, TypeError):
        remarks.append("no baselines: it is not known what the run was trained on; --training DATASET tells")
        return None
    try:
        found = Dataset.open(place)
    except DatasetError as error:
        remarks.append(f"no baselines: {error.message}; --training DATASET tells where the run's songs are now")
        return None
    if found.sha256 != made_of:
        remarks.append(f"no baselines: {place} is not what the run was trained on any more; --training DATASET tells")
        return None
    return found
