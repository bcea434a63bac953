"""Milliseconds a frame, beside plain eager PyTorch at the paper's sizes; ten songs beside one, a long song by the
minute, the first note's delay and peak memory; one thread.

    python benchmarks/generate_speed.py [--minutes 10]

Frames are told in processor time, which a busy machine lengthens less than the time of the clock.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch

from eager_step import EagerStream, eager_sample
from popgen_core.assemble import assemble
from popgen_core.checkpoint import Card, write_checkpoint
from popgen_core.contracts.tensors import Constraints, Frame, Inputs, Sampling
from popgen_core.generate.cues import Cue
from popgen_core.generate.draw import DrawnNotes, draw_frames
from popgen_core.model import Model, as_past
from popgen_core.plugins import catalogue
from popgen_core.recipe import Recipe, read_recipe

FRAMES, BLOCK = 1200, 40
SAMPLING = Sampling(0.9)
MINUTE = {"paper": 1200, "pop": 480}  # frames: 20 a second; 4 a beat at 120 beats a minute
RARE = {"paper": -6.0, "pop": -5.6}  # logit of an untrained cell's onset: about 1.5 and 2.3 notes a frame
PHRASE, BAR = 64, 16  # frames: what comes back in `pop` stood four bars earlier


def untrained(name: str) -> tuple[Model, Recipe]:
    """A model of a recipe's sizes that begins notes as often as trained ones, and holds each for a few frames."""
    torch.manual_seed(1)
    recipe = read_recipe(name, catalogue())
    model = Model(assemble(recipe)).eval()
    with torch.no_grad():
        onset, active, *_ = model.decoder.heads.bias.view(-1, model.sizes.roll.cells)
        onset.fill_(RARE[name])
        active.fill_(1.0)
    return model, recipe


def free(model: Model) -> Constraints:
    """Every cell may sound."""
    return Constraints(torch.ones(len(model.sizes.roll.groups), model.sizes.roll.pitches, dtype=torch.bool))


class Freely:
    """Tells nothing of any frame but, where a model knows of recalls, which one comes back."""

    def __init__(self, model: Model, frames: int) -> None:
        self.recalls, self.frames = hasattr(model.encoder, "again"), frames
        self.told = torch.zeros(model.sizes.controls.width), free(model), SAMPLING

    def cue(self, number: int) -> Cue | None:
        """The frame of four bars ago, once there is one."""
        if number == self.frames:
            return None
        return Cue(*self.told, number - PHRASE if self.recalls and number >= PHRASE else None, number % BAR == 0)

    def heard(self, number: int, frame: Frame, song: int) -> None:
        """Nothing follows from what was drawn."""

    def judged(self, nats: float) -> None:
        """Nothing follows from how surprising it was."""


def ours(model: Model, songs: int, frames: int) -> Iterator[Frame]:
    """Songs as popgen draws them."""
    return draw_frames(model, [Freely(model, frames) for _ in range(songs)], seed=1)


@torch.inference_mode()
def eager(model: Model, songs: int, frames: int) -> Iterator[Frame]:
    """Songs as plain eager PyTorch draws them."""
    generator, stream, inputs = torch.Generator().manual_seed(1), EagerStream(model, songs), model.silence(songs)
    for _ in range(frames):
        frame = eager_sample(model, stream.step(inputs), inputs, free(model), SAMPLING, generator)
        inputs = Inputs(as_past(frame, model.sizes.roll.channels), inputs.controls)
        yield frame


class Run:
    """Songs being drawn, the milliseconds of each frame, and how many notes began."""

    def __init__(self, frames: Iterator[Frame], songs: int, most: int) -> None:
        self.frames, self.songs, self.collected = frames, songs, DrawnNotes([[0.05] * most] * songs)
        self.took: list[float] = []
        self.notes = 0

    def draw(self, frames: int) -> None:
        """Go on by some frames."""
        for _ in range(frames):
            began = time.thread_time()
            frame = next(self.frames)
            self.collected.add(frame)
            self.took.append(1000 * (time.thread_time() - began))
            self.notes += int(frame.onset.sum())

    def laws(self) -> dict[str, float]:
        """Milliseconds of a frame: median, the fastest tenth's limit, mean and worst."""
        low = float(np.quantile(self.took, 0.1))
        return {"median": statistics.median(self.took), "p10": low, "mean": statistics.mean(self.took)}

    def told(self) -> str:
        """All of them in words."""
        laws = ", ".join(f"{name} {value:.2f}" for name, value in self.laws().items())
        return f"{laws}, worst {max(self.took):.0f} ms; {self.notes / len(self.took) / self.songs:.1f} notes a frame"


def ratios(slow: Run, fast: Run) -> str:
    """How many times as long one takes as the other."""
    return ", ".join(f"{name} {slow.laws()[name] / fast.laws()[name]:.2f}" for name in slow.laws())


def side_by_side(model: Model, with_eager: bool, frames: int = FRAMES) -> dict[tuple[str, int], Run]:
    """popgen and, if wanted, eager PyTorch, one song and ten, in turns of a few frames each."""
    ways = {"eager": eager, "popgen": ours} if with_eager else {"popgen": ours}
    runs = {
        (name, songs): Run(way(model, songs, frames), songs, frames) for songs in (1, 10) for name, way in ways.items()
    }
    for _ in range(frames // BLOCK):
        for run in runs.values():
            run.draw(BLOCK)
    for (name, songs), run in runs.items():
        print(f"  {name:6}, songs at once {songs:2}: a frame {run.told()}")
    for songs in (1, 10) if with_eager else ():
        print(f"  {songs:2} at once: times faster than eager: {ratios(runs['eager', songs], runs['popgen', songs])}")
    for name in ways:
        print(f"  {name}: ten songs take, times one: {ratios(runs[name, 10], runs[name, 1])}")
    return runs


@torch.inference_mode()
def farthest(model: Model, frames: int = 700) -> float:
    """The greatest difference of a hidden value between the two, past the first rebuilt cache."""
    ours, plain, generator = model.start(1), EagerStream(model, 1), torch.Generator().manual_seed(2)
    found, silence = 0.0, model.silence(1)
    for _ in range(frames):
        past = (torch.rand(silence.past.shape, generator=generator) < 0.01).float()
        inputs = Inputs(past, torch.randn(silence.controls.shape, generator=generator))
        found = max(found, float((model.step(inputs, ours) - plain.step(inputs)).abs().max()))
    return found


def by_minute(model: Model, frames: int, minutes: int) -> None:
    """Median and worst milliseconds of a frame in each minute of a long song."""
    run = Run(ours(model, 1, minutes * frames), 1, minutes * frames)
    run.draw(minutes * frames)
    parts = [run.took[start : start + frames] for start in range(0, len(run.took), frames)]
    print("  by minute: median", ", ".join(f"{statistics.median(part):.2f}" for part in parts), "ms")
    print("             worst ", ", ".join(f"{max(part):.0f}" for part in parts), "ms")


ALONE = """
import json, sys, time
began = time.perf_counter()
from pathlib import Path
from popgen_core.generate.load import load_checkpoint
from popgen_core.generate.request import Request
from popgen_core.generate.write import draw_songs
from popgen_core.plugins import catalogue
def peak():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM"))
marks, memory = [time.perf_counter()], [peak()]
loaded = load_checkpoint(Path(sys.argv[1]), catalogue())
marks.append(time.perf_counter()), memory.append(peak())
def note(done, total):
    if done == 1:
        marks.append(time.perf_counter())
draw_songs(loaded, Request(count=int(sys.argv[2]), tempo=120, seconds=60), progress=note)
marks.append(time.perf_counter()), memory.append(peak())
print(json.dumps([[after - before for before, after in zip([began, *marks], marks)], memory]))
"""


def alone(file: Path, songs: int) -> None:
    """A process that does nothing else: when the first frame is there, and how much memory a minute takes."""
    made = subprocess.run(
        [sys.executable, "-c", ALONE, str(file), str(songs)], capture_output=True, text=True, check=True
    )
    (imported, loaded, first, rest), memory = json.loads(made.stdout)
    print(
        f"  {songs:2} of a minute: import {imported:.2f} s, load {loaded:.2f} s, first frame after that "
        f"{1000 * first:.0f} ms, the songs {first + rest:.1f} s by the clock; memory {memory[0]} MB imported, "
        f"{memory[1]} MB loaded, {memory[2]} MB at its peak"
    )


def by_themselves(model: Model, recipe: Recipe) -> None:
    """One song and ten from a checkpoint file, each in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "model.safetensors"
        controls = [[name, size] for name, size in model.sizes.controls.parts]
        card = Card(recipe.toml(), list(model.sizes.roll.groups), controls, {}, corpus={"tempo": 120})
        write_checkpoint(file, {name: value.numpy() for name, value in model.state_dict().items()}, card)
        for songs in (1, 10):
            alone(file, songs)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=int, default=10, help="length of the long song")
    minutes = parser.parse_args().minutes
    torch.set_num_threads(1)
    os.environ["OMP_NUM_THREADS"] = "1"
    for name in ("paper", "pop"):
        began, (model, recipe) = time.perf_counter(), untrained(name)
        far = (
            f": hidden vectors differ from eager PyTorch's by {farthest(model):.1e} at most" if name == "paper" else ""
        )
        print(f"recipe {name}, {MINUTE[name]} frames a minute{far}")
        runs = side_by_side(model, with_eager=name == "paper")
        for songs in (1, 10):
            seconds = MINUTE[name] * runs["popgen", songs].laws()["mean"] / 1000
            print(f"  a minute of music, songs at once {songs:2}: {seconds:.1f} s of processor time")
        by_themselves(model, recipe)
        by_minute(model, MINUTE[name], minutes)
        loads = " ".join(f"{load:.1f}" for load in os.getloadavg())
        print(f"  measured in {time.perf_counter() - began:.0f} s, load of the machine {loads}")


if __name__ == "__main__":
    main()
