"""Songs of a dataset as training takes them, on the recipe's grid."""

from __future__ import annotations

from popgen_core.assemble import sizes_of
from popgen_core.contracts.settings import read_settings, settings_of
from popgen_core.corpus.dataset import Dataset
from popgen_core.corpus.stored import StoredSong
from popgen_core.errors import DatasetError, RecipeError
from popgen_core.music.quantise import quantised
from popgen_core.music.roll import RollSpec, roll_from_song
from popgen_core.recipe import Recipe
from popgen_core.train.windows import TrainingSong

__all__ = ["check_fit", "load_songs"]


def load_songs(dataset: Dataset, recipe: Recipe) -> tuple[list[TrainingSong], list[StoredSong]]:
    """Every song of a dataset on the recipe's grid, quantised as the recipe says, and as stored."""
    stored = [dataset.load(number) for number in range(len(dataset))]
    return [_laid_out(song, recipe, sizes_of(recipe).roll) for song in stored], stored


def _laid_out(stored: StoredSong, recipe: Recipe, spec: RollSpec) -> TrainingSong:
    song, reach, known = stored.song(), recipe.train.window, recipe.controls.known
    if recipe.quantise.strength == 0:
        return TrainingSong.of(stored.source, song, stored.roll(recipe.grid, spec), reach, known)
    song = quantised(song, recipe.quantise)
    return TrainingSong.of(stored.source, song, roll_from_song(song, recipe.grid, spec), reach, known)


def check_fit(recipe: Recipe, dataset: Dataset) -> None:
    """Raise DatasetError for a dataset without songs, RecipeError for one that was grouped otherwise."""
    wanted = sizes_of(recipe).roll.groups
    if not len(dataset):
        raise DatasetError("the dataset holds no songs", hint="see its report.json for why")
    if tuple(dataset.groups) != tuple(wanted):
        raise RecipeError(
            f"the recipe's grouper makes the groups {', '.join(wanted)}, the dataset has {', '.join(dataset.groups)}",
            hint="prepare the dataset with the recipe's grouper",
        )
    part, made = recipe.parts["grouper"], dataset.grouper
    options = settings_of(part.config)
    made_options, _ = read_settings(type(part.config), made.get("options", {}), "grouper")
    if made.get("name") != part.name.rpartition(":")[2] or made_options != part.config:
        raise RecipeError(
            f"the recipe's grouper is {part.name} {options}, "
            f"the dataset was grouped by {made.get('name')} {made.get('options')}",
            hint="set grouper.name to the dataset's, or prepare the dataset with the recipe's grouper",
        )
