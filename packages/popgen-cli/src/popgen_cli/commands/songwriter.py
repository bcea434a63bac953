"""popgen songwriter: licence-free songs of our own making."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from popgen_cli.doors import door
from popgen_cli.progress import progress

__all__ = ["songwriter"]

songwriter = typer.Typer(help="Licence-free songs by rules, no model.", no_args_is_help=True, rich_markup_mode=None)


@songwriter.callback()
def _songwriter() -> None:
    """Licence-free songs by rules, no model."""


@songwriter.command("write")
@door
def write(
    out: Annotated[Path, typer.Option("-o", "--out", help="Folder for the songs; must be new or empty.")],
    count: Annotated[int, typer.Option(min=1, help="Number of songs.")] = 1,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same songs.")] = 0,
) -> None:
    """Write complete pop songs with all seven groups, by craft and chance.

    Example: popgen songwriter write -o songs/ --count 20 --seed 1
    """
    from popgen_core import api

    with progress("writing") as show:
        paths = api.write_songs(out, count=count, seed=seed, progress=show)
    typer.echo(f"{len(paths)} songs in {out}")
