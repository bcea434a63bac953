"""What the seeds of a recipe tell: a line a run, and the spread of each figure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

__all__ = ["lines_of", "told_by_seeds"]

LABELS = {"loss": "training loss", "valid_loss": "validation loss at the end", "best_loss": "lowest validation loss"}


def told_by_seeds(done: Any) -> dict[str, Any]:
    """A Seeds as plain values."""
    return {**asdict(done), "folder": str(done.folder)}


def lines_of(told: Mapping[str, Any]) -> list[str]:
    """Each run's losses, then mean, sd, lowest and highest over the runs, and what that is the spread of."""
    lines = [
        f"{told['folder']}/{run['name']} (seed {run['seed']}): {_losses(run['figures'])} "
        f"in {run['steps']} steps ({run['stopped']})"
        for run in told["seeds"]
    ]
    for name, of in told["spread"].items():
        sd = "" if of["sd"] is None else f", sd {of['sd']:.4f}"
        lines.append(
            f"{LABELS.get(name, name)} over {of['n']} seeds: mean {of['mean']:.4f}{sd}, "
            f"{of['low']:.4f} to {of['high']:.4f}"
        )
    return [*lines, told["meaning"]]


def _losses(figures: Mapping[str, float | None]) -> str:
    return ", ".join(f"{LABELS.get(name, name)} {value:.4f}" for name, value in figures.items() if value is not None)
