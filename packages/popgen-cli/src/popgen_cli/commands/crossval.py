"""popgen crossval: how a recipe does on songs that it has not heard, fold by fold."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from popgen_cli.doors import complain, door, shown_json
from popgen_cli.progress import progress

__all__ = ["crossval"]

INTERRUPTED = 130


@door
def crossval(
    dataset: Annotated[Path, typer.Argument(help="Dataset made by `popgen prepare`.")],
    out: Annotated[Path, typer.Option("-o", "--out", help="Folder of the runs, one for each fold.")],
    folds: Annotated[int, typer.Option(min=2, help="Folds of the training part; the dataset's own if as many.")] = 10,
    recipe: Annotated[
        str | None, typer.Option(help="A built-in recipe by name, or a TOML file; default: paper.warm.")
    ] = None,
    changes: Annotated[
        list[str] | None, typer.Option("--set", help="Change one setting, e.g. --set train.epochs=3; may be repeated.")
    ] = None,
    against: Annotated[str | None, typer.Option(help="A second recipe, trained on the same folds.")] = None,
    against_changes: Annotated[
        list[str] | None,
        typer.Option(
            "--against-set", help="Change a setting of the second recipe; without --against it is the first, changed."
        ),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the folds and what they tell as JSON.")] = False,
) -> None:
    """Cross-validate a recipe: train it on all folds but one, hear that one, and so with each. The test part of the
    dataset is not touched. It may be interrupted at any time: the same command goes on.

    Example: popgen crossval dataset/ -o runs/folds --folds 10 --recipe paper.warm --against-set width=128
    """
    from popgen_cli.folds import lines_of, show_table, told_by_folds
    from popgen_core import api
    from popgen_core.files import json_bytes, write_atomically

    again = f"the same command goes on from here: {out} keeps what is done"
    try:
        with progress("cross-validating") as show:
            done = api.crossval(
                dataset,
                out,
                recipe,
                folds=folds,
                changes=changes or [],
                against=against,
                against_changes=against_changes or [],
                progress=show,
            )
    except KeyboardInterrupt:
        complain(f"interrupted; {again}")
        raise typer.Exit(INTERRUPTED) from None
    for note in done.notes:
        complain(note)
    told = told_by_folds(done)
    if json:
        shown_json(told)
    else:
        show_table(told)
        for line in lines_of(told):
            typer.echo(line)
    if done.stopped:
        complain(f"interrupted; {again}")
        raise typer.Exit(INTERRUPTED)
    write_atomically(out / "crossval.json", json_bytes(told))
