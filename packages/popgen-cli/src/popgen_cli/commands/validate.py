"""popgen eval-validate: whether figures notice when real songs are spoiled, and by how much."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from popgen_cli.doors import complain, door, shown_json
from popgen_cli.places import SCREEN, refuse_places, write_file
from popgen_cli.progress import progress

__all__ = ["eval_validate"]

MISSED = 3


@door
def eval_validate(
    songs: Annotated[Path, typer.Argument(help="Dataset, or folder of MIDI files, of real songs with drums and bass.")],
    figures: Annotated[str | None, typer.Option(help="Figures to try, with commas between; default: all.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Show every corruption, not those with a target alone.")] = False,
    bars: Annotated[int, typer.Option(min=12, help="Bars of each song, from the first that sounds.")] = 32,
    limit: Annotated[int | None, typer.Option(min=1, help="Stop after so many fit songs, for a quick look.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the corruptions.")] = 0,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes that judge; default: one a core.")] = None,
    strict: Annotated[bool, typer.Option("--strict", help="End with code 3 when a target is missed.")] = False,
    legend: Annotated[bool, typer.Option("--legend", help="Say under the table what each corruption does.")] = False,
    json: Annotated[
        Path | None, typer.Option("--json", help="Write everything to this file; - for the screen.")
    ] = None,
    markdown: Annotated[Path | None, typer.Option(help="Write the tables to this file as Markdown.")] = None,
    freeze: Annotated[
        Path | None,
        typer.Option(help="Write the anchors of calibrated scores to this file, for `eval --anchors`; takes longer."),
    ] = None,
) -> None:
    """Spoil real songs in many ways and see which figures notice: AUC with its interval, paired wins, effect.

    real, spoiled: means. AUC: chance that a song beats a spoiled one. paired: share of songs that beat their own
    spoiled copy. d: difference in standard deviations. n: songs. ok: whether the AUC's interval reaches the target,
    yes* where its upper end alone does.

    Example: popgen eval-validate real/ --markdown validation.md
    """
    from popgen_core.corpus.pool import default_workers
    from popgen_eval.validation.silly import refuse_long
    from popgen_eval.validation.validate import validate

    names = [name.strip() for name in figures.split(",") if name.strip()] if figures is not None else None
    refuse_places(markdown, freeze, screen=json, read=(songs,))
    if freeze:
        refuse_long(bars)
    with progress("validating") as show:
        found = validate(
            songs,
            figures=names,
            bars=bars,
            limit=limit,
            seed=seed,
            workers=workers or default_workers(),
            progress=show,
        )
    _write_all(found, every, json, markdown, freeze)
    _tell(found)
    if json == SCREEN:
        shown_json(found.to_json())
    else:
        _show(found, every, legend)
    if strict and found.missed:
        raise typer.Exit(MISSED)


def _show(found: Any, every: bool, legend: bool) -> None:
    """The tables on the screen, and one line of what was asked and reached."""
    from rich.console import Console
    from rich.table import Table

    from popgen_eval.validation.table import (
        HEADING,
        INVARIANCE_HEADING,
        invariance_rows,
        legend_rows,
        notes,
        separation_rows,
    )

    screen = Console()
    tables: list[tuple[tuple[str, ...], list[tuple[str, ...]]]]
    tables = [(HEADING[1:], _under_figures(separation_rows(found, every=every)))]
    tables += [(("against", "what it does"), legend_rows(found, every=every))] if legend else []
    for heading, cells in (*tables, (INVARIANCE_HEADING, invariance_rows(found))):
        table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
        for number, column in enumerate(heading):
            left = not number or column == "what it does"
            table.add_column(column, justify="left" if left else "right", no_wrap=not number, overflow="fold")
        for row in cells:
            table.add_row(*row)
        screen.print(table)
    for line in notes(found, every=every):
        typer.echo(line)
    typer.echo(found.summary)


def _under_figures(rows: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """The rows without their first cell, each figure as a row of its own above its corruptions: fits 80 columns."""
    lines: list[tuple[str, ...]] = []
    for number, row in enumerate(rows):
        if not number or row[0] != rows[number - 1][0]:
            lines.append((row[0], *("" for _ in row[2:])))
        lines.append((f"  {row[1]}", *row[2:]))
    return lines


def _write_all(found: Any, every: bool, json: Path | None, markdown: Path | None, freeze: Path | None) -> None:
    from popgen_core.files import json_bytes
    from popgen_eval.validation.table import markdown as as_markdown

    if json and json != SCREEN:
        write_file(json, json_bytes(found.to_json()))
    if markdown:
        write_file(markdown, as_markdown(found, every=every).encode("utf-8", "backslashreplace"))
    if freeze:
        _freeze(found, freeze)


def _freeze(found: Any, place: Path) -> None:
    """The anchors, with the songs of Markov and of the songwriter beside, and a line on what these win."""
    from popgen_eval.validation.freeze import frozen, won_lines
    from popgen_eval.validation.silly import judged_stand_ins

    with progress("baselines") as show:
        made = frozen(found, judged_stand_ins(found, show))
    write_file(place, made)
    for line in won_lines(made):
        complain(line)


def _tell(found: Any) -> None:
    """What was left out or could not be done, on stderr."""
    from popgen_eval.validation.table import left_out
    from popgen_eval.validation.validate import LEAST_SONGS

    for row in found.material.unread:
        complain(f"{row.file}: {row.message}")
    if found.material.unfit or found.material.unread:
        complain(f"songs left out: {left_out(found)}")
    for reason, songs in found.failed.items():
        complain(f"could not be spoiled, {songs} {'song' if songs == 1 else 'songs'}: {reason}")
    if (fit := len(found.material.songs)) < LEAST_SONGS:
        complain(f"only {fit} fit {'song' if fit == 1 else 'songs'}: {LEAST_SONGS} are needed to say what is reached")
    if found.unknown:
        complain(f"no such corruption yet: {', '.join(found.unknown)}")
