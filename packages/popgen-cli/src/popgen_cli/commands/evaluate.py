"""popgen eval: how songs score on figures whose laws are stated."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from popgen_cli.doors import complain, door, shown_json
from popgen_cli.places import SCREEN, refuse_places, write_file
from popgen_cli.progress import progress

__all__ = ["evaluate"]

SKIPPED = 3


@door
def evaluate(
    midi: Annotated[Path, typer.Argument(help="A MIDI file, or a folder of them.")],
    reference: Annotated[Path | None, typer.Option(help="Folder of real songs, scored beside.")] = None,
    training: Annotated[
        Path | None,
        typer.Option(
            help="Dataset or folder of MIDI files that a model was trained on, to look for copies of it. Real songs "
            "that were not trained on, given as --reference, show how much is shared by chance."
        ),
    ] = None,
    also: Annotated[
        list[str] | None, typer.Option(help="One more evaluator of the catalogue, by name; may be repeated.")
    ] = None,
    bars: Annotated[int, typer.Option(help="Bars of a window; compare equal windows only.")] = 32,
    anchors: Annotated[
        Path | None,
        typer.Option(
            help="Hold figures against the real songs of this file, which `eval-validate --freeze` wrote, in place of "
            "those of the release."
        ),
    ] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Processes that judge files; default: one a core, none for a few files.")
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="End with code 3 when some files could not be read.")
    ] = False,
    json: Annotated[
        Path | None, typer.Option("--json", help="Write the report to this file; - for the screen.")
    ] = None,
    csv: Annotated[Path | None, typer.Option("--csv", help="Write a row a file to this file.")] = None,
    html: Annotated[Path | None, typer.Option("--html", help="Write a page with pictures to this file.")] = None,
) -> None:
    """Score MIDI files from any system on every figure, headline first, and say what lies above and below a reference.

    Example: popgen eval songs/ --reference real/ --html report.html
    """
    from popgen_eval import api

    refuse_places(csv, html, screen=json, read=(midi, reference, training, anchors))
    with progress("judging") as show:
        report = api.evaluate(
            midi,
            also=also or (),
            reference=reference,
            training=training,
            bars=bars,
            anchors=anchors,
            workers=workers,
            keep_songs=html is not None,
            progress=show,
        )
    _write_all(report, json, csv, html, str(midi))
    _show(report, json)
    if html and json != SCREEN:
        typer.echo(f"\npage: {html}")
    sides = [report, *([report.reference] if report.reference else [])]
    unread = [(row.path, row.error) for side in sides for row in side.errors]
    unread += report.settings.get("training_unread", {}).items()
    for path, error in unread:
        complain(f"{path}: {error}")
    if any(len(side.errors) == len(side.files) for side in sides):
        raise typer.Exit(1)
    if strict and unread:
        raise typer.Exit(SKIPPED)


def _show(report: Any, json: Path | None) -> None:
    """The report on the screen, for people or as JSON."""
    if json == SCREEN:
        shown_json(report.to_json())
        return
    from popgen_cli.figures import show_figures

    show_figures(report)


def _write_all(report: Any, json: Path | None, csv: Path | None, html: Path | None, title: str) -> None:
    """Every file that is wanted, each whole or not at all."""
    if json and json != SCREEN:
        from popgen_core.files import json_bytes

        write_file(json, json_bytes(report.to_json()))
    if csv:
        write_file(csv, report.to_csv().encode("utf-8", "backslashreplace"))
    if html:
        from popgen_core.corpus.folder import printable_path
        from popgen_eval.pages import report_page

        page = report_page(report, f"popgen eval: {printable_path(title)}")
        write_file(html, page.encode("utf-8", "backslashreplace"))
