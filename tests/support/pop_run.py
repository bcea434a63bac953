"""A tiny run of recipe `pop`, with every control: a fixture of several test files."""

from __future__ import annotations

from pathlib import Path

import pytest
from tiny_recipe import TINY

from popgen_core import api

pytest_plugins = ("tiny_run",)

OTHERS = ("grid.", "decoder.", "train.group_weights")  # of the tiny changes, what recipe `pop` has its own of


@pytest.fixture(scope="session")
def pop_run(tiny_dataset: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run of some ten steps that knows all controls, four frames a beat, windows of four bars."""
    run = tmp_path_factory.mktemp("runs") / "pop"
    changes = [change for change in TINY if not change.startswith(OTHERS)]
    changes += ["train.epochs=3", "train.learning_rate=1e-3", "encoder.look=8"]
    api.train(tiny_dataset, run, "pop", changes=changes)
    return run
