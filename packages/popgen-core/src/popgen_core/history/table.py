"""Table 1 of the paper (section 3.1), and the same rows for a run: over the paper's epochs, and over its own phases."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from popgen_core.history.epochs import Epoch
from popgen_core.history.phases import Phase

__all__ = ["PAPER", "PAPER_EPOCHS", "Beside", "Row", "beside_the_paper", "row_of", "rows_of_phases"]


@dataclass(frozen=True)
class Row:
    """A row of Table 1: epochs `first` to `last`, the loss before and after them, the mean of their losses."""

    phase: str
    first: int
    last: int
    loss_from: float
    loss_to: float
    mean: float


PAPER = (
    Row("beginning", 1, 17, 5.06, 3.89, 4.23),
    Row("main", 18, 117, 3.89, 0.29, 1.65),
    Row("fine tuning", 118, 197, 0.29, 0.22, 0.26),
)
PAPER_EPOCHS = PAPER[-1].last


@dataclass(frozen=True)
class Beside:
    """The paper's row, the run's over the same epochs as far as it got (None: it ended before), whether over all."""

    paper: Row
    run: Row | None
    whole: bool


def row_of(phase: str, first: int, last: int, epochs: Sequence[Epoch], first_loss: float) -> Row | None:
    """A run's row over some epochs; None where it has none of them.

    As in the paper a row begins where the one before it ends: `loss_from` is the mean loss of the epoch before the
    first one, for the run's first epoch the loss of its first step; `loss_to` the mean loss of the last epoch; `mean`
    that of all. Epochs without a loss are left out.
    """
    inside = [epoch for epoch in epochs if first <= epoch.number <= last and not math.isnan(epoch.loss)]
    if not inside:
        return None
    before = [epoch.loss for epoch in epochs if epoch.number < inside[0].number and not math.isnan(epoch.loss)]
    mean = math.fsum(epoch.loss for epoch in inside) / len(inside)
    start = before[-1] if before else first_loss
    return Row(phase, inside[0].number, inside[-1].number, start, inside[-1].loss, mean)


def rows_of_phases(phases: Sequence[Phase], epochs: Sequence[Epoch], first_loss: float) -> tuple[Row, ...]:
    """A row for each phase that was found; they are numbered, for only the paper knows what its phases are called."""
    rows = [
        row_of(f"phase {place}", phase.first, phase.last, epochs, first_loss)
        for place, phase in enumerate(phases, start=1)
    ]
    return tuple(row for row in rows if row)


def beside_the_paper(epochs: Sequence[Epoch], first_loss: float) -> tuple[Beside, ...]:
    """The run's ended epochs cut where the paper cuts its own."""
    found = [row_of(paper.phase, paper.first, paper.last, epochs, first_loss) for paper in PAPER]
    return tuple(
        Beside(paper, run, whole=run is not None and run.last == paper.last)
        for paper, run in zip(PAPER, found, strict=True)
    )
