"""Songs a second that `prepare` makes of a folder of MIDI files, with one worker and with two.

python benchmarks/prepare_speed.py [MIDI_DIR]      default: $POPGEN_CORPUS/permissive/train
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

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


def main() -> None:
    corpus = os.environ.get("POPGEN_CORPUS")
    if len(sys.argv) < 2 and not corpus:
        sys.exit("name a folder of MIDI files, or set POPGEN_CORPUS")
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(str(corpus)) / "permissive" / "train"
    times = {}
    for workers in (1, 2):
        times[workers], files = seconds_for(folder, workers)
        rate = files / times[workers]
        print(f"workers: {workers}, files: {files}, {times[workers]:.2f} s, {rate:.0f} files a second")
    print(f"two workers are {times[1] / times[2]:.2f} times as fast as one")


if __name__ == "__main__":
    main()
