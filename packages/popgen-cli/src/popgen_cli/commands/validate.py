"""popgen eval-validate: whether figures notice when real songs are spoiled, and by how much."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from popgen_cli.doors import complain, door
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
    json: Annotated[Path | None, typer.Option(help="Write everything to this file.")] = None,
    markdown: Annotated[Path | None, typer.Option(help="Write the tables to this file as Markdown.")] = None,
    freeze: Annotated[
        Path | None, typer.Option(help="Write the anchors of calibrated scores to this file, for a release.")
    ] = None,
) -> None:
    """Spoil real songs in many ways and see which figures notice: AUC with its interval, paired wins, effect.

    Example: popgen eval-validate real/ --markdown validation.md
    """
    from popgen_core.corpus.pool import default_workers
    from popgen_eval.validation.validate import validate

    names = [name.strip() for name in figures.split(",") if name.strip()] if figures else None
    for path in (json, markdown, freeze):
        _refuse_place(path)
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
    _show(found, every)
    _write_all(found, every, json, markdown, freeze)
    _tell(found)
    if strict and found.missed:
        raise typer.Exit(MISSED)


def _show(found: Any, every: bool) -> None:
    """The tables on the screen, and one line of what was asked and reached."""
    from rich.console import Console
    from rich.table import Table

    from popgen_eval.validation.table import HEADING, INVARIANCE_HEADING, invariance_rows, separation_rows

    screen = Console()
    rows = separation_rows(found.separations if every else found.targeted)
    for heading, cells in ((HEADING[1:], _under_figures(rows)), (INVARIANCE_HEADING, invariance_rows(found))):
        table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
        for number, column in enumerate(heading):
            table.add_column(column, justify="right" if number else "left", no_wrap=not number, overflow="fold")
        for row in cells:
            table.add_row(*row)
        screen.print(table)
    missed = len(found.missed)
    typer.echo(f"{len(found.material.songs)} songs; {len(found.targeted) - missed} of {len(found.targeted)} targets")


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
    from popgen_eval.validation.freeze import frozen
    from popgen_eval.validation.table import markdown as as_markdown

    if json:
        _write(json, json_bytes(found.to_json()))
    if markdown:
        _write(markdown, as_markdown(found, every=every).encode("utf-8", "backslashreplace"))
    if freeze:
        _write(freeze, frozen(found))


def _tell(found: Any) -> None:
    """What was left out or could not be done, on stderr."""
    for row in found.material.unread:
        complain(f"{row.file}: {row.message}")
    for what, counts in (("left out", found.material.unfit), ("could not be spoiled", found.failed)):
        for reason, songs in counts.items():
            complain(f"{what}, {songs} {'song' if songs == 1 else 'songs'}: {reason}")
    if found.unknown:
        complain(f"no such corruption yet: {', '.join(found.unknown)}")


def _refuse_place(path: Path | None) -> None:
    """Refuse, before any work, a file that could not be written."""
    from popgen_core.errors import OutputError

    if path and (path.is_dir() or not path.absolute().parent.is_dir()):
        what = "is a folder" if path.is_dir() else "lies in a folder that does not exist"
        raise OutputError(f"{path} cannot be written: it {what}", hint="choose another place")


def _write(path: Path, content: bytes) -> None:
    from popgen_core.errors import OutputError
    from popgen_core.files import write_atomically

    try:
        write_atomically(path, content)
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror}", hint="choose another place") from error
