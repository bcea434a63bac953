"""A tiny run that fine-tunes an adapter beside the tiny run of recipe `pop`: a fixture of several test files."""

from __future__ import annotations

from pathlib import Path

import pytest

from popgen_core import api

pytest_plugins = ("pop_run",)


@pytest.fixture(scope="session")
def style(pop_run: Path, short_dataset: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of an adapter of rank 2 that learnt from four bars of two songs, quickly enough to be heard."""
    run = tmp_path_factory.mktemp("styles") / "mine"
    changes = ("train.epochs=2", "train.learning_rate=0.03", "train.batch=1")
    return api.train(short_dataset, run, start=pop_run, changes=changes, adapter=True, rank=2).checkpoint
