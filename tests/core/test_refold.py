"""Folds made anew are those that the dataset would have been given, and keep its laws."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from melodies import melodies

from popgen_core import api
from popgen_core.corpus.dataset import Dataset
from popgen_core.corpus.refold import folds_of
from popgen_core.errors import DatasetError

pytest_plugins = ("tiny_run", "twelve_songs")


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve melodies, and a copy of two of them that differs in velocity alone."""
    folder = melodies(tmp_path_factory.mktemp("copied") / "midi")
    for number in (1, 4):
        content = (folder / f"{number:02}.mid").read_bytes()
        (folder / f"copy-{number:02}.mid").write_bytes(content.replace(b"\x40", b"\x48"))
    return folder


@pytest.mark.parametrize("count", [2, 4])
def test_folds_made_anew_are_those_that_prepare_would_have_made(copied: Path, tmp_path: Path, count: int) -> None:
    for folds in (3, count):
        api.prepare(copied, tmp_path / str(folds), workers=1, folds=folds)
    one, other = (Dataset.open(tmp_path / str(folds)) for folds in (3, count))
    assert any(song.alike for song in one.songs)  # copies that must stay together are among them
    assert one.split is not None
    assert other.split is not None
    assert len(one.split.folds) == 3
    assert folds_of(one, count) == other.split.folds
    assert len(other.split.folds) == count


def test_folds_part_the_training_songs_and_no_other(twelve: Path) -> None:
    opened = Dataset.open(twelve)
    assert opened.split is not None
    folds = folds_of(opened, 5)
    assert sorted(name for fold in folds for name in fold) == sorted(opened.split.train)
    assert len(folds) == 5
    assert all(folds)


def test_a_dataset_from_before_there_were_splits_says_what_to_do(twelve: Path) -> None:
    with pytest.raises(DatasetError, match=r"made before there were splits.*prepare the dataset anew"):
        folds_of(replace(Dataset.open(twelve), split=None), 3)
