"""Whether the loss on other songs has turned: from then on the model learns its songs by heart."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from popgen_core.history.epochs import Epoch

__all__ = ["Validation", "validation_of"]

LAST = 3  # epochs that are looked at
FEWEST = 4  # epochs, below which nothing is said
RISE = 0.02  # of the lowest loss

Course = Literal["too short to tell", "not turned", "level", "turned"]


@dataclass(frozen=True)
class Validation:
    """The lowest validation loss, in epoch `best`, and the last one; `rise` is how far the last epochs lie above the
    lowest, as a share of it; `training_change` how the training loss changed since, as a share."""

    best: int
    lowest: float
    last: float
    rise: float
    training_change: float
    course: Course


def validation_of(epochs: Sequence[Epoch]) -> Validation | None:
    """The course of the validation loss; None where it was never measured.

    Law: "not turned" when the lowest is one of the last three that were measured; else "turned" when the mean of these
    three lies more than 2 % above it, else "level". With fewer than four measured: "too short to tell".
    """
    heard = [epoch for epoch in epochs if not math.isnan(epoch.valid_loss)]
    if not heard:
        return None
    best = min(heard, key=lambda epoch: epoch.valid_loss)
    lowest, end = best.valid_loss, heard[-LAST:]
    mean = math.fsum(epoch.valid_loss for epoch in end) / len(end)
    rise = (mean - lowest) / abs(lowest) if lowest else 0.0
    change = (heard[-1].loss - best.loss) / abs(best.loss) if best.loss else math.nan
    return Validation(best.number, lowest, heard[-1].valid_loss, rise, change, _course(len(heard), best in end, rise))


def _course(measured: int, best_is_near: bool, rise: float) -> Course:
    if measured < FEWEST:
        return "too short to tell"
    if best_is_near:
        return "not turned"
    return "turned" if rise > RISE else "level"
