"""The log of a run: one JSON line a step and an epoch; and when it was at work, in lines of their own."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from popgen_core.files import write_atomically
from popgen_core.history import read_log
from popgen_core.train.place import Place
from popgen_core.train.step import Losses, Step

__all__ = ["LOG", "Log", "Silence", "note_session"]

LOG = "log.jsonl"
SESSIONS = "sessions.jsonl"
Listener = Callable[[dict[str, Any]], object]


class Log:
    """Appends to log.jsonl; lines of what came after the place that a run resumes from are dropped first.

    `listeners` hear each line as it is written.
    """

    def __init__(self, run: Path, place: Place, listeners: Sequence[Listener] = ()) -> None:
        self.path, self.listeners = run / LOG, listeners
        kept = [line for line in read_log(self.path) if _is_before(line, place)]
        write_atomically(self.path, "".join(json.dumps(line) + "\n" for line in kept).encode())
        self.opened = self.path.open("a", encoding="utf-8", buffering=1)

    def __enter__(self) -> Log:
        return self

    def __exit__(self, *ending: object) -> None:
        self.opened.close()

    def settle(self) -> None:
        """See to it that what was written is on the disk: a state must not know more than the log."""
        self.opened.flush()
        os.fsync(self.opened.fileno())

    def step(self, place: Place, step: Step, frames_per_second: float) -> None:
        """Write the line of a step; one that was left out has no loss."""
        losses = _told(step.losses) if step.sound else {"loss": None, "skipped": True}
        self._write(
            {
                "kind": "step",
                "steps": place.steps,
                "epoch": place.epoch,
                **losses,
                "gradient_norm": _number(step.gradient_norm, 5),
                "learning_rate": step.turn.learning_rate,
                "true_inputs": step.turn.true_inputs,
                "frames": step.frames,
                "frames_per_second": round(frames_per_second),
                "seconds": round(place.seconds, 1),
            }
        )

    def epoch(self, place: Place, mean_loss: float, valid: Losses | None) -> None:
        """Write the line of an ended epoch; validation losses only where there are some."""
        heard = {f"valid_{name}": value for name, value in _told(valid).items()} if valid else {}
        line = {"kind": "epoch", "steps": place.steps, "epoch": place.epoch, "loss": _number(mean_loss)}
        self._write({**line, **heard})

    def _write(self, line: dict[str, Any]) -> None:
        self.opened.write(json.dumps(line) + "\n")
        for listener in self.listeners:
            listener(line)


class Silence(Log):
    """The log of a process that does not lead: nothing is written."""

    def __init__(self) -> None:
        self.listeners: Sequence[Listener] = ()

    def __exit__(self, *ending: object) -> None:
        pass

    def settle(self) -> None:
        """Nothing to be done."""

    def _write(self, line: dict[str, Any]) -> None:
        pass


def note_session(run: Path, kind: str, facts: Mapping[str, Any]) -> None:
    """Add to sessions.jsonl that the run was taken up ("begin") or left ("end") now, and how."""
    line = {"kind": kind, "time": datetime.now(UTC).isoformat(timespec="seconds"), **facts}
    before = (run / SESSIONS).read_bytes() if (run / SESSIONS).exists() else b""
    end = "\n" if before and not before.endswith(b"\n") else ""  # of a line that a full disk cut off
    with (run / SESSIONS).open("a", encoding="utf-8") as file:
        file.write(end + json.dumps(line) + "\n")


def _told(losses: Losses) -> dict[str, Any]:
    return {
        "loss": _number(losses.total),
        "parts": {name: _number(value) for name, value in losses.parts.items()},
        "groups": {name: [_number(value) for value in values] for name, values in losses.groups.items()},
    }


def _number(value: float, digits: int = 6) -> float | None:
    return round(value, digits) if math.isfinite(value) else None


def _is_before(line: Mapping[str, Any], place: Place) -> bool:
    """Whether a line tells of something before a place; lines that are neither a step's nor an epoch's are not ours."""
    if line.get("kind") not in ("step", "epoch") or not isinstance(line.get("steps"), int):
        return False
    ended_later = line["kind"] == "epoch" and line.get("epoch", 0) > place.epoch
    return bool(line["steps"] <= place.steps and not ended_later)
