"""The steps of a run as columns: one value a step, NaN where the log does not tell."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from popgen_core.history.lines import Line, number

__all__ = ["Column", "Curve", "curve_of", "parts_of", "values_of_groups"]

Column = NDArray[np.float64]
NO_PARTS = {
    "kind",
    "steps",
    "epoch",
    "loss",
    "valid_loss",
    "gradient_norm",
    "learning_rate",
    "true_inputs",
    "frames",
    "frames_per_second",
    "seconds",
    "skipped",
}


@dataclass(frozen=True, eq=False)
class Curve:
    """What the log tells of every step, in their order; each column is (step,).

    `epochs` count from 1; `parts` sum to the loss; `groups` holds (step, group) for each part that is told by group;
    `gradient_norm` is that before clipping; `true_inputs` a share, 0..1; `frames` those of the step's batch;
    `seconds` those of training so far.
    """

    steps: NDArray[np.int64]
    epochs: NDArray[np.int64]
    loss: Column
    parts: dict[str, Column]
    groups: dict[str, Column]
    gradient_norm: Column
    learning_rate: Column
    true_inputs: Column
    frames: Column
    frames_per_second: Column
    seconds: Column

    def __len__(self) -> int:
        return len(self.steps)

    def epochs_done(self, steps_per_epoch: int) -> Column:
        """How many epochs were done after each step, with fractions."""
        within = np.zeros(len(self), np.float64)
        for epoch in np.unique(self.epochs):
            inside = self.epochs == epoch
            within[inside] = self.steps[inside] - self.steps[inside].min() + 1
        before = (self.epochs - 1).astype(np.float64)
        return before + np.minimum(within / max(steps_per_epoch, 1), 1.0)


def curve_of(log: Iterable[Line]) -> Curve:
    """The step lines of a log as columns; of two lines of one step the later one counts."""
    by_step = {int(line["steps"]): line for line in log if line.get("kind") == "step" and _counts(line)}
    lines = [by_step[step] for step in sorted(by_step)]
    parts = [parts_of(line) for line in lines]
    grouped = [values_of_groups(line.get("groups")) for line in lines]
    return Curve(
        steps=np.array([line["steps"] for line in lines], np.int64),
        epochs=np.array([line["epoch"] + 1 for line in lines], np.int64),
        parts={name: _column(parts, name) for name in _names(parts)},
        groups={name: _rows(grouped, name) for name in _names(grouped)},
        **{name: _column(lines, name) for name in _COLUMNS},
    )


_COLUMNS = ("loss", "gradient_norm", "learning_rate", "true_inputs", "frames", "frames_per_second", "seconds")


def parts_of(line: Line) -> dict[str, float]:
    """The parts of the loss in a step's line; logs of older runs have them beside the loss."""
    parts = line.get("parts")
    found = parts if isinstance(parts, dict) else {name: line[name] for name in line if name not in NO_PARTS}
    values = {str(name): number(value) for name, value in found.items()}
    return {name: value for name, value in values.items() if value == value}


def values_of_groups(table: Any) -> dict[str, list[float]]:
    """{part: a value a group} of a line, without parts that are not told by group."""
    if not isinstance(table, dict):
        return {}
    return {str(part): [number(value) for value in row] for part, row in table.items() if isinstance(row, list) and row}


def _counts(line: Line) -> bool:
    return number(line.get("steps")) >= 0 and number(line.get("epoch")) >= 0


def _names(tables: Iterable[dict[str, Any]]) -> list[str]:
    return list(dict.fromkeys(name for table in tables for name in table))


def _column(tables: Sequence[dict[str, Any]], name: str) -> Column:
    return np.array([number(table.get(name)) for table in tables], np.float64)


def _rows(tables: Sequence[dict[str, list[float]]], name: str) -> Column:
    """(step, group); a row of another length than most is left empty."""
    lengths = [len(table[name]) for table in tables if name in table]
    width = max(set(lengths), key=lengths.count)
    empty = [np.nan] * width
    return np.array([row if len(row := table.get(name, empty)) == width else empty for table in tables], np.float64)
