"""How far a run is: what its log tells up to, and what its saved states carry."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

__all__ = ["LAST_STEPS", "Place"]

LAST_STEPS = 20  # whose mean is the loss that a report tells


@dataclass
class Place:
    """How far a run is: epochs ended, steps done in this one and in all, training seconds, losses.

    `loss` is the mean of the `recent` steps; `epoch_loss` the sum over `epoch_steps` steps of the epoch under way;
    `best_loss` the lowest validation loss, after `best_epoch` epochs; `left_out` the steps in a row without a loss.
    """

    epoch: int = 0
    step_in_epoch: int = 0
    steps: int = 0
    seconds: float = 0.0
    loss: float = math.nan
    first_loss: float = math.nan
    valid_loss: float = math.nan
    best_loss: float = math.inf
    best_epoch: int = 0
    epoch_loss: float = 0.0
    epoch_steps: int = 0
    left_out: int = 0
    recent: list[float] = field(default_factory=list)

    def step(self, loss: float | None) -> None:
        """Note a step done; None for one that was left out."""
        self.steps, self.step_in_epoch = self.steps + 1, self.step_in_epoch + 1
        if loss is None:
            self.left_out += 1
            return
        self.recent = [*self.recent, loss][-LAST_STEPS:]
        self.loss = sum(self.recent) / len(self.recent)
        self.first_loss = loss if math.isnan(self.first_loss) else self.first_loss
        self.epoch_loss, self.epoch_steps, self.left_out = self.epoch_loss + loss, self.epoch_steps + 1, 0

    def end_epoch(self, valid_loss: float) -> bool:
        """Note an epoch ended; NaN where nothing was measured -> whether this is the lowest validation loss so far."""
        self.epoch, self.step_in_epoch, self.epoch_loss, self.epoch_steps = self.epoch + 1, 0, 0.0, 0
        self.valid_loss = valid_loss
        if better := valid_loss < self.best_loss:
            self.best_loss, self.best_epoch = valid_loss, self.epoch
        return better

    def mean_of_epoch(self) -> float:
        """Mean loss of the steps of the epoch under way; NaN before the first."""
        return self.epoch_loss / self.epoch_steps if self.epoch_steps else math.nan
