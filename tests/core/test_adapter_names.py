"""An adapter bears the name of its run's folder; a folder that was renamed still means the one that it holds."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from popgen_core import api
from popgen_core.adapters.file import AdapterCard, adapter_file, read_adapter, write_adapter
from popgen_core.errors import CheckpointError

pytest_plugins = ("styled_run",)


@pytest.fixture
def renamed(style: Path, tmp_path: Path) -> Path:
    """The folder of the run `mine`, called `other` since, with an adapter of a lowest validation loss."""
    folder = Path(shutil.copytree(style.parent, tmp_path / "other"))
    shutil.copy(style, folder / "mine.best.adapter.safetensors")
    return folder


def test_a_renamed_folder_means_the_only_adapter_in_it(style: Path, renamed: Path) -> None:
    assert adapter_file(renamed).name == style.name == "mine.adapter.safetensors"
    assert read_adapter(renamed).sha256 == read_adapter(style).sha256
    (renamed / style.name).unlink()
    with pytest.raises(CheckpointError, match="other holds no adapter"):
        adapter_file(renamed)  # the best one is meant by its own name alone


def test_of_several_the_one_of_the_folders_name_is_meant_or_none(style: Path, renamed: Path) -> None:
    shutil.copy(style, renamed / "yours.adapter.safetensors")
    with pytest.raises(CheckpointError, match=r"several adapters: mine\.adapter\.safetensors, yours\.adapter") as told:
        adapter_file(renamed)
    assert told.value.hint == "name one of them"
    shutil.copy(style, renamed / "other.adapter.safetensors")
    assert adapter_file(renamed).name == "other.adapter.safetensors"


def test_a_renamed_run_that_goes_on_calls_its_adapters_by_its_new_name(
    style: Path, renamed: Path, short_dataset: Path
) -> None:
    report = api.train(short_dataset, renamed, resume=True)
    assert "mine.adapter.safetensors is called other.adapter.safetensors now, as its folder is" in report.notes
    assert report.checkpoint.name == "other.adapter.safetensors"
    names = sorted(file.name for file in renamed.glob("*.adapter.safetensors"))
    assert names == ["other.adapter.safetensors", "other.best.adapter.safetensors"]
    assert read_adapter(renamed).sha256 == read_adapter(style).sha256  # all epochs were done
    assert api.train(short_dataset, renamed, resume=True).notes == ()


def test_the_same_ranks_are_the_same_file(style: Path, tmp_path: Path) -> None:
    ranks, card = read_adapter(style).tensors, AdapterCard("a" * 64, 2, "")
    for number in range(20):
        write_adapter(tmp_path / str(number), ranks, card)
    assert len({file.read_bytes() for file in tmp_path.iterdir()}) == 1
