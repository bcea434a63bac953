"""A dataset of twelve short melodies in three folds, and a cross-validation of it: fixtures of several test files."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from melodies import melodies

from popgen_core import api
from popgen_core.corpus.dataset import Dataset


@pytest.fixture(scope="session")
def small_changes(tiny_changes: tuple[str, ...]) -> tuple[str, ...]:
    """Changes that make the paper's recipe smaller still: two epochs, with dropout, so that chance shows."""
    windows = ("train.window=32", "backbone.window=32", "backbone.keep=16", "backbone.dropout=0.2")
    return (*tiny_changes, "width=16", "encoder.channels=4", "backbone.feed_forward=16", *windows, "train.epochs=2")


@pytest.fixture(scope="session")
def twelve(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("twelve")
    api.prepare(melodies(place / "midi"), place / "dataset", workers=1, folds=3)
    return place / "dataset"


@pytest.fixture(scope="session")
def loaded() -> list[str]:
    """Every song that the cross-validation of `folds_run` has loaded."""
    return []


@pytest.fixture(scope="session")
def folds_run(
    twelve: Path, loaded: list[str], small_changes: tuple[str, ...], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The folder of a cross-validation in three folds that nothing interrupted."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # sums are bit-equal at an equal thread count
    load = Dataset.load

    def noted(self: Dataset, index: int) -> object:
        loaded.append(self.songs[index].file)
        return load(self, index)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Dataset, "load", noted)
        folder = tmp_path_factory.mktemp("folds") / "run"
        api.crossval(twelve, folder, "paper", changes=small_changes, folds=3)
    torch.set_num_threads(threads)
    return folder
