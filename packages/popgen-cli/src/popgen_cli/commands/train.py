"""popgen train: a dataset and a recipe become a model."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Annotated, Any

import typer

from popgen_cli.doors import complain, door, leads, shown_json
from popgen_cli.progress import progress
from popgen_core.errors import RecipeError

__all__ = ["train"]

INTERRUPTED = 130


@door
def train(
    dataset: Annotated[Path, typer.Argument(help="Dataset made by `popgen prepare`.")],
    out: Annotated[Path, typer.Option("-o", "--out", help="Folder of the run: recipe, log, loss curve, checkpoint.")],
    recipe: Annotated[
        str | None, typer.Option(help="A built-in recipe by name, or a TOML file; default: paper.warm.")
    ] = None,
    start: Annotated[
        str | None,
        typer.Option(help="Fine-tune: go on from this checkpoint (a file, a run's folder, an installed name)."),
    ] = None,
    adapter: Annotated[
        bool,
        typer.Option("--adapter", help="With --start: leave its weights as they are, learn a small file, a style."),
    ] = False,
    rank: Annotated[int | None, typer.Option(help="With --adapter: how much it can say, 1 to 256; default: 8.")] = None,
    changes: Annotated[
        list[str] | None, typer.Option("--set", help="Change one setting, e.g. --set train.epochs=3; may be repeated.")
    ] = None,
    valid: Annotated[Path | None, typer.Option(help="Dataset whose loss is measured after each epoch.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the run in --out, by its own recipe.")] = False,
    force: Annotated[
        bool,
        typer.Option(
            "--force",
            help="Go on though recipe, data or plug-ins are others now (--resume), or plug-ins alone (--start).",
        ),
    ] = False,
    tensorboard: Annotated[
        bool, typer.Option("--tensorboard", help="Write the log as TensorBoard events too, into OUT/tensorboard.")
    ] = False,
    seeds: Annotated[
        int | None,
        typer.Option(min=2, help="Train so many runs, --out/seed-1 and on, of the recipe's seed and those after it."),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print how the run ended as JSON.")] = False,
) -> None:
    """Train a model on a dataset. Ctrl-C saves and stops; after that, or a kill, --resume goes on.

    Example: popgen train dataset/ -o runs/mine --recipe paper.warm --set train.epochs=3

    A few songs of your own: popgen train my-dataset/ -o runs/mine --start CHECKPOINT, or that with --adapter
    """
    if seeds and tensorboard:
        raise RecipeError(
            "--tensorboard is for one run", hint="leave it away; popgen report OUT/seed-1 --tensorboard F"
        )
    if seeds and (start or adapter or rank):
        raise RecipeError("--seeds trains from nothing", hint="leave --start, --adapter and --rank away, or --seeds")
    if seeds:
        options = {"changes": changes or [], "valid": valid, "resume": resume, "force": force}
        return _train_seeds(dataset, out, recipe, seeds, options, json)
    from popgen_core import api
    from popgen_core.pages.run import write_report

    with progress("training") as show:

        def shown(place: Any, total: int, step: Any, speed: float) -> None:
            show(place.steps, total, f"loss {step.loss:.4f}, {speed:,.0f} frames a second")

        report = api.train(
            dataset,
            out,
            recipe,
            changes=changes or [],
            valid=valid,
            resume=resume,
            force=force,
            tensorboard=tensorboard,
            progress=shown,
            start=start,
            adapter=adapter,
            rank=rank,
        )
    if leads():
        _say(report, dataset, json=json)
        if not report.interrupted:
            write_report(report.run)
    if report.interrupted:
        raise typer.Exit(INTERRUPTED)


def _say(report: Any, dataset: Path, *, json: bool) -> None:
    """How the run ended, for people or for programs."""
    for note in report.notes:
        complain(note)
    if json:
        shown_json(_plain(report))
    else:
        speed = f"{report.frames_per_second:,.0f} frames a second; " if report.frames_per_second else ""
        typer.echo(
            f"{report.checkpoint}: loss {report.first_loss:.3f} -> {report.loss:.4f} in {report.steps} steps "
            f"({report.epochs} epochs, {speed}{report.stopped})"
        )
        songs = report.songs
        measured = report.valid_loss == report.valid_loss  # a run may end before its first epoch does
        best = f" (lowest {report.best_loss:.4f} after epoch {report.best_epoch})" if report.best_epoch else ""
        heard = f", loss on {songs['validated']} others {report.valid_loss:.4f}{best}" if measured else ""
        left = f"; {songs['left']} songs of the dataset's test part were not touched" if songs["left"] else ""
        which = f"{songs['trained']} songs" if left or heard else f"all {songs['trained']} songs of the dataset"
        typer.echo(f"trained on {which}{heard}{left}; at most {report.peak_bytes / 1e9:.1f} GB of memory")
    if report.interrupted:
        complain(f"interrupted; go on with: popgen train {dataset} -o {report.run} --resume")


def _train_seeds(dataset: Path, out: Path, recipe: str | None, seeds: int, options: dict[str, Any], json: bool) -> None:
    """One run after another; what is finished is skipped with --resume."""
    from popgen_cli.seeds import lines_of, told_by_seeds
    from popgen_core import api

    again = f"go on with: popgen train {dataset} -o {out} --seeds {seeds} --resume"
    try:
        with progress("training") as show:
            done = api.train_seeds(dataset, out, recipe, seeds=seeds, progress=show, **options)
    except KeyboardInterrupt:
        complain(f"interrupted; {again}")
        raise typer.Exit(INTERRUPTED) from None
    for note in done.notes:
        complain(note)
    told = told_by_seeds(done)
    if json:
        shown_json(told)
    else:
        for line in lines_of(told):
            typer.echo(line)
    if done.stopped:
        complain(f"interrupted; {again}")
        raise typer.Exit(INTERRUPTED)


def _plain(report: Any) -> dict[str, Any]:
    """The report with paths as text, and null for a loss that was not measured."""
    values = {name: str(value) if isinstance(value, Path) else value for name, value in vars(report).items()}
    return {name: None if isinstance(v, float) and not math.isfinite(v) else v for name, v in values.items()}
