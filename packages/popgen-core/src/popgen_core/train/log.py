"""The log of a run: one JSON line a step and an epoch, and the loss curve as a picture."""

from __future__ import annotations

import json
import math
from pathlib import Path
from types import TracebackType
from typing import Any

from popgen_core.files import write_atomically
from popgen_core.train.state import Place
from popgen_core.train.step import Step

__all__ = ["Log", "read_log"]


class Log:
    """Appends to log.jsonl; lines of what came after the place that a run resumes from are dropped first."""

    def __init__(self, path: Path, place: Place) -> None:
        self.path = path
        kept = [line for line in read_log(path) if _is_before(line, place)]
        write_atomically(path, "".join(json.dumps(line) + "\n" for line in kept).encode())
        self.opened = path.open("a", encoding="utf-8", buffering=1)

    def __enter__(self) -> Log:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.opened.close()

    def step(self, place: Place, step: Step, frames_per_second: float) -> None:
        """Write the line of a step."""
        self._write(
            {
                "kind": "step",
                "steps": place.steps,
                "epoch": place.epoch,
                "loss": round(step.loss, 6),
                **{name: round(value, 6) for name, value in step.parts.items()},
                "gradient_norm": round(step.gradient_norm, 5),
                "learning_rate": step.learning_rate,
                "frames_per_second": round(frames_per_second),
                "seconds": round(place.seconds, 1),
            }
        )

    def epoch(self, place: Place) -> None:
        """Write the line of an ended epoch; the validation loss only where there is one."""
        valid = {} if math.isnan(place.valid_loss) else {"valid_loss": round(place.valid_loss, 6)}
        self._write({"kind": "epoch", "steps": place.steps, "epoch": place.epoch, **valid})

    def draw(self, path: Path) -> None:
        """Draw the loss curve; without matplotlib there is none, as the command says."""
        try:
            from popgen_core.show import draw_losses
        except ImportError:
            return
        draw_losses(read_log(self.path), path)

    def _write(self, line: dict[str, Any]) -> None:
        self.opened.write(json.dumps(line) + "\n")


def _is_before(line: dict[str, Any], place: Place) -> bool:
    ended_later = line["kind"] == "epoch" and line["epoch"] > place.epoch
    return line["steps"] <= place.steps and not ended_later


def read_log(path: Path) -> list[dict[str, Any]]:
    """The lines of a log; none if there is no file; a half-written last line is left out."""
    if not path.exists():
        return []
    lines = []
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            lines.append(json.loads(line))
        except json.JSONDecodeError:
            continue
    return lines
