"""A training run: a dataset and a recipe in; a folder with recipe, log, states and checkpoints out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack, nullcontext
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import torch

from popgen_core.errors import NotInstalled, PopgenError, RecipeError, from_wheels
from popgen_core.history.events import EventLog
from popgen_core.recipe import recipe_from_toml
from popgen_core.train.about import about_run, beginning, ending
from popgen_core.train.begun import differences, refuse_differences
from popgen_core.train.folder import begun_of_run, held, write_down
from popgen_core.train.heard import HeardSongs, heard_songs
from popgen_core.train.log import Log, Silence, note_session
from popgen_core.train.loop import Progress, Runner
from popgen_core.train.made import made_ready
from popgen_core.train.memory import peak_bytes
from popgen_core.train.parts import Parts
from popgen_core.train.place import Place
from popgen_core.train.processes import Processes, joined
from popgen_core.train.report import TrainReport
from popgen_core.train.save import Saver
from popgen_core.train.states import Saved, newest_state, put_into, set_aside
from popgen_core.train.step import Stepper
from popgen_core.train.training import Training

__all__ = ["Progress", "TrainReport", "Training", "train"]

EVENTS = "tensorboard"  # folder of its events in a run's


def train(
    training: Training,
    run: Path,
    *,
    resume: bool = False,
    force: bool = False,
    tensorboard: bool = False,
    progress: Progress | None = None,
) -> TrainReport:
    """Train into the folder `run`, or go on with the run that is there.

    `force` goes on though recipe, data, plug-ins, precision or the number of processes are others than it was begun
    with, or plug-ins others than its start was made with; otherwise that raises Refused, naming the difference.
    `tensorboard` writes the log as its events too, into the
    run's folder. Raises OutputError when the folder is taken, RecipeError when recipe, dataset and memory do not fit,
    CheckpointError when a run cannot be resumed, PopgenError for a loss that is no number. SIGINT and SIGTERM save the
    last complete step and end the run.
    """
    training.check()
    if force and not resume and training.start is None:
        raise RecipeError(
            "--force is for going on with a run or a checkpoint", hint="leave it away, or add --resume or --start"
        )
    if tensorboard and find_spec("tensorboard") is None:
        what = "--tensorboard needs tensorboard, which is not installed"
        raise NotInstalled(what, hint=from_wheels("popgen-core[tensorboard]"))
    with joined() as processes, held(run, resume) if processes.leads else nullcontext():
        return _trained(training, run, processes, resume, force, tensorboard, progress)


def _trained(
    training: Training,
    run: Path,
    processes: Processes,
    resume: bool,
    force: bool,
    tensorboard: bool,
    progress: Progress | None,
) -> TrainReport:
    made = made_ready(training, processes)
    begun = training.begun(made.stepper)
    place, notes = _taken_up(run, made.stepper, begun, training, force) if resume else (Place(), [])
    if made.valid is None and training.recipe.train.patience:
        notes.append(
            f"no songs are kept for validation, so train.patience={training.recipe.train.patience} cannot stop the run"
        )
    notes += made.divided.notes
    saver = Saver(run, made.stepper, training.recipe, begun, made.facts, training.start)
    notes += saver.renamed() if resume else []
    runner = Runner(made.stepper, made.windows, made.valid, training.recipe, place, saver)
    if training.start and not resume:
        notes += [*training.start.remarks, *runner.heard_at_first()]
    if processes.leads:
        about = about_run(training, made, begun, runner.steps_per_epoch, _heard_before(run, training, resume))
        write_down(run, training.recipe, about)
        note_session(run, "begin", beginning(made.stepper, place) | {"notes": notes})
    try:
        stopped = _run(runner, run, training, place, tensorboard, progress)
    except PopgenError as error:
        if processes.leads:
            note_session(run, "end", ending(runner, f"an error: {error.message}"))
        raise
    if processes.leads:
        note_session(run, "end", ending(runner, stopped))
    return _report(run, runner, place, stopped, made.divided, notes)


def _heard_before(run: Path, training: Training, resume: bool) -> HeardSongs | None:
    """What was heard before the run is at work: by itself, or by the checkpoint that it starts from."""
    if resume:
        return heard_songs(run)
    return training.start.heard if training.start else None


def _run(
    runner: Runner, run: Path, training: Training, place: Place, tensorboard: bool, progress: Progress | None
) -> str:
    """Train, the leading process writing the log -> what ended it."""
    if not runner.processes.leads:
        return runner.run(Silence(), None)
    with ExitStack() as opened:
        listeners = []
        if tensorboard:
            events = EventLog(run / EVENTS, training.dataset.groups, after_step=place.steps)
            listeners.append(opened.enter_context(events).add)
        return runner.run(opened.enter_context(Log(run, place, listeners)), progress)


def _report(run: Path, runner: Runner, place: Place, stopped: str, divided: Parts, notes: Sequence[str]) -> TrainReport:
    return TrainReport(
        run=run,
        checkpoint=runner.saver.file(),
        epochs=place.epoch,
        steps=place.steps,
        first_loss=place.first_loss,
        loss=place.loss,
        valid_loss=place.valid_loss,
        best_loss=place.best_loss,
        best_epoch=place.best_epoch,
        frames_per_second=runner.speed(),
        peak_bytes=peak_bytes(runner.stepper.device),
        stopped=stopped,
        songs=divided.counts(),
        notes=tuple(notes),
    )


def _taken_up(
    run: Path, stepper: Stepper, begun: Mapping[str, Any], training: Training, force: bool
) -> tuple[Place, list[str]]:
    """Put a stepper into the newest whole state of a run -> its place, and what a user should know of it."""
    saved = _read_by_all(run, stepper.processes)
    told = saved.card.trained["begun"] | {"recipe": saved.card.recipe} if saved else begun_of_run(run)
    before = {
        **told,
        "recipe": recipe_from_toml(told["recipe"], training.catalogue).table(),
    }  # today's settings filled in
    found = differences(before, begun)
    if not force:
        refuse_differences(str(run), found)
    notes = [f"forced: {line}" for line in found]
    if saved is None:
        return Place(), ["nothing was saved yet: the run begins anew", *notes]
    put_into(stepper, saved)
    if stepper.processes.leads:
        set_aside(saved)
    now, then = torch.get_num_threads(), saved.card.trained.get("threads")
    if then not in (None, now):
        notes.append(f"threads: {then} before, {now} now; sums then differ in their last digits")
    fell = [f"{why}: the run goes on from the state before it, step {saved.place.steps}" for _, why in saved.damaged]
    return saved.place, fell + notes


def _read_by_all(run: Path, processes: Processes) -> Saved | None:
    """The newest whole state of a run; of its weights only the leading process has any."""
    saved = newest_state(run) if processes.leads else None
    chance = {name: value for name, value in saved.tensors.items() if name.startswith("chance/")} if saved else {}
    told = processes.first(replace(saved, tensors=chance) if saved else None)
    return saved if processes.leads else told
