"""popgen prepare: a folder of MIDI files becomes a dataset."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from popgen_cli.doors import complain, door, shown_json
from popgen_cli.limits import limits_of
from popgen_cli.progress import progress

__all__ = ["prepare"]

SKIPPED, INTERRUPTED = 3, 130


@door
def prepare(
    midi_dir: Annotated[Path, typer.Argument(help="Folder of MIDI files; its subfolders are read too.")],
    out: Annotated[
        str, typer.Option("-o", "--out", help="Folder of the dataset; with --dask also an fsspec place, s3://…")
    ],
    workers: Annotated[int | None, typer.Option(min=1, help="Processes that read files; default: one a core.")] = None,
    grouper: Annotated[str, typer.Option(help="Grouper that sorts tracks into instrument groups.")] = "seven.v1",
    licence: Annotated[
        list[str] | None,
        typer.Option(help="Keep files of this licence only: permissive, or a name such as CC0-1.0; may be repeated."),
    ] = None,
    beats: Annotated[
        str,
        typer.Option(help="Name of a file of beats beside each MIDI file, e.g. beat_midi.txt or {stem}.beats."),
    ] = "",
    pitches: Annotated[
        Literal["fold", "drop"], typer.Option(help="Pitches outside the 88 keys: moved by octaves, or left out.")
    ] = "fold",
    limit: Annotated[
        list[str] | None, typer.Option(help="Change what is too much, e.g. --limit notes=1000000; may be repeated.")
    ] = None,
    test_share: Annotated[float, typer.Option(min=0.01, max=0.99, help="Share of the songs kept for testing.")] = 0.2,
    folds: Annotated[int, typer.Option(min=2, help="Folds of the other songs, for cross-validation.")] = 10,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the split.")] = 0,
    dask: Annotated[str, typer.Option(help="Address of a Dask scheduler whose workers read the files.")] = "",
    strict: Annotated[bool, typer.Option("--strict", help="End with code 3 when some files were left out.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
) -> None:
    """Turn a folder of MIDI files into a dataset, with a report of one row a file and a split that does not leak.

    It may be interrupted at any time: the same command goes on. Example: popgen prepare songs/ -o dataset/
    """
    from popgen_core import api
    from popgen_core.errors import RecipeError

    if dask and workers:
        raise RecipeError("--workers says how many processes of this machine read", hint="with --dask the cluster does")
    settings: dict[str, Any] = {"beats": beats, "pitches": pitches, "licences": tuple(licence or ())}
    settings |= {"seed": seed, "test_share": test_share, "folds": folds, "limits": limits_of(limit or [])}
    try:
        with progress("preparing") as show:
            report = api.prepare(midi_dir, out, grouper=grouper, workers=workers, dask=dask, progress=show, **settings)
    except KeyboardInterrupt:
        complain("interrupted; the same command goes on from here")
        raise typer.Exit(INTERRUPTED) from None
    for problem in report.problems:
        complain(problem)
    if json:
        shown_json({"dataset": report.out, **report.to_plain()})
    else:
        for line in _lines(report):
            typer.echo(line)
    if strict and report.summary["skipped"] + report.summary["refused"]:
        raise typer.Exit(SKIPPED)


def _lines(report: Any) -> list[str]:
    """What was made of the folder, for people."""
    counted = ", ".join(f"{count:,} {verdict}" for verdict, count in report.summary.items())
    lines = [f"{report.out}: {counted}; a row for each file in report.json"]
    if report.already:
        lines[0] = f"{report.out} is complete already: {counted}"
    return [*lines, _split_line(report.split)]


def _split_line(split: Any) -> str:
    """How the songs are divided, for people."""
    line = f"{_songs(len(split.train))} to learn from, {len(split.test):,} kept for testing"
    if near := split.songs - split.clusters:
        line += f"; {near:,} near-copies stay on the side of their originals"
    return line + ("" if split.accepted else f" ({split.note or 'the two are not alike'}; see split.json)")


def _songs(count: int) -> str:
    return "1 song" if count == 1 else f"{count:,} songs"
