"""How much memory training takes in truth beside what is reckoned before it: a process of its own prints both.

python memory_run.py DATASET RUN CHANGE...
"""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

import torch

from popgen_core import api
from popgen_core.train import made as run_module
from popgen_core.train import memory

STEPS = 2  # from the second on the optimiser's moments are there


def held(name: str) -> int:
    """Bytes that this process holds now (VmRSS), or held at most since `forget_peak` (VmHWM)."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(name))


def forget_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def main(dataset: str, run: str, changes: list[str]) -> dict[str, Any]:
    torch.set_num_threads(1)
    told: dict[str, Any] = {}
    refuse = run_module.refuse_too_large

    def measured(stepper: Any, windows: Any, batch: int, at_once: int) -> None:
        told["before"] = held("VmRSS")
        refuse(stepper, windows, batch, at_once)
        told["needed"] = memory.needed_bytes(stepper, windows, batch, at_once)
        told["precision"] = stepper.precision
        forget_peak()

    def progress(place: Any, *others: Any) -> None:
        if place.steps == STEPS:
            told["growth"] = held("VmHWM") - told["before"]
            os.kill(os.getpid(), signal.SIGTERM)

    run_module.refuse_too_large = measured
    api.train(dataset, run, "paper", changes=changes, progress=progress)
    return {**told, "ratio": told["needed"] / told["growth"]}


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], sys.argv[2], sys.argv[3:])))
