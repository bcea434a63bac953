"""Held-out bits a beat of decoders that were trained equally long, at several budgets.

    python benchmarks/decoders.py TRAIN_DATASET HELD_OUT_DATASET RUNS_FOLDER [--only NAME] [--epochs 2 4 8]

Each decoder and budget is a run of its own of recipe paper.warm on BeatGrid(4), same seed, same windows, no limit of
time, in RUNS_FOLDER, where what is finished is not done again. The table is printed once all are there; the difference
is paired over songs, with a bootstrap interval.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from popgen_core import api
from popgen_core.score.report import MODEL

DECODERS = {
    "independent.v1": ("decoder.name=independent.v1", "decoder.bias=corpus"),
    "ordered.v1": ("decoder.name=ordered.v1", "decoder.rank=64"),
    "ordered.v1, rank 0": ("decoder.name=ordered.v1", "decoder.rank=0"),
    "ordered.v1, rank 256": ("decoder.name=ordered.v1", "decoder.rank=256"),
}
RECIPE = ("train.minutes=0", "grid.kind=beats", "grid.frames_per_beat=4", "train.save_minutes=2")
RESAMPLES = 10_000


def run_of(folder: Path, name: str, epochs: int) -> Path:
    """Where the run of a decoder and a budget lies."""
    return folder / f"{name.replace(', ', '-').replace(' ', '-')}-{epochs}"


def bits(run: Path, held: Path) -> NDArray[np.float64]:
    """(song, 2): bits of all onsets, and beats, of each held-out song."""
    rows = api.score(run, held).songs
    return np.array([(sum(row.onsets[MODEL]), row.beats) for row in rows])


def told(first: NDArray[np.float64], other: NDArray[np.float64]) -> str:
    """Bits a beat of one decoder, and its difference from the first, pooled over songs, with an interval."""
    drawn = np.random.default_rng(0).integers(len(first), size=(RESAMPLES, len(first)))
    beats = first[:, 1]
    away = (other[:, 0] - first[:, 0])[drawn].sum(1) / beats[drawn].sum(1)
    low, high = np.quantile(away, [0.025, 0.975])
    mean = (other[:, 0].sum() - first[:, 0].sum()) / beats.sum()
    cheaper = int((other[:, 0] < first[:, 0]).sum())
    share = f"{mean:+6.2f} [{low:+.2f}, {high:+.2f}], cheaper in {cheaper} of {len(first)} songs"
    return f"{other[:, 0].sum() / beats.sum():6.2f}  {share}"


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("train", type=Path, nargs="?")
    arguments.add_argument("held", type=Path, nargs="?")
    arguments.add_argument("runs", type=Path, nargs="?")
    arguments.add_argument("--only", choices=DECODERS, help="train this decoder alone, print nothing")
    arguments.add_argument("--epochs", type=int, nargs="+", default=[2, 4, 8])
    given = arguments.parse_args()
    if given.runs is None:
        print("no datasets and folder of runs are named: nothing measured")
        return
    chosen = [given.only] if given.only else list(DECODERS)
    for epochs in given.epochs:
        for name in chosen:
            run = run_of(given.runs, name, epochs)
            changes = (*RECIPE, f"train.epochs={epochs}", *DECODERS[name])
            api.train(given.train, run, "paper.warm", changes=changes, resume=run.exists())  # what is done stays
    if given.only:
        return
    for epochs in given.epochs:
        found = {name: bits(run_of(given.runs, name, epochs), given.held) for name in chosen}
        for name in chosen:
            print(f"{epochs:2} epochs  {name:22}{told(found[chosen[0]], found[name])}")


if __name__ == "__main__":
    main()
