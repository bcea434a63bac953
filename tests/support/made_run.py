"""Folders of runs that nobody trained: logs made by hand, of any length, for tests of how a run is read."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

GROUPS = ("drums", "bass", "chords", "guitar", "strings", "lead", "others")
RECIPE = """name = "paper"
[grouper]
name = "seven.v1"
[decoder]
name = "independent.v1"
bias = "zero"
[loss]
name = "paper.v1"
[train]
epochs = {epochs}
clip = 1.0
"""


def log_of(
    losses: Sequence[float], steps: int = 2, valid: Sequence[float] = (), spread: float = 0.0
) -> list[dict[str, Any]]:
    """A log whose epochs have these mean losses: steps lie by turns `spread` (a share) over and under the mean."""
    lines: list[dict[str, Any]] = []
    for epoch, mean in enumerate(losses):
        for step in range(steps):
            lines.append(step_line(len(lines) - epoch + 1, epoch, mean * (1 + spread * (-1) ** step)))
        heard = {"valid_loss": valid[epoch]} if epoch < len(valid) else {}
        lines.append({"kind": "epoch", "steps": steps * (epoch + 1), "epoch": epoch + 1, "loss": mean, **heard})
    return lines


def step_line(number: int, epoch: int, loss: float | None, **more: Any) -> dict[str, Any]:
    """The line of a step: a tenth of a loss is rhythm, drums have half of every part, a step takes two seconds."""
    value = math.nan if loss is None else loss
    parts = {"onset": 0.3 * value, "active": 0.6 * value, "rhythm": 0.1 * value}
    told = {"parts": parts, "groups": {part: [of / 2, *[of / 12] * 6] for part, of in parts.items()}}
    return {
        "kind": "step",
        "steps": number,
        "epoch": epoch,
        "loss": loss,
        **({"skipped": True} if loss is None else told),
        "gradient_norm": 0.5,
        "learning_rate": 1e-5,
        "true_inputs": 1.0,
        "frames": 1000,
        "frames_per_second": 500,
        "seconds": 2.0 * number,
        **more,
    }


def made_run(folder: Path, log: Iterable[dict[str, Any]], epochs: int = 197, **facts: Any) -> Path:
    """A run's folder with this log, a recipe of as many epochs, and a run.json with `facts` beside the groups."""
    folder.mkdir(parents=True)
    (folder / "recipe.toml").write_text(RECIPE.format(epochs=epochs))
    write_lines(folder / "log.jsonl", log)
    (folder / "run.json").write_text(json.dumps({"schema": 1, "groups": list(GROUPS), **facts}))
    return folder


def write_lines(path: Path, lines: Iterable[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
