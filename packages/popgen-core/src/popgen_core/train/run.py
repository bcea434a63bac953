"""A training run: a dataset and a recipe in; a folder with recipe, log, states and checkpoints out."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack, nullcontext
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import torch

from popgen_core import __version__
from popgen_core.assemble import assemble
from popgen_core.checkpoint import CHECKPOINT
from popgen_core.corpus.dataset import Dataset
from popgen_core.errors import PopgenError
from popgen_core.history.events import EventLog
from popgen_core.model import Model
from popgen_core.plugins import Catalogue
from popgen_core.recipe import Recipe, recipe_from_toml
from popgen_core.train.begun import differences, refuse_differences
from popgen_core.train.chance import begin_chance
from popgen_core.train.folder import held, write_down
from popgen_core.train.log import Log, Silence, note_session
from popgen_core.train.loop import Progress, Runner
from popgen_core.train.memory import peak_bytes, refuse_too_large
from popgen_core.train.parts import Parts, parts_of
from popgen_core.train.place import Place
from popgen_core.train.processes import Processes, joined
from popgen_core.train.rates import cell_rates, corpus_facts, group_weights
from popgen_core.train.report import TrainReport
from popgen_core.train.save import Saver, components_of
from popgen_core.train.songs import check_fit, load_songs
from popgen_core.train.states import Saved, newest_state, put_into
from popgen_core.train.step import Stepper
from popgen_core.train.windows import Windows

__all__ = ["Progress", "TrainReport", "Training", "train"]

EVENTS = "tensorboard"  # folder of its events in a run's
OTHER_CHANCE = 1_000_003  # between the seeds of two processes: each drops values of its own


@dataclass(frozen=True)
class Training:
    """What is to be trained, and on what: everything that a run is begun with.

    `parts`: the songs to train on and those to hear, where they are others than the recipe's `train.songs` would take.
    """

    dataset: Dataset
    recipe: Recipe
    catalogue: Catalogue
    valid: Dataset | None = None
    parts: Parts | None = None

    def check(self) -> None:
        """Raise RecipeError or DatasetError where recipe and datasets do not fit."""
        check_fit(self.recipe, self.dataset)
        if self.valid is not None:
            check_fit(self.recipe, self.valid)

    def asked(self) -> dict[str, Any]:
        """What must be the same when the run goes on, wherever that is."""
        return {
            "recipe": self.recipe.table(),
            "components": components_of(self.recipe, self.catalogue),
            "dataset": self.dataset.sha256,
            "valid": self.valid.sha256 if self.valid else None,
            **({"parts": self.parts.sha256} if self.parts else {}),
        }

    def begun(self, stepper: Stepper) -> dict[str, Any]:
        """What must be the same when the run goes on."""
        return {**self.asked(), "precision": stepper.precision, "processes": stepper.processes.size}


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
    with; otherwise that raises Refused, naming the difference. `tensorboard` writes the log as its events too, into the
    run's folder. Raises OutputError when the folder is taken, RecipeError when recipe, dataset and memory do not fit,
    CheckpointError when a run cannot be resumed, PopgenError for a loss that is no number. SIGINT and SIGTERM save the
    last complete step and end the run.
    """
    training.check()
    if tensorboard and find_spec("tensorboard") is None:
        raise PopgenError(
            "--tensorboard needs tensorboard, which is not installed", hint="install popgen-core[tensorboard]"
        )
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
    recipe = training.recipe
    begin_chance(recipe.header.seed)
    parts = assemble(recipe)
    model = Model(parts)
    divided = training.parts or parts_of(training.dataset, recipe.train.songs, training.valid)
    songs, stored = load_songs(divided.train, recipe)
    facts = corpus_facts(stored, model.sizes.roll.groups) | {"dataset": training.dataset.sha256, **divided.passport()}
    windows = Windows(songs, model.sizes, recipe.train.window, model.context, recipe.augment, facts["drums"])
    model.decoder.prime(cell_rates(songs, model.sizes))
    weights = group_weights(recipe.train.group_weights, songs, model.sizes)
    stepper = Stepper(model, parts.loss, weights, recipe.train, processes)
    if processes.rank:
        begin_chance(recipe.header.seed + OTHER_CHANCE * processes.rank)
    config = recipe.train
    refuse_too_large(stepper, windows, config.batch, config.micro_batch or config.batch)
    begun = training.begun(stepper)
    place, notes = _taken_up(run, stepper, begun, training, force) if resume else (Place(), [])
    if divided.valid is None and config.patience:
        notes.append(f"no songs are kept for validation, so train.patience={config.patience} cannot stop the run")
    runner = Runner(
        stepper, windows, _heard(divided, recipe, model), recipe, place, Saver(run, stepper, recipe, begun, facts)
    )
    if processes.leads:
        about = _about(training, divided, begun, facts, runner.steps_per_epoch)
        write_down(run, recipe, about)
        note_session(run, "begin", _session(stepper, place) | {"notes": notes})
    with ExitStack() as opened:
        listeners = []
        if tensorboard and processes.leads:
            events = EventLog(run / EVENTS, training.dataset.groups, after_step=place.steps)
            listeners.append(opened.enter_context(events).add)
        log = opened.enter_context(Log(run, place, listeners) if processes.leads else Silence())
        stopped = runner.run(log, progress if processes.leads else None)
    report = TrainReport(
        run=run,
        checkpoint=run / CHECKPOINT,
        epochs=place.epoch,
        steps=place.steps,
        first_loss=place.first_loss,
        loss=place.loss,
        valid_loss=place.valid_loss,
        best_loss=place.best_loss,
        best_epoch=place.best_epoch,
        frames_per_second=runner.speed(),
        peak_bytes=peak_bytes(stepper.device),
        stopped=stopped,
        songs=divided.counts(),
        notes=tuple(notes),
    )
    if processes.leads:
        note_session(run, "end", _ending(report))
    return report


def _taken_up(
    run: Path, stepper: Stepper, begun: Mapping[str, Any], training: Training, force: bool
) -> tuple[Place, list[str]]:
    """Put a stepper into the newest whole state of a run -> its place, and what a user should know of it."""
    saved = _read_by_all(run, stepper.processes)
    if saved is None:
        return Place(), ["nothing was saved yet: the run begins anew"]
    before = {**saved.card.trained["begun"]}
    before["recipe"] = recipe_from_toml(saved.card.recipe, training.catalogue).table()  # settings of today filled in
    found = differences(before, begun)
    if not force:
        refuse_differences(str(run), found)
    put_into(stepper, saved)
    fell = [f"{line}: the run goes on from the state before it, step {saved.place.steps}" for line in saved.damaged]
    return saved.place, fell + [f"forced: {line}" for line in found]


def _read_by_all(run: Path, processes: Processes) -> Saved | None:
    """The newest whole state of a run; of its weights only the leading process has any."""
    saved = newest_state(run) if processes.leads else None
    chance = {name: value for name, value in saved.tensors.items() if name.startswith("chance/")} if saved else {}
    told = processes.first(replace(saved, tensors=chance) if saved else None)
    return saved if processes.leads else told


def _heard(divided: Parts, recipe: Recipe, model: Model) -> Windows | None:
    """The windows of the songs kept for validation, none of them augmented."""
    if divided.valid is None:
        return None
    songs, _ = load_songs(divided.valid, recipe)
    return Windows(songs, model.sizes, recipe.train.window, model.context, None)


def _about(
    training: Training, divided: Parts, begun: Mapping[str, Any], facts: Mapping[str, Any], steps_per_epoch: int
) -> dict[str, Any]:
    """What run.json says, for people and for `popgen report` and `popgen score`."""

    def named(dataset: Dataset | None) -> dict[str, str] | None:
        return {"path": str(dataset.store.place), "sha256": dataset.sha256} if dataset else None

    return {
        "dataset": named(training.dataset),
        "valid": named(training.valid),
        "groups": list(training.dataset.groups),
        **{name: begun[name] for name in ("components", "precision", "processes", "parts") if name in begun},
        "songs": divided.counts(),
        "steps_per_epoch": steps_per_epoch,
        "corpus": dict(facts),
    }


def _session(stepper: Stepper, place: Place) -> dict[str, Any]:
    return {
        "steps": place.steps,
        "threads": torch.get_num_threads(),
        "processes": stepper.processes.size,
        "device": str(stepper.device),
        "precision": stepper.precision,
        "popgen": __version__,
        "torch": torch.__version__,
    }


def _ending(report: TrainReport) -> dict[str, Any]:
    return {
        "steps": report.steps,
        "stopped": report.stopped,
        "frames_per_second": round(report.frames_per_second),
        "peak_memory_bytes": report.peak_bytes,
    }
