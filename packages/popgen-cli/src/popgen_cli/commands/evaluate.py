"""popgen eval: how songs score on figures whose laws are stated."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from popgen_cli.doors import complain, door, shown_json

__all__ = ["evaluate"]

SKIPPED = 3


@door
def evaluate(
    midi: Annotated[Path, typer.Argument(help="A MIDI file, or a folder of them.")],
    reference: Annotated[Path | None, typer.Option(help="Folder of real songs, scored beside.")] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="End with code 3 when some files could not be read.")
    ] = False,
    json: Annotated[
        Path | None, typer.Option("--json", help="Write the report to this file; - for the screen.")
    ] = None,
) -> None:
    """Score MIDI files from any system: five headline figures and their geometric mean, `overall`.

    Example: popgen eval songs/ --reference real/ --json scores.json
    """
    from popgen_eval import api

    report = api.evaluate(midi)
    beside = api.evaluate(reference) if reference else None
    table = report.to_json() | ({"reference": beside.to_json()["summary"]} if beside else {})
    if json and str(json) == "-":
        shown_json(table)
    else:
        _show(report, beside)
        if json:
            _write(json, table)
    unread = [row for row in report.files if row.error]
    for row in unread:
        complain(f"{row.path}: {row.error}")
    if len(unread) == len(report.files):
        raise typer.Exit(1)
    if strict and unread:
        raise typer.Exit(SKIPPED)


def _show(report: Any, beside: Any | None) -> None:
    """The summary as a table: mean, sd, 95 % interval, n, and the reference's mean."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD)
    table.add_column("figure")
    for column in ("mean", "sd", "95 % interval", "n", *(["reference"] if beside else [])):
        table.add_column(column, justify="right")
    for name, row in report.to_json()["summary"].items():
        cells = [
            _number(row["mean"]),
            _number(row["sd"]),
            f"{_number(row['low'])} – {_number(row['high'])}",
            str(row["n"]),
        ]
        if beside:
            cells.append(_number(beside.to_json()["summary"].get(name, {}).get("mean")))
        table.add_row(name, *cells)
    Console().print(table)


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _write(path: Path, table: dict[str, Any]) -> None:
    import json

    from popgen_core.errors import OutputError

    try:
        path.write_text(json.dumps(table, indent=2, allow_nan=False) + "\n", encoding="utf-8")
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror}", hint="choose another place") from error
