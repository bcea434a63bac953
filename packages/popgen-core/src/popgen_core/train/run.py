"""A training run: a dataset and a recipe in; a folder with recipe, log, loss curve and checkpoint out."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import torch

from popgen_core.assemble import assemble, sizes_of
from popgen_core.corpus.dataset import Dataset
from popgen_core.corpus.stored import StoredSong
from popgen_core.errors import DatasetError, OutputError, RecipeError
from popgen_core.model import Model
from popgen_core.plugins import Catalogue
from popgen_core.recipe import Recipe, recipe_from_toml
from popgen_core.train.log import Log
from popgen_core.train.rates import cell_rates, corpus_facts, group_weights
from popgen_core.train.save import save_model
from popgen_core.train.state import Place, load_state, save_state
from popgen_core.train.step import Step, Stepper
from popgen_core.train.windows import TrainingSong, Windows

__all__ = ["Progress", "TrainReport", "load_songs", "train"]

SAVE_SECONDS = 300.0
FIRST_STEPS = 20  # before these the speed of a run is not known
T = TypeVar("T")
Progress = Callable[[Place, int, Step, float], None]  # place, steps in all, step, frames a second


@dataclass(frozen=True)
class TrainReport:
    """How a run ended: its folder, the checkpoint, epochs and steps done, first and last losses, why it stopped."""

    run: Path
    checkpoint: Path
    epochs: int
    steps: int
    first_loss: float
    loss: float
    valid_loss: float
    frames_per_second: float
    stopped: str


class Stop:
    """Set by SIGINT or SIGTERM: the run finishes its step, saves and leaves."""

    def __init__(self) -> None:
        self.by = ""

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Catch the two signals meanwhile; only the main thread can."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        caught = (signal.SIGINT, signal.SIGTERM)
        before = {number: signal.signal(number, self._note) for number in caught}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _note(self, number: int, frame: Any) -> None:
        self.by = signal.Signals(number).name


def train(
    dataset: Dataset,
    run: Path,
    recipe: Recipe,
    catalogue: Catalogue,
    *,
    valid: Dataset | None = None,
    resume: bool = False,
    progress: Progress | None = None,
) -> TrainReport:
    """Train a recipe on a dataset into the folder `run`.

    Raises OutputError when the folder exists (unless resuming), RecipeError when recipe and dataset do not fit,
    CheckpointError when a run cannot be resumed. SIGINT and SIGTERM save and end the run early.
    """
    recipe = _recipe_of_run(run, catalogue) if resume else recipe
    _check_fit(recipe, dataset)
    torch.manual_seed(recipe.header.seed)
    parts = assemble(recipe)
    model = Model(parts)
    songs, stored = load_songs(dataset, recipe)
    windows = Windows(songs, model.sizes, recipe.train.window, model.context, recipe.augment)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    model.decoder.prime(cell_rates(songs, model.sizes))
    weights = group_weights(recipe.train.group_weights, songs, model.sizes)
    stepper = Stepper(model.to(device), parts.loss, weights, recipe.train, device)
    heard = _windows_of(valid, recipe, model) if valid else None
    _open_folder(run, recipe, resume)
    place = load_state(run / "state.pt", stepper) if resume else Place()
    facts = corpus_facts(stored, model.sizes.roll.groups)
    runner = Runner(
        run, stepper, windows, heard, recipe, place, lambda: save_model(run, stepper, catalogue, recipe, place, facts)
    )
    return runner.run_epochs(progress)


class Runner:
    """The loop of a run over epochs and steps."""

    def __init__(
        self,
        folder: Path,
        stepper: Stepper,
        windows: Windows,
        valid: Windows | None,
        recipe: Recipe,
        place: Place,
        save_checkpoint: Callable[[], Path],
    ) -> None:
        self.folder, self.stepper, self.windows, self.valid = folder, stepper, windows, valid
        self.recipe, self.place, self.save_checkpoint = recipe, place, save_checkpoint
        config = recipe.train
        self.steps_per_epoch = -(-len(windows.tiles()) // config.batch)
        self.total = self.steps_per_epoch * config.epochs
        self.frames_seen, self.began, self.saved_at = 0, time.monotonic(), time.monotonic()
        self.seconds_before = place.seconds

    def run_epochs(self, progress: Progress | None) -> TrainReport:
        """Train until the epochs are over, the minutes are spent, or a signal asks to stop."""
        stop, stopped = Stop(), "all epochs done"
        with stop.listening(), Log(self.folder / "log.jsonl", self.place) as log:
            while self.place.epoch < self.recipe.train.epochs:
                stopped = self._epoch(log, stop, progress)
                if stopped:
                    break
                self._end_epoch(log)
            checkpoint = self.save()  # while signals are still only noted: a second Ctrl-C must not lose the run
        log.draw(self.folder / "loss.png")
        return TrainReport(
            self.folder,
            checkpoint,
            self.place.epoch,
            self.place.steps,
            self.place.first_loss,
            self.place.loss,
            self.place.valid_loss,
            self._speed(),
            stopped or "all epochs done",
        )

    def _epoch(self, log: Log, stop: Stop, progress: Progress | None) -> str:
        """The rest of one epoch -> why it was broken off, or nothing."""
        config, place = self.recipe.train, self.place
        batches = self.windows.epoch(self.recipe.header.seed, place.epoch, config.batch, skip=place.step_in_epoch)
        for inputs, target in ahead(batches):
            step = self.stepper.step(inputs, target, place.steps, self._expected_steps())
            self.frames_seen += target.mask.numel()
            place.steps, place.step_in_epoch, place.loss = place.steps + 1, place.step_in_epoch + 1, step.loss
            place.first_loss = step.loss if place.steps == 1 else place.first_loss
            place.seconds = self.seconds_before + time.monotonic() - self.began
            log.step(place, step, self._speed())
            if progress:
                progress(place, self.total, step, self._speed())
            if stop.by:
                return f"stopped by {stop.by}"
            if config.minutes and place.seconds >= 60 * config.minutes:
                return f"{config.minutes:g} minutes spent"
            if time.monotonic() - self.saved_at > SAVE_SECONDS:
                self.save()
        return ""

    def _expected_steps(self) -> int:
        """Steps that the run will have: all of its epochs, or as many as its minutes seem to allow.

        A schedule thus reaches its end on a slow machine too; with a limit in minutes a run is not repeatable exactly.
        """
        config, place = self.recipe.train, self.place
        if not config.minutes or place.steps < FIRST_STEPS:
            return self.total
        return min(self.total, int(place.steps * 60 * config.minutes / place.seconds) + 1)

    def _end_epoch(self, log: Log) -> None:
        self.place.epoch, self.place.step_in_epoch = self.place.epoch + 1, 0
        if self.valid:
            self.place.valid_loss = self._measure(self.valid)
        log.epoch(self.place)

    def _measure(self, valid: Windows) -> float:
        """The loss on other songs, none of them augmented."""
        tiles, size = valid.tiles(), self.recipe.train.batch
        losses = [
            (self.stepper.measure(*valid.batch(tiles[n : n + size])), len(tiles[n : n + size]))
            for n in range(0, len(tiles), size)
        ]
        return sum(loss * count for loss, count in losses) / max(len(tiles), 1)

    def save(self) -> Path:
        """Save the state from which --resume goes on, and the checkpoint that generates -> the checkpoint."""
        save_state(self.folder / "state.pt", self.stepper, self.place)
        checkpoint = self.save_checkpoint()
        self.saved_at = time.monotonic()
        return checkpoint

    def _speed(self) -> float:
        return self.frames_seen / max(time.monotonic() - self.began, 1e-9)


def ahead(items: Iterator[T]) -> Iterator[T]:
    """The same items, the next one made by a second thread while this one is in use."""
    with ThreadPoolExecutor(1) as maker:
        waiting = maker.submit(next, items, None)
        while (item := waiting.result()) is not None:
            waiting = maker.submit(next, items, None)
            yield item


def load_songs(dataset: Dataset, recipe: Recipe) -> tuple[list[TrainingSong], list[StoredSong]]:
    """Every song of a dataset on the recipe's grid, and as stored."""
    spec = sizes_of(recipe).roll
    stored = [dataset.load(number) for number in range(len(dataset))]
    window = recipe.train.window
    return [TrainingSong.of(s.source, s.song(), s.roll(recipe.grid, spec), window) for s in stored], stored


def _windows_of(dataset: Dataset, recipe: Recipe, model: Model) -> Windows:
    _check_fit(recipe, dataset)
    songs, _ = load_songs(dataset, recipe)
    return Windows(songs, model.sizes, recipe.train.window, model.context, None)


def _check_fit(recipe: Recipe, dataset: Dataset) -> None:
    wanted = sizes_of(recipe).roll.groups
    if not len(dataset):
        raise DatasetError("the dataset holds no songs", hint="see its report.json for why")
    if tuple(dataset.groups) != tuple(wanted):
        raise RecipeError(
            f"the recipe's grouper makes the groups {', '.join(wanted)}, the dataset has {', '.join(dataset.groups)}",
            hint="prepare the dataset with the recipe's grouper",
        )


def _recipe_of_run(run: Path, catalogue: Catalogue) -> Recipe:
    try:
        return recipe_from_toml((run / "recipe.toml").read_text(encoding="utf-8"), catalogue)
    except OSError as error:
        raise OutputError(
            f"{run} is no run to resume: {error.strerror}", hint="train without --resume first"
        ) from error


def _open_folder(run: Path, recipe: Recipe, resume: bool) -> None:
    if resume:
        return
    if run.exists() and (not run.is_dir() or any(run.iterdir())):
        raise OutputError(f"{run} exists already", hint="choose another name, or go on with --resume")
    try:
        run.mkdir(parents=True, exist_ok=True)
        (run / "recipe.toml").write_text(recipe.toml(), encoding="utf-8")
    except OSError as error:
        raise OutputError(f"{run} cannot be written: {error.strerror}", hint="choose another folder") from error
