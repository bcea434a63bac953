"""Runs trained one after another: those that are finished are skipped, one that is under way goes on."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from popgen_core.assemble import assemble
from popgen_core.checkpoint import read_checkpoint
from popgen_core.errors import PopgenError
from popgen_core.series.record import Record, finished, write_record
from popgen_core.train.folder import RECIPE
from popgen_core.train.run import Progress, Training, TrainReport, train

__all__ = ["Figures", "Ran", "Shown", "check", "trained_runs"]

Figures = Mapping[str, float | None]
Shown = Callable[[int, int, str], None]  # steps done, of how many, a few words


@dataclass(frozen=True)
class Ran:
    """The records of the runs that are finished, in order; what ended the series early, or ""; and notes of the runs.

    A series that a signal ended goes on from there when it is run again.
    """

    records: tuple[Record, ...]
    stopped: str = ""
    notes: tuple[str, ...] = ()


def check(training: Training) -> None:
    """Raise RecipeError or DatasetError for what cannot be trained, before anything is begun."""
    training.check()
    assemble(training.recipe)


def trained_runs(
    folder: Path,
    runs: Mapping[Path, Training],
    record_name: str,
    measure: Callable[[Path, Training], Figures],
    *,
    force: bool = False,
    progress: Shown | None = None,
) -> Ran:
    """Train each run of the series in `folder` into its own, unless it is finished already, and write its record there.

    Each run's figures are its losses and what `measure` finds of it. Raises what training raises, with the name of
    the run, and Refused for a finished run that was trained otherwise or is not whole, unless `force` lets it go on.
    """
    done: list[Record] = []
    notes: list[str] = []
    records = {run: finished(run / record_name, training, force=force) for run, training in runs.items()}  # all first
    for run, training in runs.items():
        record = records[run]
        if record is None:
            name = str(run.relative_to(folder))
            report = _trained(run, training, name, force, _shown(progress, f"{name} of {len(runs)}"))
            notes += [f"{name}: {note}" for note in report.notes]
            if report.interrupted:
                return Ran(tuple(done), report.stopped, tuple(notes))
            record = _record(run, training, report, measure(run, training))
            write_record(run / record_name, record)
        done.append(record)
    return Ran(tuple(done), "", tuple(notes))


def _trained(run: Path, training: Training, name: str, force: bool, progress: Progress | None) -> TrainReport:
    try:
        begun = (run / RECIPE).is_file()
        return train(training, run, resume=begun, force=force and begun, progress=progress)
    except PopgenError as error:
        error.message = f"{name}: {error.message}"
        raise


def _shown(progress: Shown | None, words: str) -> Progress | None:
    if progress is None:
        return None

    def shown(place: Any, total: int, step: Any, speed: float) -> None:
        progress(place.steps, total, f"{words}, loss {step.loss:.4f}, {speed:,.0f} frames a second")

    return shown


def _record(run: Path, training: Training, report: TrainReport, found: Figures) -> Record:
    figures = {"loss": report.loss, "valid_loss": report.valid_loss, "best_loss": report.best_loss, **found}
    return Record(
        name=run.name,
        seed=training.recipe.header.seed,
        checkpoint=read_checkpoint(report.checkpoint)[0].sha256,
        songs=report.songs,
        epochs=report.epochs,
        steps=report.steps,
        best_epoch=report.best_epoch,
        stopped=report.stopped,
        figures={name: v if v is not None and math.isfinite(v) else None for name, v in figures.items()},
    )
