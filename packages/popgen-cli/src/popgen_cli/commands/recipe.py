"""popgen recipe: which recipes there are, what is in one, whether one's own is sound."""

from __future__ import annotations

import tomllib
from typing import Annotated

import typer

from popgen_cli.doors import door

__all__ = ["recipe"]

recipe = typer.Typer(help="List, show and check training recipes.", no_args_is_help=True, rich_markup_mode=None)

NAME = Annotated[str, typer.Argument(help="A built-in recipe by name, or a TOML file.")]
CHANGES = Annotated[list[str] | None, typer.Option("--set", help="Change one setting, e.g. --set train.epochs=3.")]


@recipe.command("list")
@door
def list_recipes() -> None:
    """List the built-in recipes.

    Example: popgen recipe list
    """
    from popgen_core.recipe import built_in

    for name, text in built_in().items():
        typer.echo(f"{name:12}  {tomllib.loads(text).get('summary', '')}")


@recipe.command("show")
@door
def show_recipe(name: NAME, changes: CHANGES = None) -> None:
    """Print a recipe as TOML with every default filled in; save it to a file to make it your own.

    Example: popgen recipe show paper > mine.toml
    """
    from popgen_core.plugins import catalogue
    from popgen_core.recipe import read_recipe

    typer.echo(read_recipe(name, catalogue(), changes or []).toml(), nl=False)


@recipe.command("check")
@door
def check_recipe(name: NAME, changes: CHANGES = None) -> None:
    """Check a recipe: every setting, and whether its parts fit each other.

    Example: popgen recipe check mine.toml
    """
    from popgen_core.assemble import assemble
    from popgen_core.plugins import catalogue
    from popgen_core.recipe import read_recipe

    assemble(read_recipe(name, catalogue(), changes or []))
    typer.echo(f"{name}: sound")
