"""popgen baseline: songs without a composer, to stand beside those of a model."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from popgen_cli.doors import complain, door
from popgen_cli.progress import progress

__all__ = ["baseline"]

MOST = 20  # songs, unless told


@door
def baseline(
    name: Annotated[
        str,
        typer.Argument(
            help="shuffled-bars: the bars of a song in random order; one-bar: its busiest bar over and over; markov: "
            "drawn note by note from counted habits; songwriter: written by rules."
        ),
    ],
    source: Annotated[
        Path | None,
        typer.Argument(help="Dataset, or folder of MIDI files, of which they are made; the songwriter takes none."),
    ] = None,
    out: Annotated[Path | None, typer.Option("-o", "--out", help="Folder for the songs.")] = None,
    count: Annotated[
        int | None,
        typer.Option(min=1, max=100_000, help="Number of songs; default: all fit songs, at most 20."),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same songs.")] = 0,
    bars: Annotated[int, typer.Option(min=12, max=1_000, help="Bars of a song.")] = 32,
    force: Annotated[bool, typer.Option("--force", help="Overwrite songs of the same names.")] = False,
) -> None:
    """Write songs that no figure should prefer to music: random bars, one bar, counted habits, rules.

    A song made of one song keeps its file name: `popgen compare --paired` holds them against each other.

    Example: popgen baseline shuffled-bars songs/ -o silly/ --count 20 --seed 1
    """
    from popgen_core.baselines.stand_ins import Wanted, refuse_unknown
    from popgen_core.baselines.write import write_baseline
    from popgen_core.errors import RecipeError

    refuse_unknown(name)
    if out is None:
        raise RecipeError("no folder to write to", hint="give one with -o")
    wanted = Wanted(count or MOST, bars, seed, fewer=count is None)
    with progress("writing") as show:
        written = write_baseline(name, out, source, wanted, force=force, progress=show)
    typer.echo(f"{len(written.paths)} {'song' if len(written.paths) == 1 else 'songs'} in {out}")
    _tell(written)


def _tell(written: Any) -> None:
    """What of the source was left out, on stderr."""
    for row in written.unread:
        complain(f"{row.file}: {row.message}")
    for reason, songs in written.unfit.items():
        complain(f"left out {songs} {'song' if songs == 1 else 'songs'}: {reason}")
