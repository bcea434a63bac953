"""A recipe with all controls trains, resumes to the bit, and is scored with them and without."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest
import torch
from equal_runs import CHANCE, assert_equal_runs, at_step

from popgen_core import api
from popgen_core.assemble import assemble
from popgen_core.checkpoint import read_checkpoint
from popgen_core.corpus.dataset import Dataset
from popgen_core.errors import RecipeError
from popgen_core.model import Model
from popgen_core.plan.features import CONTROLS
from popgen_core.plugins import catalogue
from popgen_core.recipe import read_recipe
from popgen_core.train.memory import bytes_of_a_window
from popgen_core.train.songs import load_songs
from popgen_core.train.step import Stepper
from popgen_core.train.windows import Windows

pytest_plugins = ("tiny_run",)

Changes = tuple[str, ...]
SMALL = ("encoder.look=6", "decoder.rank=8", "train.warmup_steps=0")
STRONG = ("controls.drop=0.2", "controls.drop_all=0.1", "controls.given=0.5")


@pytest.fixture(scope="module")
def pop(tiny_changes: Changes) -> Changes:
    """Changes that make the recipe pop tiny."""
    return (*tiny_changes, *SMALL, *STRONG)


@pytest.fixture(scope="module")
def run(tiny_dataset: Path, pop: Changes, tmp_path_factory: pytest.TempPathFactory) -> Path:
    run = tmp_path_factory.mktemp("told") / "run"
    api.train(tiny_dataset, run, "pop", changes=(*pop, "train.epochs=6"))
    return run


def test_its_loss_falls_and_what_is_told_is_heard(run: Path) -> None:
    loss = api.report(run).curve.loss
    assert loss[-8:].mean() < 0.8 * loss[:4].mean()  # four steps an epoch
    card, weights = read_checkpoint(run / "last.safetensors")
    assert abs(torch.from_numpy(weights["decoder.hints.again.trust.weight"])).max() > 0
    assert {"encoder.again.weight", "encoder.now.weight", "encoder.glimpse.weight", "encoder.soon.weight"} <= set(
        weights
    )
    card = read_checkpoint(run / "last.safetensors")[0]
    assert [name for name, _ in card.controls][-len(CONTROLS) :] == list(CONTROLS)


def test_a_resumed_run_ends_as_if_it_had_never_stopped(tiny_dataset: Path, pop: Changes, tmp_path: Path) -> None:
    changes = [*pop, *CHANCE, "backbone.name=rotary.v1"]
    api.train(tiny_dataset, tmp_path / "whole", "pop", changes=changes, valid=tiny_dataset)
    stop = at_step(3, signal.SIGINT)
    first = api.train(tiny_dataset, tmp_path / "broken", "pop", changes=changes, valid=tiny_dataset, progress=stop)
    assert first.steps == 3
    torch.rand(5)
    api.train(tiny_dataset, tmp_path / "broken", valid=tiny_dataset, resume=True)
    assert_equal_runs(tmp_path / "whole", tmp_path / "broken")


def test_it_is_scored_on_what_it_knows_without_its_controls_and_with_them(
    run: Path, short_dataset: Path, tiny_dataset: Path
) -> None:
    alone, told = (api.score(run, short_dataset, training=tiny_dataset, told=told) for told in (False, True))
    assert alone.controls == ("position",)
    assert told.controls == ("position", *(name for name in CONTROLS if name != "given"))
    bits = {score.pooled("model").bits for score in (alone, told)}
    assert len(bits) == 2
    assert all(0 < number < float("inf") for number in bits)
    assert alone.pooled("unigram") == told.pooled("unigram")  # the baselines know no more than before
    assert any("shown by --told" in remark for remark in alone.remarks)
    assert any(remark.startswith("the model was told each song's groups, density") for remark in told.remarks)
    assert not any("given" in remark for remark in told.remarks)
    again = api.score(run, short_dataset, training=tiny_dataset, told=True)
    assert again.to_plain() == told.to_plain()


def test_a_model_of_position_alone_cannot_be_told_more_and_no_song_is_heard_first(
    tiny_run: Path, short_dataset: Path
) -> None:
    def heard(done: int, total: int, words: str) -> None:
        raise AssertionError(words)

    with pytest.raises(RecipeError, match="--told asks for a model with controls") as refused:
        api.score(tiny_run, short_dataset, told=True, progress=heard)
    assert refused.value.exit_code == 2
    assert "leave out --told" in refused.value.hint


def test_rolls_that_are_told_are_counted_where_memory_is_reckoned(tiny_dataset: Path, pop: Changes) -> None:
    recipe = read_recipe("pop", catalogue(), pop)
    parts = assemble(recipe)
    songs, _ = load_songs(Dataset.open(tiny_dataset), recipe)
    model = Model(parts)
    windows = Windows(songs, parts.sizes, 64, model.context, None, controls=recipe.controls, ahead=model.ahead)
    _, dense = bytes_of_a_window(Stepper(model, parts.loss, torch.ones(7), recipe.train), windows)
    rolls = (68 + 68 + 74) * 7 * 3 * 88  # past and recall of 4 frames of context and 64, given of 6 more
    assert dense == 4 * (rolls + 68 * 168 + 74 * 7 + 2 * 64 * 7 * 88)  # controls, whose notes are given, target


def test_controls_that_its_encoder_cannot_hear_stop_a_run_before_it_begins(
    tiny_dataset: Path, tiny_changes: Changes, tmp_path: Path
) -> None:
    with pytest.raises(RecipeError, match=r"encoder 'cnn\.v1' does not hear the controls recall"):
        api.train(tiny_dataset, tmp_path / "run", "paper", changes=(*tiny_changes, 'controls.known=["recall"]'))
    assert not (tmp_path / "run").exists()
