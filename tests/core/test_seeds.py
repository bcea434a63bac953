"""A recipe trained with several seeds: each is an ordinary run, and the spread is that of chance alone."""

from __future__ import annotations

import json
import os
import shutil
import signal
from pathlib import Path
from typing import Any

import pytest

from popgen_core import api
from popgen_core.checkpoint import read_checkpoint
from popgen_core.errors import OutputError, RecipeError, Refused
from popgen_core.series.record import Record
from popgen_core.series.seeds import spread_of

pytest_plugins = ("tiny_run", "twelve_songs")

Changes = tuple[str, ...]


@pytest.fixture(scope="module")
def two(small_changes: Changes, twelve: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seeds, the recipe's 7 and the one after it."""
    folder = tmp_path_factory.mktemp("seeds") / "run"
    api.train_seeds(twelve, folder, "paper", seeds=2, changes=[*small_changes, "train.epochs=1", "seed=7"])
    return folder


def told(folder: Path) -> dict[str, Any]:
    return {**json.loads((folder / "seeds.json").read_text()), "folder": ""}


def record(**figures: float | None) -> Record:
    return Record("seed-1", 1, "", {}, 1, 1, 0, "", figures)


def test_the_spread_by_hand() -> None:
    found = spread_of([record(loss=1.0, valid_loss=None), record(loss=2.0, valid_loss=0.5), record(loss=6.0)])
    assert (found["loss"].mean, found["loss"].low, found["loss"].high, found["loss"].n) == (3.0, 1.0, 6.0, 3)
    assert found["loss"].sd == pytest.approx(7**0.5)  # (4 + 1 + 9) / 2
    assert (found["valid_loss"].mean, found["valid_loss"].sd, found["valid_loss"].n) == (0.5, None, 1)


def test_each_seed_is_the_run_that_train_makes_of_it(
    small_changes: Changes, twelve: Path, two: Path, tmp_path: Path
) -> None:
    alone = api.train(twelve, tmp_path / "alone", "paper", changes=[*small_changes, "train.epochs=1", "seed=8"])
    runs = told(two)["seeds"]
    assert [(run["name"], run["seed"]) for run in runs] == [("seed-1", 7), ("seed-2", 8)]
    assert runs[1]["checkpoint"] == read_checkpoint(alone.checkpoint)[0].sha256 != runs[0]["checkpoint"]
    assert runs[1]["figures"]["valid_loss"] == alone.valid_loss


def test_a_stopped_series_goes_on_and_ends_as_if_it_had_never_stopped(
    small_changes: Changes, twelve: Path, two: Path, tmp_path: Path
) -> None:
    def stop(done: int, total: int, words: str) -> None:
        if words.startswith("seed-2 of 2") and done == 1:
            os.kill(os.getpid(), signal.SIGINT)

    run = tmp_path / "run"
    first = api.train_seeds(
        twelve, run, "paper", seeds=2, changes=[*small_changes, "train.epochs=1", "seed=7"], progress=stop
    )
    assert (first.stopped, len(first.seeds), first.spread["loss"].n) == ("stopped by SIGINT", 1, 1)
    api.train_seeds(twelve, run, seeds=2, resume=True)  # by its own recipe
    assert told(run) == told(two)
    assert (run / "seed-1" / "sessions.jsonl").read_text().count("begin") == 1


def test_more_seeds_may_follow_and_fewer_are_said(twelve: Path, two: Path, tmp_path: Path) -> None:
    run = shutil.copytree(two, tmp_path / "run")
    more = api.train_seeds(twelve, run, seeds=3, resume=True)
    assert [(seed.name, seed.seed) for seed in more.seeds] == [("seed-1", 7), ("seed-2", 8), ("seed-3", 9)]
    assert more.spread["valid_loss"].n == 3
    assert api.train_seeds(twelve, run, seeds=2, resume=True).notes == ("seed-3 is there too and not counted",)


def test_another_recipe_is_refused_and_forced_every_seed_goes_on_with_it(
    twelve: Path, two: Path, tmp_path: Path
) -> None:
    run = shutil.copytree(two, tmp_path / "run")
    with pytest.raises(Refused, match=r"recipe\.train\.epochs: 1, now 2.*--force"):
        api.train_seeds(twelve, run, seeds=2, resume=True, changes=["train.epochs=2"])
    done = api.train_seeds(twelve, run, seeds=2, resume=True, changes=["train.epochs=2"], force=True)
    assert [seed.epochs for seed in done.seeds] == [2, 2]
    assert done.notes[0] == "forced: recipe.train.epochs: 1, now 2"
    assert api.train_seeds(twelve, run, seeds=2, resume=True).notes == ()


def test_a_taken_folder_one_seed_and_nothing_to_resume_are_told_at_once(
    small_changes: Changes, twelve: Path, two: Path, folds_run: Path, tmp_path: Path
) -> None:
    with pytest.raises(OutputError, match="holds a series already"):
        api.train_seeds(twelve, two, "paper", seeds=2, changes=small_changes)
    with pytest.raises(OutputError, match="is no series to resume"):
        api.train_seeds(twelve, tmp_path / "none", seeds=2, resume=True)
    with pytest.raises(RecipeError, match="over 1 seeds"):
        api.train_seeds(twelve, tmp_path / "none", "paper", seeds=1)
    with pytest.raises(OutputError, match="holds a series of folds"):
        api.train_seeds(twelve, folds_run, seeds=2, resume=True)
    assert not (tmp_path / "none").exists()
