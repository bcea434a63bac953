"""The loop of a run: epochs and steps, saved every few minutes, ended by its epochs, its minutes or a signal."""

from __future__ import annotations

import math
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from popgen_core.errors import PopgenError
from popgen_core.recipe import Recipe
from popgen_core.train.log import Log
from popgen_core.train.state import Place, save_state
from popgen_core.train.step import Step, Stepper
from popgen_core.train.windows import Windows

__all__ = ["Progress", "Runner", "TrainReport"]

SAVE_SECONDS = 300.0
LAST_STEPS = 20  # whose mean is the loss that a report tells
FIRST_STEPS = 20  # before these the speed of a run is not known
T = TypeVar("T")
Progress = Callable[[Place, int, Step, float], None]  # place, steps in all, step, frames a second


@dataclass(frozen=True)
class TrainReport:
    """How a run ended: its folder, the checkpoint, epochs and steps done, losses and speed, and why it stopped.

    `first_loss` is that of the first step, `loss` the mean of the last twenty; `songs` how many of the dataset's were
    trained on, heard for validation and left for the test.
    """

    run: Path
    checkpoint: Path
    epochs: int
    steps: int
    first_loss: float
    loss: float
    valid_loss: float
    frames_per_second: float
    stopped: str
    songs: dict[str, int] = field(default_factory=dict)


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
                stopped = self._minutes_spent() or self._epoch(log, stop, progress)
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
            self._refuse_nonsense(step)
            self.frames_seen += target.mask.numel()
            place.steps, place.step_in_epoch = place.steps + 1, place.step_in_epoch + 1
            place.recent = [*place.recent, step.loss][-LAST_STEPS:]
            place.loss = sum(place.recent) / len(place.recent)
            place.first_loss = step.loss if place.steps == 1 else place.first_loss
            place.seconds = self.seconds_before + time.monotonic() - self.began
            log.step(place, step, self._speed())
            if progress:
                progress(place, self.total, step, self._speed())
            if stop.by:
                return f"stopped by {stop.by}"
            if spent := self._minutes_spent():
                return spent
            if time.monotonic() - self.saved_at > SAVE_SECONDS:
                self.save()
        return ""

    def _minutes_spent(self) -> str:
        minutes = self.recipe.train.minutes
        spent = minutes and self.place.seconds >= 60 * minutes
        return f"its limit of train.minutes={minutes:g} is spent" if spent else ""

    def _refuse_nonsense(self, step: Step) -> None:
        """End a run whose loss or gradient is no number; the weights saved last are from before."""
        if not (math.isfinite(step.loss) and math.isfinite(step.gradient_norm)):
            raise PopgenError(
                f"the loss is {step.loss:g}, its gradient {step.gradient_norm:g} at step {self.place.steps + 1} "
                f"of epoch {self.place.epoch + 1}; this step is not saved",
                hint="lower train.learning_rate, or set train.precision=float32",
            )

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
