"""Putting a recipe's parts together, and refusing those that do not fit before any tensor exists."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from popgen_core.analysis.position import POSITION
from popgen_core.contracts.sizes import ControlSpec, Sizes
from popgen_core.errors import RecipeError
from popgen_core.music.roll import RollSpec
from popgen_core.plan.features import CONTROLS, control_parts
from popgen_core.plugins.making import blaming
from popgen_core.recipe import Recipe

__all__ = ["Parts", "assemble", "sizes_of"]


@dataclass(frozen=True)
class Parts:
    """The components of a recipe, made for each other's sizes."""

    recipe: Recipe
    sizes: Sizes
    grouper: Any
    encoder: Any
    backbone: Any
    decoder: Any
    loss: Any


def sizes_of(recipe: Recipe) -> Sizes:
    """The sizes that a recipe's parts are built for: its grouper's groups, the position controls, its width."""
    grouper = recipe.parts["grouper"].made()
    with blaming(recipe.parts["grouper"].offer, "does not say its groups"):
        groups = tuple(grouper.groups)
    known = recipe.controls.known
    if unknown := [name for name in known if name not in CONTROLS]:
        raise RecipeError(
            f"controls.known: no control is named {', '.join(unknown)}", hint=f"there are: {', '.join(CONTROLS)}"
        )
    spec = ControlSpec((*POSITION, *control_parts(known, len(groups))))
    return Sizes(RollSpec(groups), spec, recipe.header.width)


def assemble(recipe: Recipe) -> Parts:
    """The recipe's components, freshly made. Raises RecipeError when they do not fit each other."""
    sizes = sizes_of(recipe)
    decoder, loss = recipe.parts["decoder"], recipe.parts["loss"]
    makes, takes = (_form(part) for part in (decoder, loss))
    if makes != takes:
        raise RecipeError(
            f"decoder {decoder.name!r} makes {makes} rhythm values, loss {loss.name!r} takes {takes} ones",
            hint="choose a loss that takes what the decoder makes",
        )
    _check_window(recipe, getattr(recipe.parts["backbone"].config, "window", recipe.train.window))
    _check_heard(recipe)
    made = {kind: part.made(sizes) for kind, part in recipe.parts.items() if kind != "grouper"}
    with blaming(recipe.parts["backbone"].offer, "does not say its window"):
        window = made["backbone"].window
    _check_window(recipe, window)
    return Parts(recipe, sizes, recipe.parts["grouper"].made(), **made)


def _form(part: Any) -> str:
    """The form of rhythm values that a part makes or takes: its config's choice where it has one, else its class's."""
    return str(getattr(part.config, "form", None) or getattr(part.component, "form", "unnamed"))


def _check_heard(recipe: Recipe) -> None:
    """Notes that come back or are given come as rolls: the encoder must read them, and bars need a grid of beats."""
    encoder, known = recipe.parts["encoder"], recipe.controls.known
    hears = getattr(encoder.component, "hears", ())
    if deaf := [name for name in ("recall", "given") if name in known and name not in hears]:
        raise RecipeError(
            f"encoder {encoder.name!r} does not hear the controls {', '.join(deaf)}",
            hint="choose one that does, such as cnn.v2, or leave them out of controls.known",
        )
    if "recall" in known and recipe.grid.kind != "beats":
        raise RecipeError("the control recall needs a grid of beats", hint='set grid.kind="beats"')


def _check_window(recipe: Recipe, longest: int) -> None:
    if recipe.train.window != longest:
        raise RecipeError(
            f"train.window is {recipe.train.window} frames, backbone.window {longest}",
            hint="make them equal: a model writes with all of its window, so all of it must be trained",
        )
