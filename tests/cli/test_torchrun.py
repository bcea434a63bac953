"""The same command under torchrun: two processes train what one would, and only the first writes and prints."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tiny_recipe import TINY

from popgen_core import api
from popgen_core.history import read_log

pytest_plugins = ("tiny_run",)

LAUNCH = ("-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", "-m")
CHANGES = (*TINY, "train.micro_batch=1", "train.batch=3", "train.save_minutes=0", "train.learning_rate=1e-3")


def launched(*words: object, two: bool = True) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *(LAUNCH if two else ("-m",)), "popgen_cli", *map(str, words)]
    own = {name: value for name, value in os.environ.items() if name not in ("RANK", "WORLD_SIZE", "LOCAL_RANK")}
    return subprocess.run(command, capture_output=True, text=True, env={**own, "OMP_NUM_THREADS": "1"}, timeout=120)


def losses(run: Path) -> list[Any]:
    """Losses and gradient norms of every step, and validation losses, of a run."""
    lines = read_log(run / "log.jsonl")
    told = ([line[name] for name in ("loss", "gradient_norm", "valid_loss") if name in line] for line in lines)
    return [value for values in told for value in values]


LINEAR = (*(change for change in CHANGES if not change.startswith("encoder.")), "encoder.name=linear.v1")


# Float32 sums in another order, and six steps of Adam. With batch norm a silent group comes out as nought, give or take
# a rounding error, and ReLU passes the gradient of its bias or not by that sign: 6e-3 of the first gradient.
@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "changes", "tolerance"), [("ddp", LINEAR, 2e-5), ("fsdp", LINEAR, 2e-5), ("ddp", CHANGES, 1e-2)]
)
def test_two_processes_have_the_losses_of_one_and_go_on_from_its_state(
    tiny_dataset: Path, tmp_path: Path, kind: str, changes: tuple[str, ...], tolerance: float
) -> None:
    changes = (*changes, f"train.parallel={kind}")
    api.train(tiny_dataset, tmp_path / "one", "paper", changes=changes, valid=tiny_dataset)
    words = [word for change in changes for word in ("--set", change)]
    done = launched("train", tiny_dataset, "-o", tmp_path / "two", "--recipe", "paper", "--valid", tiny_dataset, *words)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("in 6 steps") == 1  # one of them speaks
    assert (tmp_path / "two" / "report.html").exists()
    expected, found = losses(tmp_path / "one"), losses(tmp_path / "two")
    assert len(expected) == 6 * 2 + 2 * 2
    assert found == pytest.approx(expected, rel=tolerance)
    assert json.loads((tmp_path / "two" / "run.json").read_text())["processes"] == 2
    refused = launched("train", tiny_dataset, "-o", tmp_path / "two", "--valid", tiny_dataset, "--resume", two=False)
    assert refused.returncode == 4
    assert "processes: 2, now 1" in refused.stderr
    forced = ["--set", "train.epochs=3", "--resume", "--force"]
    done = launched("train", tiny_dataset, "-o", tmp_path / "two", "--valid", tiny_dataset, *forced)
    assert done.returncode == 0, done.stderr
    assert "in 9 steps" in done.stdout


@pytest.mark.slow
def test_scheduled_sampling_goes_with_sharded_weights(tiny_dataset: Path, tmp_path: Path) -> None:
    changes = [*CHANGES, "train.parallel=fsdp", "train.true_inputs=0.2", "train.true_inputs_epochs=1"]
    words = [word for change in changes for word in ("--set", change)]
    done = launched("train", tiny_dataset, "-o", tmp_path / "run", "--recipe", "paper", *words)
    assert done.returncode == 0, done.stderr
    steps = [line for line in read_log(tmp_path / "run" / "log.jsonl") if line["kind"] == "step"]
    assert [step["true_inputs"] for step in steps] == [1.0] * 3 + [0.2] * 3
    assert all(step["loss"] > 0 for step in steps)
