"""popgen plugins new: a complete distribution to begin one's own plug-in from."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from popgen_cli.asking import OptionError
from popgen_cli.doors import door
from popgen_cli.wrapped import rows, said

if TYPE_CHECKING:
    from popgen_core.plugins.new import Begun

__all__ = ["new_plugin"]


@door
def new_plugin(
    kind: Annotated[str, typer.Argument(help="Kind of the component: grouper, encoder, ...")],
    name: Annotated[str, typer.Argument(help="Name of the distribution; the component becomes NAME.v1.")],
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="Folder to make; must be new or empty. Default: NAME.")
    ] = None,
    weights: Annotated[
        Path | None, typer.Option(help="Of a checkpoint: the run's folder, or the checkpoint's file.")
    ] = None,
    licence: Annotated[
        str | None, typer.Option(help="Of a checkpoint: the licence of its weights, such as mit or cc-by-4.0.")
    ] = None,
    stored_as: Annotated[
        str | None,
        typer.Option(help="Of a checkpoint: how its weights are stored, float, half or int8; default: as they are."),
    ] = None,
) -> None:
    """Make a distribution with a small working component of a kind, its tests and what pip needs: edit one file.

    Example: popgen plugins new encoder my-idea
    """
    from popgen_core.plugins import catalogue
    from popgen_core.plugins.kinds import kind_named
    from popgen_core.plugins.new import new_distribution

    wanted, unwritten = kind_named(kind), ""
    _check_weights(wanted, weights, licence, stored_as)
    if weights and licence:
        from popgen_core.shipped.new import new_checkpoint

        begun, packed = new_checkpoint(name, out, catalogue(), weights, licence, stored_as)
        unwritten = ", ".join(packed.to_write)
    else:
        begun = new_distribution(wanted, name, out, catalogue())
    _tell(begun, name, unwritten)


def _check_weights(kind: str, weights: Path | None, licence: str | None, stored_as: str | None) -> None:
    """A checkpoint needs weights and their licence, nothing else takes either."""
    if kind == "checkpoint" and not (weights and licence):
        raise OptionError(
            "a checkpoint needs --weights and --licence", hint="such as --weights RUN --licence cc-by-4.0"
        )
    if kind != "checkpoint" and (weights or licence or stored_as):
        raise OptionError(
            f"--weights, --licence and --stored-as are for a checkpoint, not for a component of kind {kind}",
            hint="leave them away",
        )


def _tell(begun: Begun, name: str, unwritten: str) -> None:
    """What was made, and what to do next."""
    names = begun.names
    if name != names.distribution:
        typer.echo(f"{name} is written {names.distribution}, as package indexes compare names")
    typer.echo(f"{begun.folder}: {begun.kind} {names.component}")
    for file in begun.files:
        typer.echo(f"  {file}")
    typer.echo()
    said(f"What next (more in {begun.folder / 'README.md'}):")
    first = [("first", begun.needs and f"install {begun.needs} from popgen's wheels: its tests need it")]
    edit = f"{begun.edit}{f': the places to be written in {unwritten}' if unwritten else ''}"
    rows(
        [
            *(each for each in first if each[1]),
            ("edit", edit),
            ("test", "python -m pytest"),
            ("install", "pip install ."),
            ("see", "popgen plugins list"),
        ]
    )
