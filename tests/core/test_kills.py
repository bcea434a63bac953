"""Kills and signals at any moment: a killed run ends as if nothing had been, one that is asked to stop leaves soon."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import torch
from equal_runs import CHANCE, assert_equal_runs, at_step, left_behind, other_tensors

from popgen_core import api
from popgen_core.train.states import newest_state

pytest_plugins = ("tiny_run",)

Changes = tuple[str, ...]
SUPPORT = Path(__file__).parents[1] / "support"


@pytest.mark.slow
def test_fifty_kills_at_random_moments_change_nothing(
    tiny_dataset: Path, tiny_changes: Changes, tmp_path: Path
) -> None:
    changes = [*tiny_changes, *CHANCE, "train.save_minutes=0", "train.epochs=3"]
    words = [sys.executable, str(SUPPORT / "killed_run.py"), str(tiny_dataset), str(tmp_path), "50", "1", *changes]
    path = os.pathsep.join([str(SUPPORT), *sys.path])
    environment = {**os.environ, "PYTHONPATH": path, "OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}
    done = subprocess.run(words, env=environment, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr[-2000:]
    told = json.loads(done.stdout)
    assert told["wrong"] == []
    assert sum(told["moments"].values()) >= 50
    assert len(told["moments"]) >= 8, told  # the moments are spread: early, late, between writes and within them
    assert sum(count for name, count in told["moments"].items() if name.startswith("writing")) >= 5, told


def test_what_a_kill_leaves_of_a_write_is_taken_away(tiny_dataset: Path, tiny_changes: Changes, tmp_path: Path) -> None:
    run = tmp_path / "run"
    api.train(tiny_dataset, run, "paper", changes=tiny_changes, progress=at_step(2, signal.SIGINT))
    for name in (".last.safetensors-a", ".best.safetensors-a", ".log.jsonl-a", ".run.json-a", ".recipe.toml-a"):
        (run / name).write_text("half")
    (run / "states" / ".step-00000003.safetensors-a").write_text("half")
    (run / ".mine-a").write_text("not popgen's")
    api.train(tiny_dataset, run, resume=True)
    assert left_behind(run) == []
    assert (run / ".mine-a").exists()


def test_a_step_of_forty_micro_batches_is_left_at_once_and_nothing_of_it_is_kept(
    tiny_dataset: Path, tiny_changes: Changes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from popgen_core.train.step import Stepper

    windows = ("train.window=8", "backbone.window=8", "backbone.keep=4", "train.batch=40", "train.micro_batch=1")
    changes = [*tiny_changes, *CHANCE, *windows]
    one = api.train(tiny_dataset, tmp_path / "one", "paper", changes=changes, progress=at_step(1, signal.SIGINT))
    assert one.steps == 1
    learn, learned, asked = Stepper.learn, [0], [0.0]

    def slow(self: Stepper, *given: Any) -> Any:
        """As on a slow machine: what is left of the step at the signal would take 7.4 seconds."""
        learned[0] += 1
        if learned[0] > 1 + 40:  # one that tells how much memory it takes, then the first step
            time.sleep(0.2)
        if learned[0] == 1 + 40 + 3:
            asked[0] = time.monotonic()
            os.kill(os.getpid(), signal.SIGTERM)
        return learn(self, *given)

    monkeypatch.setattr(Stepper, "learn", slow)
    report = api.train(tiny_dataset, tmp_path / "run", "paper", changes=changes)
    assert time.monotonic() - asked[0] < 5
    assert (learned[0], report.steps, report.stopped) == (44, 1, "stopped by SIGTERM")
    expected, found = newest_state(tmp_path / "one"), newest_state(tmp_path / "run")
    assert expected is not None
    assert found is not None
    assert other_tensors(expected.tensors, found.tensors) == []


@pytest.mark.parametrize("way", ["forward", "back"])
def test_a_signal_is_heard_in_the_middle_of_a_micro_batch(
    tiny_dataset: Path, tiny_changes: Changes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    from popgen_core.backbones.transformer import Layer
    from popgen_core.decoders.independent import Independent
    from popgen_core.train.step import Stepper

    changes = [*tiny_changes, *CHANCE, "train.micro_batch=0"]
    api.train(tiny_dataset, tmp_path / "whole", "paper", changes=changes, valid=tiny_dataset)
    forward, decode, learn = Layer.forward, Independent.forward, Stepper.learn
    passes, learned, decoded = [], [], []

    def counted(self: Stepper, *given: Any) -> Any:
        learned.append(learn(self, *given))
        return learned[-1]

    def interrupted(self: Layer, x: torch.Tensor) -> torch.Tensor:
        passes.append(x.requires_grad)
        y = forward(self, x)
        if len(passes) == 4 and way == "forward":  # of the third step; once to tell how much memory is needed
            os.kill(os.getpid(), signal.SIGTERM)
        if len(passes) == 4 and way == "back":
            y.register_hook(lambda gradient: os.kill(os.getpid(), signal.SIGTERM))
        return y

    def followed(self: Independent, *given: Any) -> Any:
        decoded.append(len(passes))
        return decode(self, *given)

    monkeypatch.setattr(Layer, "forward", interrupted)
    monkeypatch.setattr(Independent, "forward", followed)
    monkeypatch.setattr(Stepper, "learn", counted)
    report = api.train(tiny_dataset, tmp_path / "run", "paper", changes=changes, valid=tiny_dataset)
    monkeypatch.undo()
    assert (report.steps, report.stopped) == (2, "stopped by SIGTERM")
    assert (passes, len(learned)) == ([True] * 4, 3)  # the fourth pass was not gone to its end
    assert decoded == ([1, 2, 3] if way == "forward" else [1, 2, 3, 4])
    api.train(tiny_dataset, tmp_path / "run", valid=tiny_dataset, resume=True)
    assert_equal_runs(tmp_path / "whole", tmp_path / "run")


def test_a_signal_while_the_validation_is_measured_is_heard_between_two_batches(
    tiny_dataset: Path, tiny_changes: Changes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from popgen_core.train.loop import Runner

    changes = [*tiny_changes, *CHANCE]
    api.train(tiny_dataset, tmp_path / "whole", "paper", changes=changes, valid=tiny_dataset)
    batches_of, passes = Runner._batches_of, []

    def interrupted(self: Runner, *given: Any) -> Any:
        passes.append(0)
        for batch in batches_of(self, *given):
            passes[-1] += 1
            if len(passes) == 3 and passes[-1] == 2:  # once to count, once an epoch to measure
                os.kill(os.getpid(), signal.SIGINT)
            yield batch

    monkeypatch.setattr(Runner, "_batches_of", interrupted)
    report = api.train(tiny_dataset, tmp_path / "run", "paper", changes=changes, valid=tiny_dataset)
    monkeypatch.undo()
    assert passes[0] == passes[1] > passes[2] == 2
    assert (report.epochs, report.steps, report.stopped) == (1, 8, "stopped by SIGINT")  # the second has no end yet
    again = api.train(tiny_dataset, tmp_path / "run", valid=tiny_dataset, resume=True)
    assert (again.epochs, again.steps) == (2, 8)
    assert_equal_runs(tmp_path / "whole", tmp_path / "run")


@pytest.mark.parametrize("again", [signal.SIGINT, signal.SIGTERM])
def test_a_second_ctrl_c_while_the_first_is_being_answered_loses_nothing(
    tiny_dataset: Path, tiny_changes: Changes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, again: signal.Signals
) -> None:
    changes, fsync, saves = [*tiny_changes, *CHANCE], os.fsync, []
    api.train(tiny_dataset, tmp_path / "whole", "paper", changes=changes, valid=tiny_dataset)

    def impatient(descriptor: int) -> None:
        os.kill(os.getpid(), again)
        saves.append(descriptor)
        fsync(descriptor)

    def progress(place: Any, *others: Any) -> None:
        if place.steps == 3:
            os.kill(os.getpid(), signal.SIGINT)
            monkeypatch.setattr(os, "fsync", impatient)

    report = api.train(tiny_dataset, tmp_path / "run", "paper", changes=changes, valid=tiny_dataset, progress=progress)
    monkeypatch.undo()
    assert (report.steps, len(saves)) == (3, 4)  # log, state, its folder, checkpoint: a signal in each
    api.train(tiny_dataset, tmp_path / "run", valid=tiny_dataset, resume=True)
    assert_equal_runs(tmp_path / "whole", tmp_path / "run")


def test_every_kind_of_chance_is_seeded(tiny_dataset: Path, tiny_changes: Changes, tmp_path: Path) -> None:
    import random

    import numpy as np

    states = []
    for name in ("one", "other"):
        torch.rand(3), np.random.rand(3), random.random()
        api.train(tiny_dataset, tmp_path / name, "paper", changes=[*tiny_changes, "train.epochs=1"])
        states.append(newest_state(tmp_path / name))
    assert states[0] is not None
    assert states[1] is not None
    assert other_tensors(states[0].tensors, states[1].tensors) == []
