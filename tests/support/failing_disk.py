"""A disk that fails at the k-th write, flush or rename, and what a run makes of it for each k."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

from equal_runs import differences, left_behind, other_tensors

from popgen_core import api
from popgen_core.checkpoint import read_checkpoint
from popgen_core.errors import PopgenError
from popgen_core.train import run as run_module
from popgen_core.train.states import states_of


@dataclass
class Disk:
    """Fails at operation number `at` with an error number, and if it is `lasting` at every later one too."""

    at: int
    error: int
    lasting: bool = False
    done: list[str] = field(default_factory=list)

    def due(self, what: str) -> bool:
        """Count an operation -> whether it is to fail."""
        self.done.append(what)
        return len(self.done) == self.at or (self.lasting and len(self.done) > self.at)

    def fail(self) -> OSError:
        return OSError(self.error, os.strerror(self.error))


class HalfWriter(io.FileIO):
    """A file whose failing write takes half of the bytes, as a disk does that becomes full, and then raises."""

    def __init__(self, disk: Disk, place: Any, mode: str) -> None:
        super().__init__(place, mode)
        self.disk, self.full = disk, False

    def write(self, content: Any) -> int:
        if self.full:
            self.full = self.disk.lasting
            raise self.disk.fail()
        if not self.disk.due(f"write {Path(str(self.name)).name}"):
            return super().write(content)
        half = bytes(content)[: len(content) // 2]
        if not half:
            raise self.disk.fail()
        self.full = True
        return super().write(half)


@contextmanager
def failing(disk: Disk) -> Iterator[None]:
    """Let everything that is written, flushed to the disk or renamed in this process go through `disk`."""
    replace, fsync, opened = os.replace, os.fsync, Path.open

    def replaced(source: Any, target: Any) -> None:
        if disk.due(f"replace {Path(target).name}"):
            raise disk.fail()
        replace(source, target)

    def synced(descriptor: int) -> None:
        if disk.due("fsync"):
            raise disk.fail()
        fsync(descriptor)

    def from_descriptor(descriptor: int, mode: str) -> Any:
        return io.BufferedWriter(HalfWriter(disk, descriptor, mode.replace("b", "")))

    def from_path(path: Path, mode: str = "r", buffering: int = -1, encoding: str | None = None, **more: Any) -> Any:
        if mode.startswith("r"):
            return opened(path, mode, buffering, encoding, **more)
        binary = io.BufferedWriter(HalfWriter(disk, str(path), mode.replace("b", "")))
        return binary if "b" in mode else io.TextIOWrapper(binary, encoding, line_buffering=buffering == 1)

    with ExitStack() as patches:
        for place, name, other in (
            (os, "replace", replaced),
            (os, "fsync", synced),
            (os, "fdopen", from_descriptor),
            (Path, "open", from_path),
        ):
            patches.enter_context(patch.object(place, name, other))
        yield


@dataclass(frozen=True)
class Failure:
    """What came of one failing operation: its name, the run's error, which state was loaded, and what went wrong."""

    operation: str
    said: str
    state: str
    wrong: list[str]


def failures(dataset: Path, folder: Path, changes: list[str], error: int, lasting: bool) -> Iterator[Failure]:
    """Train with the first operation failing, then with the second, ... until a run gets through."""
    whole = folder / "whole"
    if not whole.exists():
        api.train(dataset, whole, "paper", changes=[*changes, "train.keep=99"], valid=dataset)
    for number in range(1, 1000):
        run, disk, steps = folder / f"{error}-{lasting}-{number}", Disk(number, error, lasting), [0]

        def progress(place: Any, *others: Any, steps: list[int] = steps) -> None:
            steps[0] = place.steps

        try:
            with failing(disk):
                api.train(dataset, run, "paper", changes=changes, valid=dataset, progress=progress)
            return
        except (OSError, PopgenError) as raised:
            said = str(raised)
        state = state_after(run, whole, steps[0])
        wrong = unsound(run, whole) + ([] if state == "neither" else gone_on(dataset, run, whole, changes))
        yield Failure(disk.done[number - 1], said, state, wrong)


def state_after(run: Path, whole: Path, steps: int) -> str:
    """Which state is loaded after a failure in step `steps`: "new", "old" (of the step before), or "neither".

    At the first step there is no old one: a run that begins anew is as it was before.
    """
    try:
        found = run_module.newest_state(run)
    except PopgenError:
        return "neither"
    if found is None:
        return "old" if steps <= 1 else "neither"
    if found.place.steps not in (steps, steps - 1):
        return "neither"
    expected = read_checkpoint(next(f for f in states_of(whole) if f.stem.endswith(f"{found.place.steps:08}")))[1]
    if other_tensors(dict(expected), dict(found.tensors)):
        return "neither"
    return "new" if found.place.steps == steps else "old"


def unsound(run: Path, whole: Path) -> list[str]:
    """Checkpoints and states that are there under their names but not whole, or hold what no run ever did."""
    wrong = []
    for file in [*states_of(run), *run.glob("*.safetensors")]:
        try:
            card, tensors = read_checkpoint(file)
        except PopgenError as error:
            wrong.append(str(error))
            continue
        state = read_checkpoint(whole / "states" / f"step-{card.trained['steps']:08}.safetensors")[1]
        model = {name.removeprefix("model/"): value for name, value in state.items() if name.startswith("model/")}
        wrong += other_tensors(tensors, state if file.parent.name == "states" else model)
    return wrong


def gone_on(dataset: Path, run: Path, whole: Path, changes: list[str]) -> list[str]:
    """Go on with a run on a sound disk, or begin it where it had not begun -> how it differs from the whole one."""
    if (run / "recipe.toml").exists():
        api.train(dataset, run, valid=dataset, resume=True)
    else:
        api.train(dataset, run, "paper", changes=changes, valid=dataset)
    return differences(whole, run) + left_behind(run)
