"""Recipes: which plug-ins, their settings, the grid and the training, as TOML in and completed TOML out."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, is_dataclass
from difflib import get_close_matches
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any

import tomli_w
from pydantic import Field

from popgen_core.contracts.card import Kind
from popgen_core.contracts.controls import ControlConfig
from popgen_core.contracts.settings import read_settings, settings_of
from popgen_core.contracts.training import TrainConfig
from popgen_core.corpus.augment import AugmentConfig
from popgen_core.corpus.grids import GRIDS
from popgen_core.errors import NotInstalled, PluginError, RecipeError
from popgen_core.music.grid import Grid
from popgen_core.music.quantise import QuantiseConfig
from popgen_core.plugins import Catalogue, Offer
from popgen_core.plugins.making import at_work, blaming, made

__all__ = ["PARTS", "Recipe", "built_in", "read_recipe", "recipe_from_toml"]

PARTS: tuple[Kind, ...] = ("grouper", "encoder", "backbone", "decoder", "loss")
TABLES = (*PARTS, "grid", "quantise", "controls", "train", "augment")


@dataclass(frozen=True)
class Header:
    """What stands above a recipe's tables."""

    name: Annotated[str, Field(description="what the recipe is called")]
    summary: Annotated[str, Field(description="what it is for, in a line")] = ""
    seed: Annotated[int, Field(ge=0, lt=2**63, description="seed of weights, order and augmentation")] = 1
    width: Annotated[int, Field(ge=1, description="features of a frame between the parts")] = 256


@dataclass(frozen=True)
class Part:
    """One chosen component: its name, its class and its settings, completed; `offer` says whose it is."""

    name: str
    component: type[Any]
    config: Any
    offer: Offer = field(compare=False)

    def made(self, *sizes: Any) -> Any:
        """The component, freshly made; a part of a model for `sizes`. Raises PluginError where a stranger's fails."""
        return made(self.offer, self.component, self.config, *sizes)


@dataclass(frozen=True)
class Recipe:
    """A completed recipe. `parts` holds the chosen grouper, encoder, backbone, decoder and loss."""

    header: Header
    grid: Grid
    parts: Mapping[Kind, Part]
    train: TrainConfig = field(default_factory=TrainConfig)
    augment: AugmentConfig = field(default_factory=AugmentConfig)
    quantise: QuantiseConfig = field(default_factory=QuantiseConfig)
    controls: ControlConfig = field(default_factory=ControlConfig)

    def at_work(self) -> AbstractContextManager[None]:
        """What the code of a stranger's part raises meanwhile becomes a PluginError that says whose it is and where."""
        return at_work([part.offer for part in self.parts.values()])

    def table(self) -> dict[str, Any]:
        """The recipe as a plain table with every default filled in."""
        parts: dict[str, Any] = {
            kind: {"name": part.name, **settings_of(part.config)} for kind, part in self.parts.items()
        }
        grid = {"kind": self.grid.kind, **settings_of(self.grid)}
        return {
            **settings_of(self.header),
            "grid": grid,
            "quantise": settings_of(self.quantise),
            "controls": settings_of(self.controls),
            **parts,
            "train": settings_of(self.train),
            "augment": settings_of(self.augment),
        }

    def toml(self) -> str:
        """The recipe as TOML with every default filled in; reading it gives the same recipe."""
        return tomli_w.dumps(self.table())


def built_in() -> dict[str, str]:
    """The recipes that come with popgen: name -> TOML text."""
    folder = files("popgen_core") / "recipes"
    found = {entry.name.removesuffix(".toml"): entry for entry in folder.iterdir() if entry.name.endswith(".toml")}
    return {name: found[name].read_text(encoding="utf-8") for name in sorted(found)}


def read_recipe(name_or_file: str, catalogue: Catalogue, changes: Sequence[str] = ()) -> Recipe:
    """A built-in recipe by name, or a TOML file, with changes such as "train.epochs=3" applied.

    Raises RecipeError when there is none, when it is not TOML, or with a line for every wrong setting; NotInstalled for
    a part that is not here.
    """
    known = built_in()
    if name_or_file in known:
        return recipe_from_toml(known[name_or_file], catalogue, changes)
    path = Path(name_or_file)
    if not path.is_file():
        raise RecipeError(
            f"no recipe is named {name_or_file!r} and no file is there", hint=f"built in: {', '.join(known)}"
        )
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RecipeError(f"the recipe {name_or_file} cannot be read: {error}") from error
    return recipe_from_toml(text, catalogue, changes)


def recipe_from_toml(text: str, catalogue: Catalogue, changes: Sequence[str] = ()) -> Recipe:
    """A recipe's TOML text, checked against the chosen components and completed. Raises RecipeError."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RecipeError(f"the recipe is not TOML: {error}") from error
    for change in sorted(changes, key=_chooses, reverse=True):  # which component first, then its settings
        _apply(table, change)
    return _checked(table, catalogue)


def _chooses(change: str) -> bool:
    """Whether a change chooses a component or a grid, whose other settings it clears."""
    return change.partition("=")[0].strip().rpartition(".")[2] in ("name", "kind")


def _apply(table: dict[str, Any], change: str) -> None:
    """Set one dotted key: `train.epochs=3`, `encoder.name=my-idea`; a value that is not TOML is taken as text."""
    key, equals, text = change.partition("=")
    if not equals or not key.strip():
        raise RecipeError(f"--set {change!r} is not of the form key=value", hint="for example --set train.epochs=3")
    try:
        value = tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        value = text.strip()
    *path, last = key.strip().split(".")
    for step in path:
        table = table.setdefault(step, {})
        if not isinstance(table, dict):
            raise RecipeError(f"--set {change!r}: {step!r} is not a table of the recipe")
    if last == ("kind" if path == ["grid"] else "name") and path and table.get(last) != value:
        table.clear()  # another component, or kind of grid, has other settings
    table[last] = value


def _checked(table: Mapping[str, Any], catalogue: Catalogue) -> Recipe:
    errors: list[str] = []
    tables = {key: value for key, value in table.items() if isinstance(value, Mapping)}
    plain = {key: value for key, value in table.items() if key not in tables}
    for key in [key for key in tables if key not in TABLES]:
        close = get_close_matches(key, TABLES, n=1)
        advice = f"did you mean {close[0]!r}?" if close else f"a recipe has {', '.join(TABLES)}"
        errors.append(f"{key}: unknown table; {advice}")

    def read(kind: type[Any], values: Mapping[str, Any], path: str) -> Any:
        made, lines = read_settings(kind, values, path)
        errors.extend(lines)
        return made

    header = read(Header, plain, "")
    grid = _grid(tables.get("grid", {"kind": "seconds"}), read, errors)
    parts = {kind: _part(kind, tables.get(kind, {}), catalogue, read, errors) for kind in PARTS}
    train = read(TrainConfig, tables.get("train", {}), "train")
    augment = read(AugmentConfig, tables.get("augment", {}), "augment")
    quantise = read(QuantiseConfig, tables.get("quantise", {}), "quantise")
    controls = read(ControlConfig, tables.get("controls", {}), "controls")
    if errors:
        raise RecipeError("the recipe has errors: " + "; ".join(errors))
    return Recipe(
        header, grid, {kind: part for kind, part in parts.items() if part}, train, augment, quantise, controls
    )


def _grid(values: Mapping[str, Any], read: Any, errors: list[str]) -> Any:
    kind = values.get("kind")
    if kind not in GRIDS:
        errors.append(f"grid.kind: must be one of {', '.join(GRIDS)}, got {kind!r}")
        return None
    return read(GRIDS[kind], {key: value for key, value in values.items() if key != "kind"}, "grid")


def _part(kind: Kind, values: Mapping[str, Any], catalogue: Catalogue, read: Any, errors: list[str]) -> Part | None:
    name = values.get("name")
    if not isinstance(name, str):
        errors.append(f"{kind}.name: needed; there are: {', '.join(catalogue.named(kind))}")
        return None
    try:
        offer, component = catalogue.find(kind, name), catalogue.load(kind, name)
    except NotInstalled:  # its settings cannot be checked before it is here
        raise
    except PluginError as error:
        errors.append(f"{kind}.name: {error}")
        return None
    if not is_dataclass(getattr(component, "Config", None)):
        errors.append(f"{kind}.name: {name!r} has no dataclass Config for its settings, a defect of its plug-in")
        return None
    with blaming(offer, "cannot take settings"):
        config = read(component.Config, {key: value for key, value in values.items() if key != "name"}, kind)
    return Part(name, component, config, offer)
