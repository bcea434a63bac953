"""popgen show: a song as a picture."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from popgen_cli.doors import door

__all__ = ["show"]


@door
def show(
    song: Annotated[Path, typer.Argument(help="A MIDI file.")],
    out: Annotated[Path, typer.Option("-o", "--out", help="The PNG file to write; an existing one is replaced.")],
) -> None:
    """Draw a song as a piano roll, one lane a track.

    Example: popgen show songs/song-001.mid -o song.png
    """
    from popgen_core import api

    api.show(song, out)
    typer.echo(str(out))
