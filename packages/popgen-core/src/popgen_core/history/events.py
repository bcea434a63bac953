"""The log of a run for TensorBoard, written by TensorBoard's own writer; no torch. Needs the extra [tensorboard]."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from popgen_core.errors import OutputError
from popgen_core.history.curve import parts_of, values_of_groups
from popgen_core.history.lines import LOG, Line, number, read_log

__all__ = ["EventLog", "scalars_of", "write_events"]

FILES = "events.out.tfevents.*"
OF_STEP = ("gradient_norm", "learning_rate", "true_inputs", "frames_per_second")


class EventLog:
    """Takes a run's log line by line, as it is written or afterwards, and adds each to an event file in a folder.

    `groups` names the groups of lines that tell of them. `after_step`: the run goes on after that step, so that
    TensorBoard forgets what an earlier file in the folder says of later ones. `began`: when the training began, as
    seconds since 1970; lines are then dated by their training time, and by the clock where it is not given.
    """

    def __init__(
        self, folder: Path, groups: Sequence[str] = (), *, after_step: int = 0, began: float | None = None
    ) -> None:
        from tensorboard.compat.proto import event_pb2, summary_pb2
        from tensorboard.summary.writer.event_file_writer import EventFileWriter

        self._event, self._summary = event_pb2.Event, summary_pb2.Summary
        self._groups, self._began, self._seconds = tuple(groups), began, 0.0
        try:
            self._writer = EventFileWriter(str(folder))
        except OSError as error:
            raise OutputError(f"{folder} cannot be written: {error.strerror}", hint="choose another place") from error
        if after_step:
            start = event_pb2.SessionLog(status=event_pb2.SessionLog.START)
            self._writer.add_event(self._event(session_log=start, step=after_step + 1, wall_time=time.time()))

    def __enter__(self) -> EventLog:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._writer.close()

    def add(self, line: Line) -> int:
        """Add a line of the log, a step's or an epoch's -> how many values it had."""
        values = [self._summary.Value(tag=tag, simple_value=value) for tag, value in scalars_of(line, self._groups)]
        seconds = number(line.get("seconds"))
        self._seconds = seconds if seconds == seconds else self._seconds
        when = time.time() if self._began is None else self._began + self._seconds
        if values:
            summary = self._summary(value=values)
            self._writer.add_event(self._event(step=int(line["steps"]), wall_time=when, summary=summary))
        return len(values)

    def flush(self) -> None:
        """Write what was added so far to the disk; it happens by itself every two minutes and at the end."""
        self._writer.flush()


def write_events(run: Path, folder: Path, groups: Sequence[str] = ()) -> int:
    """A run's log as an event file in a folder -> how many values it holds.

    They are dated back from the log's last change by their training time, without the pauses between sessions. Raises
    OutputError when the folder has event files already, for TensorBoard would show both, or cannot be written.
    """
    if folder.is_dir() and any(folder.glob(FILES)):
        raise OutputError(f"{folder} holds event files already", hint="choose another folder or remove them")
    log = read_log(run / LOG)
    seconds = [value for line in log if (value := number(line.get("seconds"))) == value]
    changed = (run / LOG).stat().st_mtime if log else time.time()
    with EventLog(folder, groups, began=changed - (seconds[-1] if seconds else 0.0)) as events:
        return sum(events.add(line) for line in log)


def scalars_of(line: Line, groups: Sequence[str] = ()) -> Iterator[tuple[str, float]]:
    """The values of a line, each under the name by which TensorBoard shows it; what is no number is left out."""
    told = number(line.get("steps")) >= 0
    step = _step_scalars(line, groups) if told and line.get("kind") == "step" else ()
    epoch = _epoch_scalars(line, groups) if told and line.get("kind") == "epoch" else ()
    return ((tag, value) for tag, value in (*step, *epoch) if value == value)


def _step_scalars(line: Line, groups: Sequence[str]) -> Iterator[tuple[str, float]]:
    yield "loss/step", number(line.get("loss"))
    yield from ((f"part/{part}", value) for part, value in parts_of(line).items())
    yield from _group_scalars(line.get("groups"), groups, "group")
    yield from ((name, number(line.get(name))) for name in OF_STEP)


def _epoch_scalars(line: Line, groups: Sequence[str]) -> Iterator[tuple[str, float]]:
    yield "loss/epoch", number(line.get("loss"))
    yield "loss/validation", number(line.get("valid_loss"))
    parts = line.get("valid_parts")
    if isinstance(parts, dict):
        yield from ((f"validation_part/{part}", number(value)) for part, value in parts.items())
    yield from _group_scalars(line.get("valid_groups"), groups, "validation_group")


def _group_scalars(table: Any, groups: Sequence[str], name: str) -> Iterator[tuple[str, float]]:
    for part, row in values_of_groups(table).items():
        named = groups if len(groups) == len(row) else [str(place) for place in range(1, len(row) + 1)]
        yield from ((f"{name}_{part}/{group}", value) for group, value in zip(named, row, strict=True))
