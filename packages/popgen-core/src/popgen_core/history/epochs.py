"""The epochs of a run: the mean of each one's steps, and the loss on the songs kept for validation."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from popgen_core.history.curve import Column, Curve, values_of_groups
from popgen_core.history.lines import Line, number

__all__ = ["Epoch", "epochs_of"]


@dataclass(frozen=True)
class Epoch:
    """One epoch, counted from 1: `loss` and `parts` are means over the steps that have a loss, NaN without any.

    `groups` holds, for each part that is told by group, a mean a group. `whole`: whether the epoch came to its end.
    What begins with `valid` is measured on other songs at the epoch's end, NaN or empty where it was not.
    """

    number: int
    steps: int
    loss: float
    whole: bool
    parts: dict[str, float] = field(default_factory=dict)
    groups: dict[str, tuple[float, ...]] = field(default_factory=dict)
    valid_loss: float = float("nan")
    valid_parts: dict[str, float] = field(default_factory=dict)
    valid_groups: dict[str, tuple[float, ...]] = field(default_factory=dict)


def epochs_of(curve: Curve, log: Iterable[Line]) -> tuple[Epoch, ...]:
    """The epochs of which a log tells, in their order; only the last may be unfinished."""
    ends = {int(line["epoch"]): line for line in log if line.get("kind") == "epoch" and number(line.get("epoch")) >= 1}
    numbers = sorted({*ends, *(int(epoch) for epoch in np.unique(curve.epochs))})
    return tuple(_epoch(number, curve, ends.get(number), number < numbers[-1]) for number in numbers)


def _epoch(epoch: int, curve: Curve, end: Line | None, followed: bool) -> Epoch:
    inside = curve.epochs == epoch
    loss, said = _mean(curve.loss[inside]), end or {}
    valid_parts = {str(name): number(value) for name, value in _table(said, "valid_parts").items()}
    return Epoch(
        number=epoch,
        steps=int(inside.sum()),
        loss=loss if loss == loss else number(said.get("loss")),
        whole=end is not None or followed,
        parts={name: _mean(values[inside]) for name, values in curve.parts.items()} if inside.any() else {},
        groups={name: _means(values[inside]) for name, values in curve.groups.items()} if inside.any() else {},
        valid_loss=number(said.get("valid_loss")),
        valid_parts=valid_parts,
        valid_groups={part: tuple(row) for part, row in values_of_groups(said.get("valid_groups")).items()},
    )


def _table(line: Line, name: str) -> dict[str, object]:
    table = line.get(name)
    return table if isinstance(table, dict) else {}


def _mean(values: Column) -> float:
    there = values[~np.isnan(values)]
    return float(there.mean()) if len(there) else float("nan")


def _means(rows: NDArray[np.float64]) -> tuple[float, ...]:
    """Means (group,) over rows (step, group)."""
    return tuple(_mean(rows[:, group]) for group in range(rows.shape[1]))
