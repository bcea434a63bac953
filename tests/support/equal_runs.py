"""Two runs compared to the bit, clocks aside; and the settings under which everything that may draw does."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch

from popgen_core.checkpoint import read_checkpoint
from popgen_core.history import read_log
from popgen_core.train.run import Progress
from popgen_core.train.states import newest_state

CHANCE = (  # everything that draws
    "backbone.dropout=0.2",
    "encoder.dropout=0.2",
    "train.schedule=cosine",
    "train.true_inputs=0.3",
    "train.true_inputs_epochs=1",
    "train.micro_batch=1",
)
CLOCKS = ("seconds", "frames_per_second")
TEMPORARY = (".step-*", ".last.*", ".best.*", ".log.*", ".recipe.*", ".run.*", ".sessions.*", ".lock")


@contextmanager
def one_thread() -> Iterator[None]:
    """Sums are bit-equal at an equal thread count."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def at_step(step: int, number: signal.Signals) -> Progress:
    """Sends this process a signal when a step is done."""

    def progress(place: Any, total: int, done: Any, speed: float) -> None:
        if place.steps == step:
            os.kill(os.getpid(), number)

    return progress


def timeless(run: Path) -> list[dict[str, Any]]:
    """The lines of a log without what clocks say."""
    return [{name: value for name, value in line.items() if name not in CLOCKS} for line in read_log(run / "log.jsonl")]


def other_tensors(one: Any, other: Any) -> list[str]:
    """The names of tensors that differ, or that only one of two has."""
    names = sorted(one.keys() | other.keys())
    return [n for n in names if n not in one or n not in other or one[n].tobytes() != other[n].tobytes()]


def differences(one: Path, other: Path) -> list[str]:
    """Where two runs differ: weights of both checkpoints, the newest state (optimiser, chance, place), and the log."""
    found = []
    for name in ("last.safetensors", "best.safetensors"):
        found += [f"{name}: {key}" for key in other_tensors(*(read_checkpoint(run / name)[1] for run in (one, other)))]
    states = [newest_state(run) for run in (one, other)]
    if states[0] is None or states[1] is None:
        return [*found, "no state"]
    found += [f"state: {key}" for key in other_tensors(states[0].tensors, states[1].tensors)]
    places = [{**vars(state.place), "seconds": 0.0} for state in states if state]
    found += [f"place: {key}" for key in places[0] if repr(places[0][key]) != repr(places[1][key])]
    return found + (["log"] if timeless(one) != timeless(other) else [])


def left_behind(run: Path) -> list[str]:
    """Files that no run should leave: temporary ones, in the folder and among the states."""
    return sorted(file.name for pattern in TEMPORARY for file in [*run.glob(pattern), *run.glob(f"states/{pattern}")])


def assert_equal_runs(one: Path, other: Path) -> None:
    """Weights, optimiser, chance and log are equal to the bit; wall times aside."""
    assert differences(one, other) == []
