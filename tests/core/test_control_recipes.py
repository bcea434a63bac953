"""Recipes with controls: what they are built for, what does not fit, and that those without are read as ever."""

from __future__ import annotations

import pytest

from popgen_core.assemble import assemble, sizes_of
from popgen_core.contracts.controls import ControlConfig
from popgen_core.errors import RecipeError
from popgen_core.music import BeatGrid
from popgen_core.plan.features import CONTROLS
from popgen_core.plugins import catalogue
from popgen_core.recipe import Recipe, built_in, read_recipe, recipe_from_toml

SMALL = ("width=16", "encoder.channels=4", "backbone.layers=1", "backbone.heads=2", "backbone.feed_forward=16")
EVERY = f"controls.known={list(CONTROLS)}"
POSITION = {"beat": 4, "bar": 10, "meter": 5, "phrase": 4, "tempo": 1}


def recipe(name: str, *changes: str) -> Recipe:
    return read_recipe(name, catalogue(), changes)


def refusal(name: str, *changes: str) -> RecipeError:
    with pytest.raises(RecipeError) as refused:
        assemble(recipe(name, *changes))
    assert refused.value.exit_code == 2
    return refused.value


@pytest.mark.parametrize("known", ["recall", "given"])
@pytest.mark.parametrize("encoder", ["cnn.v1", "linear.v1"])
def test_an_encoder_that_does_not_hear_notes_that_are_told_is_refused(known: str, encoder: str) -> None:
    small = SMALL if encoder == "cnn.v1" else ("width=16", *SMALL[2:])
    error = refusal("paper", "grid.kind=beats", f"encoder.name={encoder}", *small, f'controls.known=["key", "{known}"]')
    assert error.message == f"encoder '{encoder}' does not hear the controls {known}"
    assert error.hint == "choose one that does, such as cnn.v2, or leave them out of controls.known"


def test_bars_come_back_on_a_grid_of_beats_only() -> None:
    seconds = ("grid.kind=seconds", "encoder.name=cnn.v2", *SMALL)
    error = refusal("paper", *seconds, 'controls.known=["recall"]')
    assert (error.message, error.hint) == ("the control recall needs a grid of beats", 'set grid.kind="beats"')
    assemble(recipe("paper", *seconds, 'controls.known=["key", "given"]'))


def test_a_control_that_does_not_exist_is_refused_with_those_that_do() -> None:
    error = refusal("pop", *SMALL, 'controls.known=["key", "chords", "mood"]')
    assert error.message == "controls.known: no control is named chords, mood"
    assert error.hint == f"there are: {', '.join(CONTROLS)}"


@pytest.mark.parametrize("share", ["drop=1.5", "drop_all=-0.1", "given=2", 'drop="often"', 'known="key"', "kept=0.1"])
def test_wrong_shares_of_windows_are_refused_by_name(share: str) -> None:
    with pytest.raises(RecipeError, match=rf"controls\.{share.partition('=')[0]}: "):
        recipe("pop", f"controls.{share}")


def test_every_control_has_its_place_and_size() -> None:
    parts = dict(sizes_of(recipe("pop")).controls.parts)
    told = {"groups": 7, "density": 14, "dynamics": 14, "key": 24, "chord": 25, "next": 25, "section": 24}
    assert parts == {**POSITION, **told, "energy": 2, "recall": 2, "given": 7}
    assert list(parts) == [*POSITION, *CONTROLS]
    some = sizes_of(recipe("pop", 'controls.known=["energy", "key"]', "grouper.name=program.v1")).controls
    assert some.parts == (*POSITION.items(), ("key", 24), ("energy", 2))
    assert (some.features("key"), some.features("energy"), some.width) == (slice(24, 48), slice(48, 50), 50)


def test_an_encoder_hears_ahead_as_far_as_it_looks_only_where_notes_are_given() -> None:
    looking = ("encoder.look=5", *SMALL)
    assert assemble(recipe("pop", *looking)).encoder.ahead == 5
    assert assemble(recipe("pop", *looking, 'controls.known=["key", "recall"]')).encoder.ahead == 0
    assert assemble(recipe("pop", *looking, "controls.known=[]")).encoder.ahead == 0


def test_the_recipe_pop_is_completed() -> None:
    pop = recipe("pop")
    table = pop.table()
    assert pop.grid == BeatGrid(4)
    assert table["controls"] == {"known": CONTROLS, "drop": 0.3, "drop_all": 0.2, "forget": 0.3, "given": 0.3}
    names = {kind: table[kind]["name"] for kind in ("grouper", "encoder", "backbone", "decoder", "loss")}
    assert list(names.values()) == ["seven.v1", "cnn.v2", "rotary.v1", "ordered.v1", "likelihood.v1"]
    assert table["encoder"] == {
        **{"name": "cnn.v2", "channels": 128, "layers": 1, "kernel": 4, "dropout": 0.1, "look": 16}
    }
    assert table["decoder"] == {"name": "ordered.v1", "bias": "corpus", "rank": 64, "form": "events"}
    assert (table["train"]["true_inputs"], table["train"]["window"], table["backbone"]["window"]) == (1.0, 512, 512)
    again = recipe_from_toml(pop.toml(), catalogue())
    assert again == pop
    assert again.toml() == pop.toml()


def test_recipes_from_before_there_were_controls_know_position_alone() -> None:
    for name in ("demo", "paper", "paper.warm"):
        assert "[controls]" not in built_in()[name]
        assert recipe(name).controls == ControlConfig()
        assert dict(sizes_of(recipe(name)).controls.parts) == POSITION
        old, _, rest = recipe(name).toml().partition("[controls]")
        assert recipe_from_toml(old + rest.partition("\n\n")[2], catalogue()) == recipe(name)


def test_any_choice_of_controls_is_read_back() -> None:
    chosen = recipe("pop", 'controls.known=["chord"]', "controls.drop=0", "controls.given=1.0")
    assert chosen.controls == ControlConfig(("chord",), drop=0.0, drop_all=0.2, given=1.0)
    assert recipe_from_toml(chosen.toml(), catalogue()) == chosen
