"""The examples are sound."""

from pathlib import Path

import pytest

from popgen_core.assemble import assemble
from popgen_core.plugins import catalogue
from popgen_core.recipe import read_recipe

RECIPES = sorted((Path(__file__).parents[2] / "examples" / "recipes").glob("*.toml"))


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.stem)
def test_an_example_recipe_is_sound_and_named_as_its_file(path: Path) -> None:
    recipe = read_recipe(str(path), catalogue())
    assert recipe.header.name == path.stem
    assemble(recipe)
