"""A runner for the command line, and a corpus, a dataset and a run that its own verbs made."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from popgen_cli.app import app

Popgen = Callable[..., Any]


def invoked(*words: object) -> Any:
    """`popgen WORDS` in this process -> exit_code, stdout, stderr."""
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture(scope="session")
def popgen() -> Popgen:
    return invoked


@pytest.fixture(scope="session")
def corpus_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two songs by the songwriter."""
    out = tmp_path_factory.mktemp("cli") / "songs"
    done = invoked("songwriter", "write", "-o", out, "--count", 2, "--seed", 1)
    assert done.exit_code == 0, done.stderr
    return out


@pytest.fixture(scope="session")
def dataset_dir(corpus_dir: Path) -> Path:
    out = corpus_dir.parent / "dataset"
    done = invoked("prepare", corpus_dir, "-o", out, "--workers", 1)
    assert done.exit_code == 0, done.stderr
    return out


@pytest.fixture(scope="session")
def run_dir(dataset_dir: Path) -> Path:
    """A run of a single step of a tiny model."""
    out = dataset_dir.parent / "run"
    sizes = ["width=16", "encoder.channels=4", "backbone.layers=1", "backbone.heads=2", "backbone.feed_forward=16"]
    windows = ["train.window=32", "backbone.window=32", "backbone.keep=16", "train.batch=4", "train.minutes=1e-6"]
    changes = [word for change in [*sizes, *windows] for word in ("--set", change)]
    done = invoked("train", dataset_dir, "-o", out, "--recipe", "demo", *changes)
    assert done.exit_code == 0, done.stderr
    return out


@pytest.fixture
def half_good(corpus_dir: Path, tmp_path: Path) -> Path:
    """A folder of one song and one file that is none."""
    folder = tmp_path / "half"
    folder.mkdir()
    shutil.copy(corpus_dir / "song-001.mid", folder)
    (folder / "text.mid").write_text("this is no music")
    return folder
