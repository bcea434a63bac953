"""A run that is killed again and again until it is done: a process that imports torch once and forks each attempt.

    python killed_run.py DATASET FOLDER KILLS SEED CHANGE...

trains FOLDER/whole without a kill, then FOLDER/0, FOLDER/1, ... with `kill -9` at random moments until KILLS of them
have happened and the last run is done, and prints as JSON when the kills came and how the runs differ from the whole.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
import traceback
from collections import Counter
from pathlib import Path
from typing import Any

import torch
from equal_runs import differences, left_behind

from popgen_core import api
from popgen_core.train.states import states_of


def trained(dataset: Path, run: Path, changes: list[str]) -> None:
    """Begin a run, or go on with it if it has begun."""
    if (run / "recipe.toml").exists():
        api.train(dataset, run, valid=dataset, resume=True)
    else:
        api.train(dataset, run, "paper", changes=changes, valid=dataset)


def forked(dataset: Path, run: Path, changes: list[str]) -> int:
    """Let a child train -> its process id; it ends with 0 when the run is done."""
    if child := os.fork():
        return child
    try:
        trained(dataset, run, changes)
        os._exit(0)
    except BaseException:
        traceback.print_exc()
        os._exit(1)


def killed(child: int, run: Path, seconds: float, aimed: bool) -> bool:
    """Kill a child after so many seconds, if `aimed` in the middle of its next write -> whether it was still at work.

    A child that failed of itself ends everything.
    """
    until, before = time.monotonic() + seconds, left_behind(run)
    while time.monotonic() < until or (aimed and not writes_of(run, before)):
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return _checked(status)
        time.sleep(0.0002)
    os.kill(child, signal.SIGKILL)
    return _checked(os.waitpid(child, 0)[1])


def _checked(status: int) -> bool:
    if os.WIFSIGNALED(status):
        return True
    if os.WEXITSTATUS(status):
        raise SystemExit("an attempt failed of itself")
    return False


def writes_of(run: Path, before: list[str]) -> list[str]:
    """The files that are being written, each under its temporary name yet: `last`, `step`, `recipe`, ..."""
    new = [name for name in left_behind(run) if name not in [*before, ".lock"]]
    return [name[1:].partition("-")[0].partition(".")[0] for name in new]


def moment(run: Path, before: list[str]) -> str:
    """What a killed child was doing, as far as its files tell."""
    if writes := writes_of(run, before):
        return f"writing {writes[0]}"
    newest = states_of(run)[:1]
    return f"step {int(newest[0].stem[5:])}" if newest else "before the first save"


def main(dataset: Path, folder: Path, kills: int, seed: int, changes: list[str]) -> dict[str, Any]:
    """Everything, as the file's docstring says -> when the kills came, and what differs in which run."""
    torch.set_num_threads(1)
    drawn, moments, runs = random.Random(seed), Counter[str](), 0
    trained(dataset, folder / "warm", changes)  # imports what is imported late, so that no child need
    began, wrong = time.monotonic(), list[str]()
    assert not killed(forked(dataset, folder / "whole", changes), folder / "whole", 600.0, False)
    whole_seconds = time.monotonic() - began
    while sum(moments.values()) < kills:
        run, before = folder / str(runs), list[str]()
        while killed(forked(dataset, run, changes), run, drawn.uniform(0.0, whole_seconds / 2), drawn.random() < 0.3):
            moments[moment(run, before)] += 1
            before = left_behind(run)
        wrong += [f"run {runs}: {line}" for line in differences(folder / "whole", run) + left_behind(run)]
        runs += 1
    return {"moments": dict(sorted(moments.items())), "runs": runs, "wrong": wrong, "whole_seconds": whole_seconds}


if __name__ == "__main__":
    words = sys.argv[1:]
    print(json.dumps(main(Path(words[0]), Path(words[1]), int(words[2]), int(words[3]), words[4:])))
