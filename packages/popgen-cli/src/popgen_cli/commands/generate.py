"""popgen generate: a checkpoint writes new songs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from popgen_cli.doors import door, shown_json
from popgen_cli.progress import progress

__all__ = ["generate"]


@door
def generate(
    checkpoint: Annotated[Path, typer.Argument(help="A checkpoint file, or the folder of a run.")],
    out: Annotated[Path, typer.Option("-o", "--out", help="Folder for the songs; must be new or empty.")],
    count: Annotated[int, typer.Option(help="Number of songs, drawn together.")] = 1,
    seconds: Annotated[float, typer.Option(help="Length of a song, to the nearest bar.")] = 60.0,
    temperature: Annotated[
        float,
        typer.Option(
            help="Below 1 likely notes become likelier and rare ones rarer. Each group keeps its expected number of "
            "notes; dividing logits alone would thin them out (at 0.8 a chance of 0.01 would fall to 0.003)."
        ),
    ] = 0.8,
    seed: Annotated[int, typer.Option(help="The same seed gives the same songs.")] = 0,
    tempo: Annotated[float | None, typer.Option(help="Quarter notes a minute; default: the corpus's median.")] = None,
    meter: Annotated[
        str | None, typer.Option(help="Such as 4/4, 3/4, 6/8; default: the corpus's most frequent.")
    ] = None,
    groups: Annotated[
        str | None, typer.Option(help="Instrument groups that may play, e.g. drums,bass,chords; default: all.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print what was written as JSON.")] = False,
) -> None:
    """Write new songs as MIDI files, one track an instrument group.

    Example: popgen generate runs/mine -o songs/ --count 3 --seconds 60 --tempo 96 --seed 7
    """
    from popgen_core import api

    with progress("writing") as show:
        written = api.generate(
            checkpoint,
            out,
            count=count,
            seconds=seconds,
            temperature=temperature,
            seed=seed,
            tempo=tempo,
            meter=_meter(meter),
            groups=_groups(groups),
            progress=show,
        )
    if json:
        shown_json({"songs": [song.table() for song in written]})
        return
    for song in written:
        typer.echo(
            f"{song.path}: {song.seconds:.1f} s, {song.notes} notes, {song.notes_per_second:.1f} a second "
            f"(corpus {song.corpus_notes_per_second:.1f})"
        )


def _meter(text: str | None) -> tuple[int, int] | None:
    if text is None:
        return None
    from popgen_core.generate.request import RequestError

    top, _, bottom = text.partition("/")
    if not (top.isdecimal() and bottom.isdecimal()):
        raise RequestError(f"--meter {text!r} is no meter", hint="write it like 4/4 or 6/8")
    return int(top), int(bottom)


def _groups(text: str | None) -> list[str] | None:
    return None if text is None else [part.strip() for part in text.split(",") if part.strip()]
