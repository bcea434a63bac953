"""The loop of a run: epochs and steps, saved every few minutes, ended by epochs, patience, minutes or a signal."""

from __future__ import annotations

import math
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from popgen_core.contracts.tensors import Whole
from popgen_core.errors import PopgenError, RecipeError
from popgen_core.recipe import Recipe
from popgen_core.train.ahead import ahead
from popgen_core.train.interrupt import Stop
from popgen_core.train.log import Log
from popgen_core.train.memory import out_of_memory
from popgen_core.train.optimise import learning_rate
from popgen_core.train.place import Place
from popgen_core.train.report import STOPPED_BY
from popgen_core.train.sampling import true_share
from popgen_core.train.save import Saver
from popgen_core.train.step import Losses, Step, Stepper, Turn
from popgen_core.train.windows import Batch, Cutting, Window, Windows

__all__ = ["Progress", "Runner"]

FIRST_STEPS = 20  # before these the speed of a run is not known
MOST_LEFT_OUT = 20  # steps in a row without a loss, after which no more are tried
NAMED = 5  # windows in a message
Progress = Callable[[Place, int, Step, float], None]  # place, steps in all, step, frames a second


class NoNumber(PopgenError):
    """A loss or a gradient that is no number; all processes know of it at once."""


class Runner:
    """The loop of a run over epochs and steps, from `place` on."""

    def __init__(
        self, stepper: Stepper, windows: Windows, valid: Windows | None, recipe: Recipe, place: Place, saver: Saver
    ) -> None:
        self.stepper, self.windows, self.valid = stepper, windows, valid
        self.recipe, self.config, self.place, self.saver = recipe, recipe.train, place, saver
        self.processes, self.stop = stepper.processes, Stop()
        self.cutting = Cutting(self.config.batch, self.config.micro_batch or self.config.batch, stepper.processes.share)
        self.steps_per_epoch = -(-len(windows.mixture) // self.config.batch)
        self.total = self.steps_per_epoch * self.config.epochs
        self.frames_seen, self.began, self.saved_at = 0, time.monotonic(), time.monotonic()
        self.seconds_before = place.seconds
        self.heard: Whole | None = None  # how much there is to be heard for validation, once it is counted

    def run(self, log: Log, progress: Progress | None) -> str:
        """Train until something ends the run -> what did. The last complete step is saved, also before an error.

        Of several processes only those save that all came here: when one fails alone, the last saved state stands.
        """
        with self.stop.listening():
            try:
                with self.recipe.at_work(), self._memory_named():
                    while not (over := self._over()):
                        if over := self._steps(log, progress) or self._end_epoch(log):
                            break
            except PopgenError as error:
                if self.processes.size == 1 or isinstance(error, NoNumber):
                    self._save_after(error, log)
                raise
            self._save(log)  # while signals are still only noted: a second Ctrl-C must not lose the run
        return over

    def _save(self, log: Log) -> None:
        log.settle()
        self.saver.save(self.place)
        self.saved_at = time.monotonic()

    def _save_after(self, error: PopgenError, log: Log) -> None:
        """Save although something failed; should that fail too, the first error tells of it."""
        try:
            self._save(log)
        except (PopgenError, OSError) as second:
            error.message += f"; nor could the last complete step be saved: {second}"

    def speed(self) -> float:
        """Frames a second since this process took up the run."""
        return self.frames_seen / max(time.monotonic() - self.began, 1e-9)

    def _stopped(self) -> str:
        return f"{STOPPED_BY} {self.stop.by or 'another process'}"

    def _over(self) -> str:
        """Why the run has ended at an epoch's beginning, or nothing."""
        place, config = self.place, self.config
        if place.epoch >= config.epochs:
            return "all epochs done"
        if self.valid and config.patience and place.epoch - place.best_epoch >= config.patience:
            lowest = f"the lowest after epoch {place.best_epoch}" if place.best_epoch else "for none was a number"
            return f"no lower validation loss for {config.patience} epochs, {lowest}"
        return self._minutes_spent()

    def _steps(self, log: Log, progress: Progress | None) -> str:
        """The rest of an epoch's steps -> why they were broken off, or nothing."""
        place = self.place
        for batches in ahead(
            self.windows.epoch(self.recipe.header.seed, place.epoch, self.cutting, place.step_in_epoch)
        ):
            step = self.stepper.step(batches, self._turn(), lambda: bool(self.stop))
            if step is None:
                return self._stopped()
            self._judge(step)
            self.frames_seen += step.frames
            place.step(step.losses.total if step.sound else None)
            place.seconds = self.seconds_before + time.monotonic() - self.began
            log.step(place, step, self.speed())
            if progress:
                progress(place, self.total, step, self.speed())
            if self.processes.agree(bool(self.stop)):
                return self._stopped()
            if spent := self._minutes_spent():
                return spent
            if self.processes.first(time.monotonic() - self.saved_at >= 60 * self.config.save_minutes):
                self._save(log)
        return ""

    @contextmanager
    def _memory_named(self) -> Iterator[None]:
        """Let memory that has run out be one line that says how many windows at once to try."""
        try:
            yield
        except (RuntimeError, MemoryError) as error:
            if not out_of_memory(error):
                raise
            traceback.clear_frames(error.__traceback__)  # with their tensors: to save needs memory too
            at_once = min(self.cutting.at_once, self.config.batch)
            smaller = "train a smaller model, or on another machine"
            raise RecipeError(
                f"the memory does not hold {at_once} windows of {self.config.window} frames at once",
                hint=f"add --set train.micro_batch={at_once // 2} --resume --force" if at_once > 1 else smaller,
            ) from error

    def _turn(self) -> Turn:
        place, config, seed = self.place, self.config, self.recipe.header.seed
        rate = learning_rate(config, place.steps, self._expected_steps())
        return Turn(rate, true_share(config, place.epoch), (seed, place.epoch, place.step_in_epoch))

    def _judge(self, step: Step) -> None:
        """End a run whose loss or gradient is no number, or let that step be left out, as the recipe says."""
        if step.sound or (self.config.on_nan == "skip" and self.place.left_out < MOST_LEFT_OUT):
            return
        windows = self.processes.gather(self._named(step.suspects)), self.processes.gather(self._named(step.windows))
        names = [name for some in windows[0] for name in some] or [name for some in windows[1] for name in some]
        more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
        again = f", and so were those of {self.place.left_out} steps before" if self.place.left_out else ""
        raise NoNumber(
            f"at step {self.place.steps + 1} (epoch {self.place.epoch + 1}) the loss is {step.losses.total:g}, "
            f"its gradient {step.gradient_norm:g}{again}; the weights before it are kept; it trained on "
            f"{', '.join(names[:NAMED])}{more}",
            hint="look at these songs, or go on with a lower rate: --resume --force --set train.learning_rate=...; "
            "--set train.precision=float32 and train.on_nan=skip may help too",
        )

    def _named(self, windows: Sequence[Window]) -> list[str]:
        return [f"{self.windows.songs[window.song].name} from frame {window.start}" for window in windows]

    def _minutes_spent(self) -> str:
        minutes = self.config.minutes
        spent = self.processes.first(bool(minutes and self.place.seconds >= 60 * minutes))
        return f"its limit of train.minutes={minutes:g} is spent" if spent else ""

    def _expected_steps(self) -> int:
        """Steps that the run will have: all of its epochs, or as many as its minutes seem to allow.

        A schedule thus reaches its end on a slow machine too; with a limit in minutes a run is not repeatable exactly.
        """
        minutes, place = self.config.minutes, self.place
        if not minutes or place.steps < FIRST_STEPS:
            return self.total
        allowed = int(place.steps * 60 * minutes / max(place.seconds, 1e-9)) + 1
        return int(self.processes.first(min(self.total, allowed)))

    def heard_at_first(self) -> list[str]:
        """A line with the loss on the songs held out before the first step, where there are any."""
        with self.recipe.at_work():
            found = self._measure(self.valid) if self.valid else None
        if found is None or self.valid is None:
            return []
        return [f"before training the loss on the songs held out ({len(self.valid.songs)}) was {found.total:.4f}"]

    def _end_epoch(self, log: Log) -> str:
        """Measure and note an epoch's end -> why it was broken off, or nothing."""
        valid = None
        if self.valid:
            valid = self._measure(self.valid)
            if valid is None:
                return self._stopped()
        mean = self.place.mean_of_epoch()
        better = self.place.end_epoch(valid.total if valid else math.nan)
        if better:
            self.saver.save_best(self.place)
        log.epoch(self.place, mean, valid)
        return ""

    def _measure(self, valid: Windows) -> Losses | None:
        """The losses on other songs, none of them augmented; None when a signal came."""
        self.heard = self.heard or self.stepper.whole(self._batches_of(valid))
        return self.stepper.measure(self._batches_of(valid), self.heard, lambda: bool(self.stop))

    def _batches_of(self, windows: Windows) -> Iterator[Batch]:
        tiles, size = windows.tiles(), self.cutting.at_once
        return (windows.shared(self.cutting.share(tiles[n : n + size])) for n in range(0, len(tiles), size))
