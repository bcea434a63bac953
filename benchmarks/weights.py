"""What it costs to store a checkpoint's weights in fewer bytes: held-out bits a beat, and the size of the file.

    python benchmarks/weights.py CHECKPOINT HELD_OUT_DATASET [--songs N] [--only WAY ...]

Each way is a file of its own, read back as every command reads it. `int8 a tensor` and `int8 a block` show what another
number of scales would do: one for a whole tensor, one for every 64 numbers of a row; popgen's own has one a row. The
difference is paired over songs, with a bootstrap interval; the model knows position, tempo and meter alone.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from popgen_core.checkpoint import CHECKPOINT, STORED, Card, checkpoint_bytes, read_checkpoint
from popgen_core.checkpoint.stored import whole_numbers
from popgen_core.corpus.dataset import Dataset
from popgen_core.plugins import catalogue
from popgen_core.score.yardstick import bits_of

BLOCK = 64  # numbers
RESAMPLES = 10_000
Round = Callable[[NDArray[np.float32]], tuple[NDArray[np.float32], int]]


def a_tensor(value: NDArray[np.float32]) -> tuple[NDArray[np.float32], int]:
    """A tensor with one scale for all of it -> what is read back, and the number of scales."""
    numbers, scales = whole_numbers(value.reshape(1, -1))
    return (numbers * scales[:, None]).reshape(value.shape), len(scales)


def a_block(value: NDArray[np.float32]) -> tuple[NDArray[np.float32], int]:
    """A tensor with a scale for every BLOCK numbers of a row, the last block of a row as long as it is."""
    rows = value.reshape(len(value), -1)  # (row, number)
    blocks = [rows[:, at : at + BLOCK] for at in range(0, rows.shape[1], BLOCK)]
    made = [whole_numbers(block) for block in blocks]
    back = np.concatenate([numbers * scales[:, None] for numbers, scales in made], axis=1)
    return back.reshape(value.shape), sum(len(scales) for _, scales in made)


OTHERS: dict[str, Round] = {"int8 a tensor": a_tensor, "int8 a block": a_block}


def other_way(card: Card, tensors: dict[str, Any], way: Round) -> tuple[bytes, int]:
    """A file of the same weights rounded in a way that popgen does not store, and the bytes that it would take."""
    size, made = 0, {}
    for name, value in tensors.items():
        if value.dtype == np.float32 and value.ndim > 1 and np.isfinite(value).all():
            made[name], scales = way(value)
            size += value.size + 4 * scales
        else:
            made[name] = value
            size += value.nbytes
    return checkpoint_bytes(made, replace(card, weights="float"))[0], size


def bits(file: Path, songs: Dataset) -> NDArray[np.float64]:
    """(song, 2): bits of all onsets, and beats, of each held-out song."""
    told = [bits_of(file, songs.of([song.file]), catalogue()) for song in songs.songs]
    return np.array([(one.bits, one.beats) for one in told])


def told(first: NDArray[np.float64], other: NDArray[np.float64]) -> str:
    """Bits a beat of a way, and its difference from the first, pooled over songs, with an interval."""
    drawn = np.random.default_rng(0).integers(len(first), size=(RESAMPLES, len(first)))
    beats = first[:, 1]
    away = (other[:, 0] - first[:, 0])[drawn].sum(1) / beats[drawn].sum(1)
    low, high = np.quantile(away, [0.025, 0.975])
    mean = (other[:, 0].sum() - first[:, 0].sum()) / beats.sum()
    return f"{other[:, 0].sum() / beats.sum():8.4f}  {mean:+.4f} [{low:+.4f}, {high:+.4f}]"


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("checkpoint", type=Path, nargs="?")
    arguments.add_argument("held", type=Path, nargs="?")
    arguments.add_argument("--songs", type=int, help="only so many of the songs, the first")
    arguments.add_argument("--only", choices=[*STORED, *OTHERS], nargs="+", default=[*STORED, *OTHERS])
    given = arguments.parse_args()
    if given.held is None:
        print("no checkpoint and held-out dataset are named: nothing measured")
        return
    source = given.checkpoint / CHECKPOINT if given.checkpoint.is_dir() else given.checkpoint
    card, tensors = read_checkpoint(source)
    songs = Dataset.open(given.held)
    songs = songs.of([song.file for song in songs.songs][: given.songs])
    print(f"{source}, {sum(value.size for value in tensors.values()):,} numbers; {len(songs)} songs")
    print(f"{'way':14} {'MB':>6}  bits a beat, and those more than as float")
    first = None
    with tempfile.TemporaryDirectory() as folder:
        for way in given.only:
            file = Path(folder) / "weights.safetensors"
            if way in OTHERS:
                content, size = other_way(card, tensors, OTHERS[way])
            else:
                content = checkpoint_bytes(tensors, replace(card, weights=way))[0]
                size = len(content)
            file.write_bytes(content)
            found = bits(file, songs)
            first = found if first is None else first
            print(f"{way:14} {size / 1e6:6.2f}  {told(first, found)}", flush=True)


if __name__ == "__main__":
    main()
