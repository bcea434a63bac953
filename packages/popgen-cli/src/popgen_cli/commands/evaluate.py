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
    also: Annotated[
        list[str] | None, typer.Option(help="One more evaluator of the catalogue, by name; may be repeated.")
    ] = None,
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

    evaluators = [*api.HEADLINE_EVALUATORS, *(also or [])]
    report = api.evaluate(midi, evaluators=evaluators)
    beside = api.evaluate(reference, evaluators=evaluators) if reference else None
    table = report.to_json() | ({"reference": beside.to_json()["summary"]} if beside else {})
    if json and str(json) == "-":
        shown_json(table)
    else:
        _show(report, beside)
        if json:
            _write(json, table)
    for name, of in report.summary.items():
        if not of.n and (reasons := {row.reasons[name] for row in report.files if name in row.reasons}):
            complain(f"{name} is undefined for every file: {'; '.join(sorted(reasons))}")
    for row in (*report.errors, *(beside.errors if beside else ())):
        complain(f"{row.path}: {row.error}")
    if any(len(each.errors) == len(each.files) for each in (report, beside) if each):
        raise typer.Exit(1)
    if strict and (report.errors or (beside and beside.errors)):
        raise typer.Exit(SKIPPED)


def _show(report: Any, beside: Any | None) -> None:
    """The summary as a table: mean, sd, 95 % interval, n, and the reference's mean."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD)
    heading, *rows = report.rows()
    columns = [*heading, *(["reference"] if beside else [])]
    for number, column in enumerate(columns):
        table.add_column(column, justify="right" if number else "left")
    means = [row[1] for row in beside.rows()[1:]] if beside else []
    for number, row in enumerate(rows):
        table.add_row(*row, *means[number : number + 1])
    Console().print(table)


def _write(path: Path, table: dict[str, Any]) -> None:
    import json

    from popgen_core.errors import OutputError
    from popgen_core.files import write_atomically

    try:
        write_atomically(path, (json.dumps(table, indent=2, allow_nan=False) + "\n").encode())
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror}", hint="choose another place") from error
