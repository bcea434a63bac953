"""Cross-validation: each fold is told by a run that has not heard it, once, whatever interrupts the series."""

from __future__ import annotations

import json
import os
import shutil
import signal
from pathlib import Path

import pytest
from changed_dataset import changed

from popgen_core import api
from popgen_core.baselines import BASELINES
from popgen_core.corpus.dataset import Dataset
from popgen_core.corpus.split import Split
from popgen_core.errors import DatasetError, OutputError, RecipeError, Refused
from popgen_core.files import locked
from popgen_core.plugins import catalogue
from popgen_core.recipe import read_recipe
from popgen_core.series import runs as module
from popgen_core.series.comparable import comparable_figures
from popgen_core.series.crossval import Folds
from popgen_core.series.runs import Shown

pytest_plugins = ("tiny_run", "twelve_songs")

FOLDS = ("fold-01", "fold-02", "fold-03")

Changes = tuple[str, ...]


def split_of(dataset: Path) -> Split:
    split = Dataset.open(dataset).split
    assert split is not None
    return split


def records(folder: Path) -> list[bytes]:
    return [(folder / fold / "fold.json").read_bytes() for fold in FOLDS]


def sessions(run: Path) -> list[str]:
    return [json.loads(line)["kind"] for line in (run / "sessions.jsonl").read_text().splitlines()]


def at_call(number: int, words: str) -> Shown:
    """Sends this process SIGINT at a step of the run that `words` begin with."""

    def progress(done: int, total: int, said: str) -> None:
        if said.startswith(words) and done == number:
            os.kill(os.getpid(), signal.SIGINT)

    return progress


def test_each_fold_is_heard_by_a_run_of_the_others(twelve: Path) -> None:
    split, folds = split_of(twelve), Folds.of(Dataset.open(twelve), 3)
    assert folds.songs == split.folds
    for fold, parts in zip(split.folds, folds.parts(), strict=True):
        assert parts.valid is not None
        trained, heard = ({song.file for song in part.songs} for part in (parts.train, parts.valid))
        assert heard == set(fold)
        assert trained == set(split.train) - set(fold)
        assert parts.left == len(split.test) == 2


def test_the_test_part_is_never_even_loaded(twelve: Path, folds_run: Path, loaded: list[str]) -> None:
    assert set(loaded) == set(split_of(twelve).train)


def test_a_record_tells_of_the_fold_and_of_the_counting_that_it_must_beat(twelve: Path, folds_run: Path) -> None:
    opened, split = Dataset.open(twelve), split_of(twelve)
    told = json.loads((folds_run / "fold-02" / "fold.json").read_text())
    assert told["songs"] == {"trained": 10 - len(split.folds[1]), "validated": len(split.folds[1]), "left": 2}
    assert (told["name"], told["epochs"], told["stopped"]) == ("fold-02", 2, "all epochs done")
    log = [json.loads(line) for line in (folds_run / "fold-02" / "log.jsonl").read_text().splitlines()]
    losses = [line["valid_loss"] for line in log if line["kind"] == "epoch"]
    assert told["figures"]["valid_loss"] == pytest.approx(losses[-1], abs=1e-6)
    assert told["figures"]["best_loss"] == pytest.approx(min(losses), abs=1e-6)
    others = opened.of(set(split.folds[0]) | set(split.folds[2]))
    fitted = BASELINES["markov"].fit((stored.song() for stored in others), opened.groups)
    costs = [fitted.score(stored.song()) for stored in opened.of(split.folds[1])]
    bits = sum(cost.bits for cost in costs) / sum(cost.beats for cost in costs)
    assert told["figures"]["markov_bits_per_beat"] == pytest.approx(bits)


def test_killed_within_a_fold_and_between_two_it_ends_as_if_it_had_never_stopped(
    small_changes: Changes, twelve: Path, folds_run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    again = {"recipe": "paper", "changes": small_changes, "folds": 3}
    first = api.crossval(twelve, tmp_path / "run", **again, progress=at_call(2, "fold-02 of 3"))
    assert (first.stopped, [fold.name for fold in first.folds]) == ("stopped by SIGINT", ["fold-01"])

    def killed(*given: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(module, "write_record", killed)  # trained to its end, and nothing written of it
    with pytest.raises(KeyboardInterrupt):
        api.crossval(twelve, tmp_path / "run", **again)
    monkeypatch.undo()
    assert not (tmp_path / "run" / "fold-02" / "fold.json").exists()
    done = api.crossval(twelve, tmp_path / "run", **again)
    assert (done.stopped, [fold.name for fold in done.folds]) == ("", list(FOLDS))
    assert records(tmp_path / "run") == records(folds_run)  # the sha256 of each checkpoint among them
    assert sessions(tmp_path / "run" / "fold-01") == ["begin", "end"]  # it was trained once


def test_a_second_recipe_is_trained_on_the_same_folds_and_the_first_not_again(
    small_changes: Changes, twelve: Path, folds_run: Path, tmp_path: Path
) -> None:
    run = shutil.copytree(folds_run, tmp_path / "run")
    again = {"recipe": "paper", "changes": small_changes, "folds": 3, "against_changes": ["train.epochs=1"]}
    done = api.crossval(twelve, run, **again)
    assert [fold.epochs for fold in done.against] == [1, 1, 1]
    assert [fold.songs for fold in done.against] == [fold.songs for fold in done.folds]
    bits = [[fold.figures["markov_bits_per_beat"] for fold in side] for side in (done.folds, done.against)]
    assert bits[0] == bits[1]
    assert done.comparable == ("valid_loss", "best_loss", "bits_per_beat")
    assert all((fold.figures["bits_per_beat"] or 0) > 0 for fold in (*done.folds, *done.against))
    assert records(run) == records(folds_run)
    assert all(sessions(run / fold) == ["begin", "end"] for fold in FOLDS)


def test_another_recipe_dataset_or_number_of_folds_is_refused_with_the_difference(
    small_changes: Changes, twelve: Path, folds_run: Path, tmp_path: Path
) -> None:
    run = shutil.copytree(folds_run, tmp_path / "run")
    with pytest.raises(Refused, match=r"begun otherwise: recipe\.train\.epochs: 2, now 3 \(go on with") as refused:
        api.crossval(twelve, run, "paper", changes=[*small_changes, "train.epochs=3"], folds=3)
    assert refused.value.exit_code == 4
    with pytest.raises(Refused, match=r"folds\.number: 3, now 4; folds\.sha256"):
        api.crossval(twelve, run, "paper", changes=small_changes, folds=4)
    other = changed(twelve, tmp_path / "other", popgen_core="another")
    with pytest.raises(Refused, match=r"dataset: [0-9a-f]{12}, now [0-9a-f]{12}"):
        api.crossval(other, run, "paper", changes=small_changes, folds=3)


def test_a_finished_fold_that_was_exchanged_or_harmed_is_refused_before_any_is_trained(
    small_changes: Changes, twelve: Path, folds_run: Path, tmp_path: Path
) -> None:
    run = shutil.copytree(folds_run, tmp_path / "run")
    shutil.rmtree(run / "fold-01")
    shutil.copytree(run / "fold-03", run / "fold-01")
    again = {"recipe": "paper", "changes": small_changes, "folds": 3}
    with pytest.raises(Refused, match=r"fold-01 was trained otherwise: parts: .*remove .*fold-01 to train it anew"):
        api.crossval(twelve, run, **again)
    shutil.rmtree(run / "fold-01")
    shutil.copy(run / "fold-03" / "last.safetensors", run / "fold-02")
    with pytest.raises(Refused, match=r"fold-02/last\.safetensors is not the checkpoint that fold\.json tells of"):
        api.crossval(twelve, run, **again)
    (run / "fold-02" / "last.safetensors").unlink()
    with pytest.raises(Refused, match=r"fold-02 is finished, but not whole: .* is no checkpoint file"):
        api.crossval(twelve, run, **again)
    assert not (run / "fold-01").exists()


def test_a_fold_goes_on_as_a_fold_only(small_changes: Changes, twelve: Path, folds_run: Path, tmp_path: Path) -> None:
    run = shutil.copytree(folds_run / "fold-02", tmp_path / "fold")
    with pytest.raises(Refused, match=r"parts: [0-9a-f]{12}, now none"):
        api.train(twelve, run, resume=True)
    torn = shutil.copytree(folds_run, tmp_path / "run")
    for fold in ("fold-01", "fold-02"):
        (torn / fold / "fold.json").unlink()
    (torn / "fold-01").rename(torn / "away")
    (torn / "fold-02").rename(torn / "fold-01")
    with pytest.raises(Refused, match=r"fold-01: .*parts: .*remove that fold's folder") as refused:
        api.crossval(twelve, torn, "paper", changes=small_changes, folds=3)
    assert "--force" not in str(refused.value)


def test_one_series_has_one_process(
    small_changes: Changes, twelve: Path, folds_run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with locked(folds_run, "it"), pytest.raises(Refused, match="another process is at work on the series"):
        api.crossval(twelve, folds_run, "paper", changes=small_changes, folds=3)
    monkeypatch.setenv("WORLD_SIZE", "2")
    with pytest.raises(Refused, match="trained by one process"):
        api.crossval(twelve, folds_run, "paper", changes=small_changes, folds=3)


def test_too_few_songs_a_taken_folder_and_recipes_that_cannot_be_compared_are_told_at_once(
    twelve: Path, tmp_path: Path
) -> None:
    with pytest.raises(DatasetError, match=r"10 songs to learn from, .* give 10 folds, not 11 \(ask for --folds 10\)"):
        api.crossval(twelve, tmp_path / "run", "paper", folds=11)
    with pytest.raises(RecipeError, match="cross-validation in 1 folds"):
        api.crossval(twelve, tmp_path / "run", "paper", folds=1)
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "song.mid").touch()
    with pytest.raises(OutputError, match="taken exists and holds something else"):
        api.crossval(twelve, tmp_path / "taken", "paper", folds=3)
    with pytest.raises(RecipeError, match="both recipes are the same"):
        api.crossval(twelve, tmp_path / "run", "paper", folds=3, against="paper")
    assert not (tmp_path / "run").exists()


def test_recipes_whose_losses_measure_different_things_are_compared_in_bits_alone() -> None:
    one, other = (read_recipe("paper", catalogue(), changes) for changes in ([], ["loss.rhythm_weight=1.0"]))
    figures, notes = comparable_figures(one, other)
    assert figures == ("bits_per_beat",)
    assert "cannot be compared: they differ in loss.rhythm_weight, and so in what they measure" in notes[0]


def test_a_recipe_that_cannot_be_trained_begins_nothing_and_one_that_began_no_run_may_be_mended(
    small_changes: Changes, twelve: Path, tmp_path: Path
) -> None:
    with pytest.raises(RecipeError, match=r"train\.window is 64 frames, backbone\.window 32"):
        api.crossval(twelve, tmp_path / "run", "paper", changes=[*small_changes, "train.window=64"], folds=3)
    assert not (tmp_path / "run").exists()

    def killed(done: int, total: int, said: str) -> None:
        raise KeyboardInterrupt

    begun = {"recipe": "paper", "changes": [*small_changes, "train.songs=all"], "folds": 3}
    with pytest.raises(KeyboardInterrupt):
        api.crossval(twelve, tmp_path / "run", **begun, progress=killed)
    for file in (tmp_path / "run" / "fold-01").iterdir():
        if file.name != "run.json":  # that is what is left of a run that is killed before it has begun
            file.unlink() if file.is_file() else shutil.rmtree(file)
    mended = [*small_changes, "train.songs=all", "train.epochs=1"]
    done = api.crossval(twelve, tmp_path / "run", "paper", changes=mended, folds=3, progress=at_call(1, "fold-01"))
    assert done.stopped == "stopped by SIGINT"
    assert 'train.songs = "all" has no say here' in done.notes[0]
    split = split_of(twelve)
    assert json.loads((tmp_path / "run" / "series.json").read_text())["folds"] == [list(fold) for fold in split.folds]
