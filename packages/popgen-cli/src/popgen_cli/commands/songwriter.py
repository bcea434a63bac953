"""popgen songwriter: licence-free songs of our own making, and bands around melodies of others."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from popgen_cli.doors import complain, door, shown_json
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


@songwriter.command("arrange")
@door
def arrange(
    source: Annotated[
        Path,
        typer.Argument(help="A MIDI file with a melody, a song's folder in POP909's layout, or a folder of either."),
    ],
    out: Annotated[Path, typer.Option("-o", "--out", help="Folder for the songs; must be new or empty.")],
    count: Annotated[int, typer.Option(min=1, help="Arrangements of each song.")] = 1,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same songs.")] = 0,
    style: Annotated[
        str | None,
        typer.Option(help="ballad, rock, dance, funk, folk, soul or synth; default: one that suits the tempo."),
    ] = None,
    chords: Annotated[
        str | None, typer.Option(help='Chords, such as "C G | Am F"; default: those heard in the song.')
    ] = None,
    key: Annotated[str | None, typer.Option(help="Key, such as Am; default: the one heard.")] = None,
    keep: Annotated[
        float | None,
        typer.Option(
            min=0,
            max=1,
            help="How often a piano of the song stays as its chords, 0 to 1; default: 0.5, and 0 with --chords.",
        ),
    ] = None,
    drummers: Annotated[
        Path | None,
        typer.Option(help="Folder of drum performances, such as Groove MIDI, to play the drums from."),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print a row for each song, for programs.")] = False,
) -> None:
    """Write a band of seven groups around a melody, which stays note for note.

    Ends with code 3 when some songs could not be arranged.

    Example: popgen songwriter arrange melody.mid -o band/ --count 3 --style rock
    """
    from dataclasses import asdict

    from popgen_core import api

    unread: list[str] = []
    with progress("arranging") as show:
        rows = api.arrange(
            source,
            out,
            count=count,
            seed=seed,
            style=style,
            chords=chords,
            key=key,
            keep=keep,
            drummers=drummers,
            progress=show,
            told=unread.append,
        )
    left_out = [row for row in rows if row.reason]
    if json:
        shown_json([asdict(row) for row in rows])
    else:
        typer.echo(f"{sum(len(row.files) for row in rows)} songs in {out}")
    for line in unread:
        complain(f"{drummers} is played without {line}")
    for row in rows:
        for line in (*row.remarks, *([row.reason] if row.reason else [])):
            complain(f"{row.name}: {line}")
    if left_out:
        raise typer.Exit(3)
