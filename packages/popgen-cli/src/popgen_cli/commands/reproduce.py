"""popgen reproduce: a generated song made again, byte for byte."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from popgen_cli.asking import styles_of
from popgen_cli.doors import complain, door, shown_json
from popgen_cli.progress import progress

__all__ = ["reproduce"]


@door
def reproduce(
    song: Annotated[Path, typer.Argument(help="A MIDI file that popgen generate wrote.")],
    checkpoint: Annotated[
        Path | None,
        typer.Argument(
            help="The checkpoint that wrote it, by its file, the folder of its run, or its name; default: the one that "
            "the song names, where it is installed or lies in the song's folder or the one above.",
            show_default=False,
        ),
    ] = None,
    source: Annotated[
        Path | None, typer.Option(help="The song that it was written around, where --prompt or --from was used.")
    ] = None,
    style: Annotated[
        list[str] | None,
        typer.Option(help="Each adapter that was mixed in, as it was: my.adapter.safetensors=0.7."),
    ] = None,
    force: Annotated[
        bool,
        typer.Option("--force", help="Go on though a plug-in has another version than the checkpoint was made with."),
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Make a generated song again from what its file says of itself, and compare the bytes.

    Example: popgen reproduce songs/song-001.mid runs/mine
    """
    from popgen_core import api

    with progress("writing") as show:
        made = api.reproduce(song, checkpoint, source=source, force=force, styles=styles_of(style), progress=show)
    for remark in made.remarks:
        complain(remark)
    if json:
        shown_json({**vars(made), "remarks": list(made.remarks)})
    elif made.same:
        typer.echo(f"{song}: the same bytes again (sha256 {made.sha256})")
    else:
        typer.echo(f"{song}: other bytes (sha256 {made.sha256}, made again {made.made})")
    if not made.same:
        raise typer.Exit(1)
