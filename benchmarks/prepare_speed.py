"""Songs a second that `prepare` makes of a folder of MIDI files, with one worker and with two.

python benchmarks/prepare_speed.py [MIDI_DIR]      default: $POPGEN_CORPUS/permissive/train,
and where that is unset 200 songs of the songwriter
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

from popgen_core import api
from popgen_core.corpus.prepare import prepare

ROUNDS = 3  # the best counts: the machine may be busy


def seconds_for(folder: Path, workers: int) -> tuple[float, int]:
    """The best time of some rounds, workers' start included, and the number of files."""
    best, files = float("inf"), 0
    for _ in range(ROUNDS):
        with tempfile.TemporaryDirectory() as place:
            begun = time.perf_counter()
            files = len(prepare(folder, Path(place) / "out", workers=workers).rows)
            best = min(best, time.perf_counter() - begun)
    return best, files


def measure(folder: Path) -> None:
    """Print the rates of one worker and of two."""
    times = {}
    for workers in (1, 2):
        times[workers], files = seconds_for(folder, workers)
        rate = files / times[workers]
        print(f"workers: {workers}, files: {files}, {times[workers]:.2f} s, {rate:.0f} files a second")
    print(f"two workers are {times[1] / times[2]:.2f} times as fast as one")


def main() -> None:
    corpus = os.environ.get("POPGEN_CORPUS")
    with tempfile.TemporaryDirectory() as place:
        if len(sys.argv) > 1:
            measure(Path(sys.argv[1]))
        elif corpus:
            measure(Path(corpus) / "permissive" / "train")
        else:
            api.write_songs(Path(place) / "songs", count=200, seed=1)
            measure(Path(place) / "songs")


if __name__ == "__main__":
    main()
