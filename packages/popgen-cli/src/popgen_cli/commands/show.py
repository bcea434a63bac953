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
    out: Annotated[
        Path, typer.Option("-o", "--out", help="The PNG, SVG or PDF file to write; an existing one is replaced.")
    ],
    grouper: Annotated[str, typer.Option(help="What sorts its tracks into the lanes of groups.")] = "seven.v1",
) -> None:
    """Draw a song as rows of bars like a score's: groups in colour, sections, chords, tempo, meter and key.

    Example: popgen show songs/song-001.mid -o song.png
    """
    from popgen_core import api

    api.show(song, out, grouper=grouper)
    typer.echo(str(out))
