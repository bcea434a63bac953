"""Recipes: the paper's figures to the letter, TOML in and completed TOML out, every error at once with its path."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import pytest
import torch

from popgen_core.assemble import assemble
from popgen_core.contracts.card import Card
from popgen_core.errors import RecipeError
from popgen_core.music import BeatGrid, SecondsGrid
from popgen_core.plugins import Catalogue, Offer, catalogue
from popgen_core.recipe import Recipe, built_in, read_recipe, recipe_from_toml


def paper(*changes: str) -> Recipe:
    return read_recipe("paper", catalogue(), changes)


def errors_of(*changes: str) -> str:
    with pytest.raises(RecipeError) as refused:
        paper(*changes)
    return refused.value.message


@pytest.mark.parametrize("name", ["demo", "paper", "paper.warm", "pop", "pop.v2"])
def test_every_built_in_recipe_is_sound_and_named_as_its_file(name: str) -> None:
    recipe = read_recipe(name, catalogue())
    assemble(recipe)
    assert recipe.header.name == name
    assert recipe.header.summary


def test_the_built_in_recipes_are_these() -> None:
    assert list(built_in()) == ["demo", "paper", "paper.warm", "pop", "pop.v2"]


def test_the_paper_recipe_holds_the_figures_of_section_2_2() -> None:
    table = paper().table()
    assert {kind: table[kind]["name"] for kind in ("grouper", "encoder", "backbone", "decoder", "loss")} == {
        "grouper": "seven.v1",
        "encoder": "cnn.v1",
        "backbone": "transformer.v1",
        "decoder": "independent.v1",
        "loss": "paper.v1",
    }
    assert table["width"] == 256
    assert table["backbone"] == {
        "name": "transformer.v1",
        "layers": 6,
        "heads": 8,
        "feed_forward": 1024,
        "dropout": 0.1,
        "window": 512,
        "keep": 384,
        "recompute": False,
    }
    assert table["loss"] == {"name": "paper.v1", "rhythm_weight": 0.5}
    assert table["decoder"]["bias"] == "zero"
    assert table["train"] == {
        "songs": "train",
        "times": {},
        "epochs": 197,
        "minutes": 0.0,
        "batch": 32,
        "window": 512,
        "optimizer": "adam",
        "learning_rate": 1e-5,
        "schedule": "constant",
        "warmup_steps": 0,
        "beta1": 0.9,
        "beta2": 0.999,
        "weight_decay": 1e-4,
        "pull": 0.0,
        "clip": 1.0,
        "precision": "auto",
        "group_weights": "notes",
        "true_inputs": 0.5,
        "true_inputs_epochs": 50,
        "patience": 17,
        "micro_batch": 8,
        "on_nan": "stop",
        "save_minutes": 5.0,
        "keep": 2,
        "parallel": "ddp",
        "compile": False,
    }


def test_the_paper_recipe_holds_the_figures_of_section_2_1() -> None:
    recipe = paper()
    assert recipe.grid == SecondsGrid(20)
    assert recipe.augment.shift_beats == 2.0
    assert recipe.augment.transpose_semitones == 6
    assert recipe.augment.velocity_share == 0.2
    assert recipe.augment.drop_group_share > 0  # the paper drops tracks at random, and does not say how often


@pytest.mark.parametrize("name", ["demo", "paper", "paper.warm", "pop", "pop.v2"])
def test_a_completed_recipe_reads_back_as_the_same_recipe(name: str) -> None:
    recipe = read_recipe(name, catalogue())
    again = recipe_from_toml(recipe.toml(), catalogue())
    assert again == recipe
    assert again.toml() == recipe.toml()


def test_all_errors_come_at_once_each_with_its_path() -> None:
    said = errors_of(
        "train.epochs=0", "train.bach=4", "backbone.dropout=1.0", "encoder.name=cnm.v1", "augment.shift_beats=-1"
    )
    for path in ("train.epochs: ", "train.bach: ", "backbone.dropout: ", "encoder.name: ", "augment.shift_beats: "):
        assert path in said
    assert said.count("; ") >= 4
    assert "\n" not in said


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("train.bach=4", "train.bach: unknown key; did you mean 'batch'?"),
        ("seeed=4", "seeed: unknown key; did you mean 'seed'?"),
        ("decoder.xyz=4", "decoder.xyz: unknown key; known here: bias"),
        ("trian.epochs=4", "trian: unknown table; did you mean 'train'?"),
        ("qqq.epochs=4", "qqq: unknown table; a recipe has grouper, encoder,"),
        ("encoder.name=cnm.v1", "encoder.name: no encoder is named 'cnm.v1' (did you mean 'cnn.v1'?)"),
    ],
)
def test_a_word_that_nobody_knows_gets_a_guess(change: str, said: str) -> None:
    assert said in errors_of(change)


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ("train.epochs=true", "train.epochs"),
        ("train.epochs='3'", "train.epochs"),
        ("train.epochs=3.0", "train.epochs"),
        ("train.learning_rate=0", "train.learning_rate"),
        ("train.learning_rate=nan", "train.learning_rate"),
        ("train.optimizer=sgd", "train.optimizer"),
        ("train.epochs=2026-01-01", "train"),
        ("train=3", "train"),
        ("seed=-1", "seed"),
        ("seed=true", "seed"),
        ("width=0", "width"),
        ("width=256.0", "width"),
        ("name=3", "name"),
        ("grid.rate=0", "grid.rate"),
        ("grid.kind=minutes", "grid.kind"),
        ("loss.rhythm_weight=-0.5", "loss.rhythm_weight"),
        ("encoder=cnn.v1", "encoder"),
        ("encoder.name=3", "encoder.name"),
    ],
)
def test_a_value_of_another_type_or_out_of_range_is_refused_never_bent(change: str, path: str) -> None:
    assert f"{path}: " in errors_of(change)


@pytest.mark.parametrize("change", ["train.epochs", "=3", " =3", ""])
def test_a_change_that_is_no_assignment_is_refused(change: str) -> None:
    assert "not of the form key=value" in errors_of(change)


def test_a_change_inside_something_that_is_no_table_is_refused() -> None:
    assert "'name' is not a table" in errors_of("name.epochs=3")


def test_changes_take_numbers_truth_text_and_bare_words() -> None:
    recipe = paper("train.epochs=3", "train.learning_rate=2e-3", "train.optimizer=adamw", 'name="my own"', "seed = 7 ")
    assert (recipe.train.epochs, recipe.train.learning_rate, recipe.train.optimizer) == (3, 2e-3, "adamw")
    assert (recipe.header.name, recipe.header.seed) == ("my own", 7)


def test_later_changes_win() -> None:
    assert paper("train.epochs=3", "train.epochs=4").train.epochs == 4


def test_another_component_starts_from_its_own_defaults() -> None:
    assert paper("decoder.name=independent.v1", "encoder.name=linear.v1").table()["encoder"] == {"name": "linear.v1"}


def test_a_setting_that_the_chosen_component_lacks_is_never_dropped() -> None:
    with pytest.raises(RecipeError, match=r"encoder.channels: unknown key"):
        paper("encoder.channels=8", "encoder.name=linear.v1")


def test_naming_the_same_component_keeps_its_settings() -> None:
    assert paper("backbone.layers=2", "backbone.name=transformer.v1").parts["backbone"].config.layers == 2


def test_another_kind_of_grid_starts_from_its_own_defaults() -> None:
    assert paper("grid.kind=beats").grid == BeatGrid(4)
    assert paper("grid.kind=beats", "grid.frames_per_beat=12").grid == BeatGrid(12)


def test_a_recipe_without_a_part_says_which_there_are() -> None:
    with pytest.raises(RecipeError) as refused:
        recipe_from_toml('name = "bare"', catalogue())
    assert "backbone.name: needed; there are: rotary.v1, transformer.v1" in refused.value.message


def test_a_recipe_comes_from_a_file_too(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(built_in()["paper"])
    assert read_recipe(str(file), catalogue()) == paper()


@pytest.mark.parametrize(
    ("content", "said"), [(b"name = ", "is not TOML"), (b"\xff\xfe", "cannot be read"), (None, "no recipe is named")]
)
def test_what_is_no_recipe_is_refused(tmp_path: Path, content: bytes | None, said: str) -> None:
    file = tmp_path / "mine.toml"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(RecipeError, match=said):
        read_recipe(str(file), catalogue())


class EventLoss:
    """A loss that takes rhythm values by event, which no built-in decoder makes."""

    form: ClassVar[str] = "events"

    @dataclass(frozen=True)
    class Config:
        """No options."""


class ShortBackbone(torch.nn.Module):
    """A backbone whose settings do not tell how far it looks back."""

    window = 100

    @dataclass(frozen=True)
    class Config:
        """No options."""

    def __init__(self, config: Config, sizes: object) -> None:
        super().__init__()


class NoConfig:
    """A component whose author forgot the settings."""


def with_a_stranger(kind: str, component: type, monkeypatch: pytest.MonkeyPatch) -> Catalogue:
    """The catalogue with one component more, `kind`.`strange.v1`."""
    monkeypatch.setattr("popgen_core.recipe.Strange", component, raising=False)
    card = Card(kind, "strange.v1", "popgen_core.recipe:Strange", "")  # type: ignore[arg-type]
    return Catalogue([*catalogue().offers, Offer(card, "strangers", "1")], [])


def test_a_loss_that_does_not_take_what_the_decoder_makes_is_refused_before_any_tensor(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    recipe = read_recipe("paper", with_a_stranger("loss", EventLoss, monkeypatch), ["loss.name=strange.v1"])
    monkeypatch.setattr(torch.nn.Module, "__init__", lambda self: pytest.fail("a module was made"))
    with pytest.raises(
        RecipeError, match=r"'independent.v1' makes dense rhythm values, loss 'strange.v1' takes events"
    ):
        assemble(recipe)


def test_a_window_other_than_what_the_backbone_looks_back_on_is_refused_before_any_tensor(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    recipe = paper("train.window=513")
    monkeypatch.setattr(torch.nn.Module, "__init__", lambda self: pytest.fail("a module was made"))
    with pytest.raises(RecipeError, match=r"train.window is 513 frames, backbone.window 512"):
        assemble(recipe)


def test_a_backbone_that_tells_its_window_only_when_made_is_asked_then(monkeypatch: pytest.MonkeyPatch) -> None:
    known = with_a_stranger("backbone", ShortBackbone, monkeypatch)
    with pytest.raises(RecipeError, match=r"train.window is 101 frames, backbone.window 100"):
        assemble(read_recipe("paper", known, ["backbone.name=strange.v1", "train.window=101"]))
    assemble(read_recipe("paper", known, ["backbone.name=strange.v1", "train.window=100"]))


def test_a_component_without_settings_is_an_error_line_beside_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    known = with_a_stranger("loss", NoConfig, monkeypatch)
    with pytest.raises(RecipeError) as refused:
        read_recipe("paper", known, ["loss.name=strange.v1", "train.epochs=0"])
    assert "loss.name: 'strange.v1' has no dataclass Config" in refused.value.message
    assert "train.epochs: " in refused.value.message


@pytest.mark.parametrize("changes", [["width=100"], ["backbone.keep=512"]])
def test_sizes_that_the_backbone_cannot_take_are_refused(changes: list[str]) -> None:
    with pytest.raises(RecipeError):
        assemble(paper(*changes))
