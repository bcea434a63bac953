"""Frames a second that the window loader feeds, beside the frames a second that recipe `paper` trains.

python benchmarks/loader_speed.py [MIDI_DIR]      default: $POPGEN_CORPUS/permissive/valid,
and where that is unset 40 songs of the songwriter

Both in one run on the paper's grid, window, batch and augmentation. The loader is measured twice: making batches, and
making them and reading every value once, since memory that nobody has touched yet costs nothing. The second counts.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import torch

from popgen_core import api
from popgen_core.assemble import assemble
from popgen_core.corpus.dataset import Dataset
from popgen_core.model import Model
from popgen_core.plugins import catalogue
from popgen_core.recipe import read_recipe
from popgen_core.train.processes import Share
from popgen_core.train.songs import load_songs
from popgen_core.train.step import Stepper, Turn
from popgen_core.train.windows import Batch, Cutting, Windows

SECONDS = 10.0  # of loading, for each of its figures
STEPS, SMALL = 3, 8  # training steps, and windows in each: fewer than the recipe's 32 for memory's sake
GOAL = 10  # frames loaded for each that is trained


def endless(windows: Windows, batch: int) -> Iterator[Batch]:
    """The batches of epoch after epoch."""
    for epoch in range(10**9):
        for (made,) in windows.epoch(1, epoch, Cutting(batch, batch, Share)):
            yield made


def loaded(windows: Windows, batch: int, *, read: bool) -> float:
    """Frames a second of the loader; every value of a batch is read once if asked."""
    batches, frames = endless(windows, batch), 0
    next(batches)
    begun = time.perf_counter()
    while time.perf_counter() - begun < SECONDS:
        batch_made = next(batches)
        frames += batch_made.target.mask.numel()
        if read:
            batch_made.inputs.past.sum()
    return frames / (time.perf_counter() - begun)


def trained(stepper: Stepper, windows: Windows) -> float:
    """Frames a second of training steps on batches made before."""
    source = endless(windows, SMALL)
    batches = [next(source) for _ in range(STEPS + 1)]
    stepper.step(batches[:1], Turn(1e-5))
    begun = time.perf_counter()
    for number in range(STEPS):
        stepper.step(batches[number + 1 : number + 2], Turn(1e-5))
    spent = time.perf_counter() - begun
    return sum(batch.target.mask.numel() for batch in batches[1:]) / spent


def measure(folder: Path) -> None:
    """Prepare a folder, then print both rates and their ratio."""
    parts = assemble(read_recipe("paper", catalogue()))
    recipe, model = parts.recipe, Model(parts)
    with tempfile.TemporaryDirectory() as place:
        api.prepare(folder, Path(place) / "dataset", workers=1)
        songs, _ = load_songs(Dataset.open(Path(place) / "dataset"), recipe)
    windows = Windows(songs, model.sizes, recipe.train.window, model.context, recipe.augment)
    weights = torch.ones(len(model.sizes.roll.groups))
    stepper = Stepper(model, parts.loss, weights, recipe.train)
    made = loaded(windows, recipe.train.batch, read=False)
    read = loaded(windows, recipe.train.batch, read=True)
    learned = trained(stepper, windows)
    notes = sum(len(song.roll.events) for song in songs)
    print(f"{len(songs)} songs, {notes:,} notes; {torch.get_num_threads()} threads; batches of {recipe.train.batch}")
    print(f"loader: {made:,.0f} frames a second made, {read:,.0f} made and read; training: {learned:,.0f}")
    verdict = "met" if read >= GOAL * learned else "not met"
    print(f"the loader feeds {read / learned:.0f} times the frames that are trained (goal {GOAL}: {verdict})")


def main() -> None:
    corpus = os.environ.get("POPGEN_CORPUS")
    with tempfile.TemporaryDirectory() as place:
        if len(sys.argv) > 1:
            measure(Path(sys.argv[1]))
        elif corpus:
            measure(Path(corpus) / "permissive" / "valid")
        else:
            api.write_songs(Path(place) / "songs", count=40, seed=1)
            measure(Path(place) / "songs")


if __name__ == "__main__":
    main()
