"""Seconds and peak memory for a 60-second song at the paper's sizes: 20 frames a second, a cache of 512."""

from __future__ import annotations

import resource
import statistics
import time
from dataclasses import replace

import torch

from popgen_core.assemble import assemble
from popgen_core.checkpoint import Card
from popgen_core.generate.load import Loaded
from popgen_core.generate.request import Request
from popgen_core.generate.write import write_songs
from popgen_core.model import Model
from popgen_core.plugins import catalogue
from popgen_core.recipe import read_recipe


def loaded_model() -> Loaded:
    """An untrained model of the paper's sizes whose cells are as rare as real notes."""
    torch.manual_seed(1)
    recipe = read_recipe("paper", catalogue())
    parts = assemble(recipe)
    with torch.no_grad():
        parts.decoder.heads.bias.view(5, -1)[0] = -4.0
    model = Model(parts).eval()
    card = Card(recipe.toml(), list(model.sizes.roll.groups), [], {})
    return Loaded(model, recipe, replace(card, corpus={"tempo": 120}), sha256="untrained")


def timed(loaded: Loaded, count: int) -> tuple[float, list[float]]:
    """Seconds for `count` songs in one batch, and the milliseconds of each frame."""
    frames, last = [], [time.perf_counter()]

    def note(done: int, total: int) -> None:
        now = time.perf_counter()
        frames.append(1000 * (now - last[0]))
        last[0] = now

    began = time.perf_counter()
    write_songs(loaded, Request(count=count, tempo=120), note)
    return time.perf_counter() - began, frames


def main() -> None:
    loaded = loaded_model()
    timed(loaded, 1)
    one, frames = timed(loaded, 1)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    ten, _ = timed(loaded, 10)
    print(f"one thread; a 60-second song, 1200 frames: {one:.1f} s, peak memory {memory:.0f} MB")
    print(f"a frame: median {statistics.median(frames):.1f} ms, worst (cache rebuild) {max(frames):.0f} ms")
    print(f"ten songs at once take {ten / one:.1f} times the time of one; music to computing time {60 / one:.0f} to 1")


if __name__ == "__main__":
    main()
