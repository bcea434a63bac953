"""Fine-tuning goes on from a checkpoint: its weights, its recipe, its licences; and keeps songs back to judge by."""

from __future__ import annotations

import hashlib
import json
import shutil
import signal
from pathlib import Path

import numpy as np
import pytest
import torch
from equal_runs import assert_equal_runs, at_step
from torch import nn

from popgen_core import api
from popgen_core.checkpoint import read_checkpoint
from popgen_core.corpus.dataset import Dataset
from popgen_core.errors import CheckpointError, RecipeError, Refused
from popgen_core.history.tables import licence_table
from popgen_core.music import song_to_midi
from popgen_core.plugins import catalogue
from popgen_core.recipe import recipe_from_toml
from popgen_core.shipped.pack import pack
from popgen_core.songwriter import write_songs
from popgen_core.train.anchor import Anchor
from popgen_core.train.parts import mark_of, parts_of

pytest_plugins = ("pop_run",)

FEW = ("train.epochs=2", "train.batch=1")


@pytest.fixture(scope="module")
def tuned(pop_run: Path, short_dataset: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    run = tmp_path_factory.mktemp("tuned") / "mine"
    api.train(short_dataset, run, start=pop_run, changes=FEW)
    return run


def test_training_goes_on_from_the_weights_of_the_start(pop_run: Path, short_dataset: Path, tmp_path: Path) -> None:
    changes = (*FEW, "train.learning_rate=1e-12")  # a rate at which nothing is learnt
    api.train(short_dataset, tmp_path / "still", start=pop_run, changes=changes)
    before, after = (read_checkpoint(run / "last.safetensors")[1] for run in (pop_run, tmp_path / "still"))
    assert set(before) == set(after)
    assert all(np.allclose(before[name], after[name], atol=1e-8) for name in before)


def test_normalisers_keep_the_statistics_of_the_start_while_weights_learn(pop_run: Path, tuned: Path) -> None:
    before, after = (read_checkpoint(run / "last.safetensors")[1] for run in (pop_run, tuned))
    kept = [name for name in before if "running" in name or name.endswith("num_batches_tracked")]
    assert kept
    assert all(np.array_equal(before[name], after[name]) for name in kept)
    assert not np.array_equal(before["decoder.heads.weight"], after["decoder.heads.weight"])


def test_the_recipe_is_the_starts_but_for_what_suits_few_songs(pop_run: Path, tuned: Path) -> None:
    before, after = (
        recipe_from_toml(read_checkpoint(run / "last.safetensors")[0].recipe, catalogue()).table()
        for run in (pop_run, tuned)
    )
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"train"}
    assert (after["train"]["epochs"], after["train"]["schedule"], after["train"]["window"]) == (2, "cosine", 64)


@pytest.mark.parametrize(
    "change", ["backbone.layers=2", "encoder.name=linear.v1", "grid.frames_per_beat=8", "train.window=32"]
)
def test_another_model_is_refused_in_a_line_that_names_the_change(
    pop_run: Path, short_dataset: Path, tmp_path: Path, change: str
) -> None:
    with pytest.raises(RecipeError, match=f"goes on with the model of .*{change.partition('=')[0]}"):
        api.train(short_dataset, tmp_path / "run", start=pop_run, changes=[change])
    assert not (tmp_path / "run").exists()


def test_what_does_not_go_together_is_refused(pop_run: Path, short_dataset: Path, tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="--start goes on with the checkpoint's own recipe"):
        api.train(short_dataset, tmp_path / "run", "pop", start=pop_run)
    with pytest.raises(RecipeError, match="--adapter learns beside a checkpoint"):
        api.train(short_dataset, tmp_path / "run", adapter=True)
    with pytest.raises(RecipeError, match="--rank is that of an adapter"):
        api.train(short_dataset, tmp_path / "run", start=pop_run, rank=4)
    with pytest.raises(RecipeError, match=r"train\.pull draws weights back to a start"):
        api.train(short_dataset, tmp_path / "run", "pop", changes=["train.pull=1"])
    with pytest.raises(RecipeError, match="--rank 0 is not between 1 and 256"):
        api.train(short_dataset, tmp_path / "run", start=pop_run, adapter=True, rank=0)


def test_the_passport_tells_where_the_weights_come_from(pop_run: Path, tuned: Path) -> None:
    file = pop_run / "last.safetensors"
    corpus = read_checkpoint(tuned / "last.safetensors")[0].corpus
    start = corpus["start"]
    assert start["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()
    assert start["passport"] == read_checkpoint(file)[0].corpus["passport"]
    assert not corpus["passport"]["permissive"]  # as long as the start's songs are not
    told = json.loads((tuned / "run.json").read_text())
    assert told["start"]["checkpoint"] == str(pop_run)
    heard = json.loads((pop_run / "run.json").read_text())["heard"]["trained"]
    assert set(told["heard"]["before"]) | set(told["heard"]["trained"]) >= set(heard)


def test_the_model_card_and_the_report_name_the_licences_of_the_start_too(tuned: Path) -> None:
    packed = pack(tuned, tuned.parent / "packed", "other")
    text = packed.card.read_text()
    start = read_checkpoint(tuned / "last.safetensors")[0].corpus["start"]["sha256"]
    assert f"It went on from the checkpoint `{start}` of recipe pop" in text
    assert text.count("| licence of the songs | songs |") == 2
    assert [row[0] for row in licence_table(api.report(tuned)).rows] == ["unknown", "unknown (of the start)"]


def test_a_fine_tuned_run_that_was_stopped_ends_as_if_it_had_not(
    pop_run: Path, tiny_dataset: Path, tmp_path: Path
) -> None:
    changes, whole, broken = (*FEW, "train.pull=10"), tmp_path / "whole", tmp_path / "broken"
    api.train(tiny_dataset, whole, start=pop_run, changes=changes, valid=tiny_dataset)
    first = api.train(
        tiny_dataset, broken, start=pop_run, changes=changes, valid=tiny_dataset, progress=at_step(3, signal.SIGINT)
    )
    assert first.interrupted
    torch.rand(5)
    api.train(tiny_dataset, broken, resume=True, valid=tiny_dataset)
    assert_equal_runs(whole, broken)


def test_a_run_whose_start_is_gone_or_another_says_so(pop_run: Path, short_dataset: Path, tmp_path: Path) -> None:
    start, run = tmp_path / "start.safetensors", tmp_path / "run"
    shutil.copy(pop_run / "last.safetensors", start)
    api.train(short_dataset, run, start=start, changes=("train.epochs=1",))
    moved = start.rename(tmp_path / "moved.safetensors")
    with pytest.raises(CheckpointError, match=r"started from .*start\.safetensors, which cannot be read"):
        api.train(short_dataset, run, resume=True)
    assert api.train(short_dataset, run, resume=True, start=moved).stopped == "all epochs done"
    other = tmp_path / "other"
    api.train(short_dataset, other, start=pop_run, changes=("train.epochs=1",))
    with pytest.raises(CheckpointError, match="started from the checkpoint"):
        api.train(short_dataset, run, resume=True, start=other)


def test_what_a_run_started_from_is_known_by_its_states_too(
    pop_run: Path, tuned: Path, short_dataset: Path, tmp_path: Path
) -> None:
    run = Path(shutil.copytree(tuned, tmp_path / "run"))
    (run / "run.json").unlink()
    with pytest.raises(CheckpointError, match="does not say what the run started from"):
        api.train(short_dataset, run, resume=True)
    assert api.train(short_dataset, run, resume=True, start=pop_run).stopped == "all epochs done"


def test_a_run_from_nothing_is_not_gone_on_with_from_a_checkpoint(
    pop_run: Path, tiny_dataset: Path, tmp_path: Path
) -> None:
    run = Path(shutil.copytree(pop_run, tmp_path / "run"))
    with pytest.raises(Refused, match=r"start\.sha256"):
        api.train(tiny_dataset, run, resume=True, start=pop_run)


def test_weights_are_drawn_back_by_their_share_of_the_way() -> None:
    layer = nn.Linear(1, 1, bias=False)
    nn.init.constant_(layer.weight, 1.0)
    anchor = Anchor(layer, pull=2.0)
    nn.init.constant_(layer.weight, 3.0)
    anchor.draw_back(learning_rate=0.1)
    assert layer.weight.item() == pytest.approx(2.6)  # 3 less 0.1 x 2 of the way of 2


@pytest.fixture(scope="module")
def six_songs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("six")
    (place / "midi").mkdir()
    for number, song in enumerate(write_songs(6, seed=3)):
        (place / "midi" / f"{number}.mid").write_bytes(song_to_midi(song))
    api.prepare(place / "midi", place / "dataset", workers=1)
    return place / "dataset"


def test_of_five_songs_or_more_some_are_held_out_and_heard(six_songs: Path) -> None:
    opened = Dataset.open(six_songs)
    parts = parts_of(opened, "train", None, few=True)
    assert opened.split is not None
    assert parts.valid is not None
    assert {song.file for song in parts.valid.songs} == set(opened.split.test)
    assert parts.counts() == {"trained": 5, "validated": 1, "left": 0}
    assert {mark_of(song) for song in parts.train.songs}.isdisjoint(mark_of(song) for song in parts.valid.songs)
    assert parts_of(opened, "train", None).counts() == {"trained": 6, "validated": 0, "left": 0}
    four = opened.of([song.file for song in opened.songs[:4]])
    assert parts_of(four, "train", None, few=True).counts() == {"trained": 4, "validated": 0, "left": 0}


def test_the_loss_on_songs_held_out_is_told_before_and_after(pop_run: Path, six_songs: Path, tmp_path: Path) -> None:
    report = api.train(
        six_songs, tmp_path / "run", start=pop_run, changes=("train.epochs=1", "train.learning_rate=1e-12")
    )
    [note] = [note for note in report.notes if note.startswith("before training")]
    assert note == f"before training the loss on the songs held out (1) was {report.valid_loss:.4f}"


def test_a_mixture_of_the_starts_folders_is_not_asked_of_other_songs(
    tiny_changes: tuple[str, ...], short_dataset: Path, tmp_path: Path
) -> None:
    mixed = [*tiny_changes, "train.epochs=1", 'train.times={"." = 2.0}']
    api.train(short_dataset, tmp_path / "start", "paper", changes=mixed)
    api.train(short_dataset, tmp_path / "mine", start=tmp_path / "start", changes=["train.epochs=1"])
    recipes = [read_checkpoint(tmp_path / run / "last.safetensors")[0].recipe for run in ("start", "mine")]
    assert [recipe_from_toml(recipe, catalogue()).train.times for recipe in recipes] == [{".": 2.0}, {}]
