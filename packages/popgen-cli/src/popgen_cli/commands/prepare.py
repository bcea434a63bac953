"""popgen prepare: a folder of MIDI files becomes a dataset."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from popgen_cli.doors import door, shown_json
from popgen_cli.progress import progress

__all__ = ["prepare"]

SKIPPED = 3


@door
def prepare(
    midi_dir: Annotated[Path, typer.Argument(help="Folder of MIDI files; its subfolders are read too.")],
    out: Annotated[Path, typer.Option("-o", "--out", help="Folder of the new dataset.")],
    workers: Annotated[int | None, typer.Option(min=1, help="Processes that read files; default: one a core.")] = None,
    grouper: Annotated[str, typer.Option(help="Grouper that sorts tracks into instrument groups.")] = "seven.v1",
    strict: Annotated[bool, typer.Option("--strict", help="End with code 3 when some files were left out.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
) -> None:
    """Turn a folder of MIDI files into a dataset, with a report of one row a file.

    Example: popgen prepare songs/ -o dataset/
    """
    from popgen_core import api

    with progress("preparing") as show:
        report = api.prepare(midi_dir, out, grouper=grouper, workers=workers, progress=show)
    summary = report.summary
    if json:
        shown_json({"dataset": str(out), **report.to_plain()})
    else:
        counted = ", ".join(f"{count} {verdict}" for verdict, count in summary.items())
        typer.echo(f"{out}: {counted}; a row for each file in {out / 'report.json'}")
    if strict and summary.get("skipped", 0) + summary.get("refused", 0):
        raise typer.Exit(SKIPPED)
