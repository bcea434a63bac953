"""A run from its first step to its last, put together from the files of its folder."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np

from popgen_core.corpus.folder import printable_path
from popgen_core.errors import CheckpointError
from popgen_core.history.curve import Curve, curve_of
from popgen_core.history.epochs import Epoch, epochs_of
from popgen_core.history.facts import Facts, facts_of
from popgen_core.history.figures import Gradients, Speed, gradients_of, speed_of
from popgen_core.history.lines import LOG, SESSIONS, number, read_lines
from popgen_core.history.phases import Phases, phases_of
from popgen_core.history.sessions import Session, at_work, sessions_of
from popgen_core.history.start import Start, start_of
from popgen_core.history.table import Beside, Row, beside_the_paper, rows_of_phases
from popgen_core.history.validation import Validation, validation_of

__all__ = ["RunStory", "read_story"]

FILES = (LOG, "run.json", "recipe.toml")  # a folder with none of them is no run


@dataclass(frozen=True, eq=False)
class RunStory:
    """What became of a run. Epochs count from 1; a loss that is not known is NaN.

    `epochs` holds the last one too if it is unfinished, `ended_epochs` counts those that are whole; `phases` are those
    found in the whole ones, `phase_rows` Table 1 over them, `table` Table 1 over the paper's epochs. `at_work`: a
    process trains here now. `unread`: lines of the log and of sessions.jsonl that are no JSON. `best_weights`: whether
    the weights of the lowest validation loss are in the folder. `curve` holds every step, for pictures.
    """

    run: str
    facts: Facts
    steps: int
    ended_epochs: int
    steps_per_epoch: int
    first_loss: float
    epochs: tuple[Epoch, ...]
    start: Start | None
    phases: Phases
    phase_rows: tuple[Row, ...]
    table: tuple[Beside, ...]
    validation: Validation | None
    gradients: Gradients | None
    speed: Speed | None
    sessions: tuple[Session, ...]
    at_work: bool
    best_weights: bool
    unread: int
    curve: Curve

    @property
    def ended(self) -> tuple[Epoch, ...]:
        """The epochs that came to their end and have a loss."""
        return tuple(epoch for epoch in self.epochs if epoch.whole and not math.isnan(epoch.loss))

    @property
    def planned_epochs(self) -> int | None:
        """The epochs that the recipe asks for."""
        planned = self.facts.setting("train", "epochs")
        return planned if isinstance(planned, int) else None

    def to_plain(self) -> dict[str, Any]:
        """All but the single steps as plain values for JSON; what is unknown is None."""
        return {field.name: _plain(getattr(self, field.name)) for field in fields(self) if field.name != "curve"}


def read_story(run: Path) -> RunStory:
    """The story of the run in a folder. Raises CheckpointError for a folder that is no run's."""
    if not any((run / name).is_file() for name in FILES):
        what = "holds no run" if run.is_dir() else "is no folder"
        raise CheckpointError(
            f"{printable_path(str(run))} {what}", hint="give the folder that `popgen train -o` has made"
        )
    log, unread = read_lines(run / LOG)
    lines, also_unread = read_lines(run / SESSIONS)
    curve, facts = curve_of(log), facts_of(run)
    epochs = epochs_of(curve, log)
    whole = [epoch for epoch in epochs if epoch.whole]
    first = _first(curve)
    phases, sessions = phases_of(*_columns(whole)), sessions_of(lines)
    return RunStory(
        run=printable_path(run.resolve().name),
        facts=facts,
        steps=int(curve.steps[-1]) if len(curve) else 0,
        ended_epochs=len(whole) and whole[-1].number,
        steps_per_epoch=facts.steps_per_epoch or max((epoch.steps for epoch in whole), default=0),
        first_loss=first,
        epochs=epochs,
        start=start_of(curve, facts),
        phases=phases,
        phase_rows=rows_of_phases(phases.found, whole, first),
        table=beside_the_paper(whole, first),
        validation=validation_of(whole),
        gradients=gradients_of(curve, number(facts.setting("train", "clip"))),
        speed=speed_of(curve),
        sessions=sessions,
        at_work=not (sessions and sessions[-1].stopped) and at_work(run),
        best_weights=(run / "best.safetensors").is_file(),
        unread=unread + also_unread,
        curve=curve,
    )


def _first(curve: Curve) -> float:
    """The loss of the first step that has one."""
    there = curve.loss[~np.isnan(curve.loss)]
    return float(there[0]) if len(there) else math.nan


def _columns(epochs: list[Epoch]) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    return np.array([e.number for e in epochs], np.int64), np.array([e.loss for e in epochs], np.float64)


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, dict):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if isinstance(value, (str, int, bool)) or value is None else str(value)
