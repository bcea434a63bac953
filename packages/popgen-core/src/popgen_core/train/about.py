"""What a run writes down of itself: what it was begun with, when it was at work, how that ended."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch

from popgen_core import __version__
from popgen_core.corpus.dataset import Dataset
from popgen_core.train.heard import HeardSongs, heard_now
from popgen_core.train.loop import Runner
from popgen_core.train.made import Made
from popgen_core.train.memory import peak_bytes
from popgen_core.train.place import Place
from popgen_core.train.start import Start
from popgen_core.train.step import Stepper
from popgen_core.train.training import Training

__all__ = ["about_run", "beginning", "ending"]


def about_run(
    training: Training, made: Made, begun: Mapping[str, Any], steps_per_epoch: int, earlier: HeardSongs | None
) -> dict[str, Any]:
    """What run.json says, for people, for `popgen report` and `popgen score`, and for a run killed before it saved."""
    weights = dict(zip(training.dataset.groups, made.stepper.weights.tolist(), strict=True))
    return {
        "dataset": _named(training.dataset),
        "valid": _named(training.valid),
        **({"start": _started(training.start)} if training.start else {}),
        "groups": list(training.dataset.groups),
        "group_weights": {group: round(weight, 4) for group, weight in weights.items()},
        **{name: begun[name] for name in ("components", "precision", "processes", "parts") if name in begun},
        "songs": made.divided.counts(),
        "steps_per_epoch": steps_per_epoch,
        "corpus": made.facts,
        "heard": heard_now(made.divided, earlier).to_plain(),
        "begun": {**begun, "recipe": training.recipe.toml()},
    }


def _named(dataset: Dataset | None) -> dict[str, str] | None:
    return {"path": str(dataset.store.place), "sha256": dataset.sha256} if dataset else None


def _started(start: Start) -> dict[str, Any]:
    """From which checkpoint a run went on."""
    return {"checkpoint": start.named, **start.asked(), "recipe": start.recipe_name()}


def beginning(stepper: Stepper, place: Place) -> dict[str, Any]:
    """On what a run is taken up, and where."""
    return {
        "steps": place.steps,
        "threads": torch.get_num_threads(),
        "processes": stepper.processes.size,
        "device": str(stepper.device),
        "precision": stepper.precision,
        "popgen": __version__,
        "torch": torch.__version__,
    }


def ending(runner: Runner, stopped: str) -> dict[str, Any]:
    """Where a run was left, and why."""
    return {
        "steps": runner.place.steps,
        "stopped": stopped,
        "frames_per_second": round(runner.speed()),
        "peak_memory_bytes": peak_bytes(runner.stepper.device),
    }
