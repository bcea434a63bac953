"""popgen crossval and popgen train --seeds: what they print, and how they end."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from popgen_cli.folds import lines_of, told_by_folds
from popgen_core.series.record import Record

pytest_plugins = ("tiny_run", "twelve_songs")

Changes = tuple[str, ...]
Popgen = Callable[..., Any]


def words(changes: tuple[str, ...]) -> list[str]:
    return [word for change in changes for word in ("--set", change)]


def fold(number: int, **figures: float | None) -> Record:
    return Record(f"fold-0{number}", 1, "", {"trained": 8, "validated": 4, "left": 2}, 1, 1, 0, "", figures)


def done(first: list[Record], second: list[Record], comparable: tuple[str, ...] = ("valid_loss",)) -> Any:
    return SimpleNamespace(
        folder="run", folds=first, against=second, comparable=comparable, count=3, left=2, stopped="", notes=()
    )


def test_differences_are_of_the_same_folds_by_hand() -> None:
    first = [fold(n, valid_loss=value, bits_per_beat=9.0, markov_bits_per_beat=10.0 + n) for n, value in PAIRS[0]]
    second = [fold(n, valid_loss=value) for n, value in PAIRS[1]]
    told = told_by_folds(done(first, second))
    losses, bits = told["differences"]
    assert (losses["of"], losses["figure"], losses["mean"]) == ("recipe - against", "valid_loss", pytest.approx(-2.0))
    # of -1, -2, -3: sd 1, error sqrt(1/3 + 1/2), t -2.19 at 2 degrees
    assert losses["t"] == pytest.approx(-2.0 / (5 / 6) ** 0.5)
    assert losses["df"] == 2
    assert (bits["of"], bits["mean"]) == ("recipe - Markov", pytest.approx(-3.0))
    assert told["summary"]["valid_loss"]["mean"] == pytest.approx(2.0)
    assert "p" not in told["summary"]["valid_loss"]
    assert any(line.startswith("recipe - against, loss at the end: -2.0000 (95 % ") for line in lines_of(told))


PAIRS = ([(1, 1.0), (2, 2.0), (3, 3.0)], [(1, 2.0), (2, 4.0), (3, 6.0)])


def test_a_figure_that_a_fold_lacks_has_no_mean_and_neither_have_folds_that_are_missing() -> None:
    lacking = [fold(1, valid_loss=1.0), fold(2, valid_loss=None), fold(3, valid_loss=2.0)]
    assert told_by_folds(done(lacking, []))["summary"] == {}
    some = told_by_folds(done([fold(1, valid_loss=1.0)], []))
    assert (some["summary"], some["differences"]) == ({}, [])
    assert lines_of(some)[0] == "5 of 6 runs are still to be trained"


def test_the_same_command_prints_what_is_finished_and_trains_nothing(
    small_changes: Changes, popgen: Popgen, twelve: Path, folds_run: Path, tmp_path: Path
) -> None:
    run = shutil.copytree(folds_run, tmp_path / "run")
    command = ["crossval", twelve, "-o", run, "--folds", 3, "--recipe", "paper", *words(small_changes)]
    shown = popgen(*command)
    assert (shown.exit_code, shown.stderr) == (0, "")
    for text in ("fold-01", "fold-03", "mean", "sd", "95 % from", "Nadeau and Bengio", "2 songs of the test part"):
        assert text in shown.stdout
    told = json.loads(popgen(*command, "--json").stdout)
    assert told == json.loads((run / "crossval.json").read_text())
    values = [row["figures"]["valid_loss"] for row in told["folds"]]
    assert told["summary"]["valid_loss"]["mean"] == pytest.approx(sum(values) / 3)
    assert (run / "fold-02" / "sessions.jsonl").read_text().count("begin") == 1
    refused = popgen(*command, "--set", "train.epochs=5")
    assert (refused.exit_code, refused.stderr.count("\n")) == (4, 1)
    assert "recipe.train.epochs: 2, now 5" in refused.stderr
    series = popgen("train", twelve, "-o", run, "--resume")
    assert (series.exit_code, "holds a series of folds" in series.stderr) == (2, True)


def test_without_popgen_eval_it_says_what_to_install_before_anything_is_trained(
    popgen: Popgen, twelve: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "popgen_cli.folds")
    monkeypatch.setitem(sys.modules, "popgen_eval", None)
    monkeypatch.delitem(sys.modules, "popgen_eval.statistics")
    shown = popgen("crossval", twelve, "-o", tmp_path / "run", "--folds", 3, "--recipe", "paper")
    assert shown.exit_code == 1
    assert "(install popgen-eval from popgen's wheels)" in shown.stderr
    assert not (tmp_path / "run").exists()


def test_seeds_tell_their_spread_and_go_on_after_an_interruption(
    small_changes: Changes, popgen: Popgen, twelve: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextmanager
    def ended_at_once(what: str) -> Iterator[Callable[..., None]]:
        yield lambda *_: os.kill(os.getpid(), signal.SIGINT)

    run = tmp_path / "run"
    with monkeypatch.context() as patch:
        patch.setattr("popgen_cli.commands.train.progress", ended_at_once)
        first = popgen(
            "train", twelve, "-o", run, "--seeds", 2, "--recipe", "paper", *words((*small_changes, "train.epochs=1"))
        )
    assert first.exit_code == 130
    assert f"go on with: popgen train {twelve} -o {run} --seeds 2 --resume" in first.stderr
    shown = popgen("train", twelve, "-o", run, "--seeds", 2, "--resume")
    assert shown.exit_code == 0, shown.stderr
    assert "seed-2 (seed 2): training loss " in shown.stdout
    assert "validation loss at the end over 2 seeds: mean " in shown.stdout
    assert "training chance alone" in shown.stdout
    told = json.loads(popgen("train", twelve, "-o", run, "--seeds", 2, "--resume", "--json").stdout)
    saved = json.loads((run / "seeds.json").read_text())
    assert {**told, "schema": 1} == saved
    assert popgen("train", twelve, "-o", run, "--resume").exit_code == 2
