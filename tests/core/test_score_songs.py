"""Which songs a run is scored on, and on which the baselines are fitted."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from popgen_core.checkpoint import Card
from popgen_core.corpus.dataset import Dataset, SongEntry
from popgen_core.corpus.split import Split
from popgen_core.corpus.store import store_at
from popgen_core.errors import DatasetError, RecipeError
from popgen_core.groupers import Seven
from popgen_core.music import SecondsGrid
from popgen_core.music.roll import RollSpec
from popgen_core.plugins import catalogue
from popgen_core.recipe import Recipe, read_recipe
from popgen_core.score.songs import check_fit, choose

pytest_plugins = ("tiny_run",)

FILES = tuple(f"{number:02}.mid" for number in range(12))
SPLIT = Split(0, 0.2, 0, FILES[:9], FILES[9:], (FILES[:3], FILES[3:6], FILES[6:9]), (), True, "", 12, 12)
NOWHERE = Path("nowhere")


def dataset_of(sha256: str, split: Split | None = SPLIT) -> Dataset:
    """Twelve songs of which nothing but the names is known."""
    songs = tuple(SongEntry(file, "", "", 0, 0.0, {}) for file in FILES)
    grouper = {"name": "seven.v1", "options": {"names": True, "roles": True}}
    return Dataset(store_at(sha256), SecondsGrid(20), RollSpec(Seven.groups), grouper, songs, sha256, split)


def card_of(dataset: str, trained: int | None) -> Card:
    split = {} if trained is None else {"split": {"trained": trained}}
    return Card("", [], [], {}, corpus={"dataset": dataset, **split})


def recipe_of(*changes: str) -> Recipe:
    return read_recipe("paper", catalogue(), changes)


def names(dataset: Dataset | None) -> tuple[str, ...]:
    return tuple(song.file for song in dataset.songs) if dataset else ()


def test_of_its_own_dataset_a_run_is_scored_on_the_test_part_only() -> None:
    chosen = choose(card_of("own", 6), recipe_of(), NOWHERE, dataset_of("own"), None)
    assert names(chosen.scored) == FILES[9:]
    assert names(chosen.trained) == FILES[3:9]  # the first fold was kept for validation
    assert "only the 3 songs of its test part" in chosen.remarks[0]


def test_a_run_that_was_validated_on_other_songs_was_trained_on_every_fold() -> None:
    chosen = choose(card_of("own", 9), recipe_of(), NOWHERE, dataset_of("own"), None)
    assert names(chosen.trained) == FILES[:9]


@pytest.mark.parametrize("card", [card_of("own", 12), card_of("own", None)])
def test_a_run_that_was_trained_on_all_songs_or_before_there_were_parts_knows_them_all(card: Card) -> None:
    chosen = choose(card, recipe_of("train.songs=all"), NOWHERE, dataset_of("other"), dataset_of("own"))
    assert names(chosen.scored) == names(chosen.trained) == FILES
    assert chosen.remarks == ()


def test_its_own_dataset_without_a_test_part_is_refused() -> None:
    with pytest.raises(DatasetError, match="no test part"):
        choose(card_of("own", 12), recipe_of(), NOWHERE, dataset_of("own", split=None), None)


def test_baselines_on_songs_that_the_run_was_not_trained_on_are_named_as_such() -> None:
    chosen = choose(card_of("own", 6), recipe_of(), NOWHERE, dataset_of("other"), dataset_of("third"))
    assert names(chosen.scored) == FILES
    assert names(chosen.trained) == FILES[3:9]
    assert "third is not the dataset that the checkpoint was trained on" in chosen.remarks[0]


def test_what_a_run_was_trained_on_is_read_from_its_folder(tiny_dataset: Path, tmp_path: Path) -> None:
    opened = Dataset.open(tiny_dataset)
    (tmp_path / "run.json").write_text(json.dumps({"schema": 1, "dataset": {"path": str(tiny_dataset)}}))
    for named in (tmp_path, tmp_path / "last.safetensors"):
        chosen = choose(card_of(opened.sha256, 2), recipe_of(), named, dataset_of("other"), None)
        assert names(chosen.trained) == names(opened)
        assert chosen.remarks == ()


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (None, "it is not known what the run was trained on"),
        ("{", "it is not known what the run was trained on"),
        ('{"dataset": {"path": "gone"}}', "gone is no dataset"),
        ('{"dataset": {"path": "TINY"}}', "is not what the run was trained on any more"),
    ],
)
def test_without_what_it_was_trained_on_a_run_has_no_baselines_and_one_line_says_so(
    said: str | None, why: str, tiny_dataset: Path, tmp_path: Path
) -> None:
    if said is not None:
        (tmp_path / "run.json").write_text(said.replace("TINY", str(tiny_dataset)))
    chosen = choose(card_of("own", 6), recipe_of(), tmp_path, dataset_of("other"), None)
    assert chosen.trained is None
    [remark] = chosen.remarks
    assert remark.startswith("no baselines: ")
    assert why in remark
    assert "--training" in remark


def test_songs_that_were_grouped_otherwise_are_refused() -> None:
    recipe, dataset = recipe_of(), dataset_of("other")
    check_fit(recipe, Seven.groups, dataset)
    deaf = replace(dataset, grouper={"name": "seven.v1", "options": {"names": True, "roles": False}})
    other = replace(dataset, grouper={"name": "program.v1", "options": {}})
    fewer = replace(dataset, spec=RollSpec(Seven.groups[1:]))
    for wrong in (deaf, other, fewer):
        with pytest.raises(RecipeError, match=r"grouped by seven\.v1") as caught:
            check_fit(recipe, Seven.groups, wrong)
        assert caught.value.exit_code == 2
    with pytest.raises(DatasetError, match="holds no songs"):
        check_fit(recipe, Seven.groups, replace(dataset, songs=()))
