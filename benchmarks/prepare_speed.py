"""How fast `prepare` makes a dataset, beside other readers of the same files in the same run.

python benchmarks/prepare_speed.py [MIDI_DIR]      default: $POPGEN_CORPUS/permissive/train,
and where that is unset 100 songs of the songwriter

On one core: bare parsing by symusic, and pretty_midi with dense rolls of 20 frames a second, both of files that lie in
memory; then the whole of `prepare` with all guards on, from the disk and to it, on one core with one worker and on two
with two. So that the start of processes does not count for more than it does in a real corpus, each file is there ten
times, told apart by a text event.
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import symusic

from popgen_core import api
from popgen_core.music.meta import add_text

COPIES = 10
ROUNDS = 3  # the best counts: the machine may be busy
PRETTY_FILES = 60  # pretty_midi takes a fifth of a second for each
PREPARE = """
import sys, time
from popgen_core.corpus.prepare import prepare
begun = time.perf_counter()
report = prepare(sys.argv[1], sys.argv[2], workers=int(sys.argv[3]))
print(time.perf_counter() - begun, sum(report.summary.values()))
"""


def main() -> None:
    corpus = os.environ.get("POPGEN_CORPUS")
    with tempfile.TemporaryDirectory() as place:
        if len(sys.argv) > 1:
            measure(Path(sys.argv[1]), Path(place))
        elif corpus:
            measure(Path(corpus) / "permissive" / "train", Path(place))
        else:
            api.write_songs(Path(place) / "songs", count=100, seed=1)
            measure(Path(place) / "songs", Path(place))


def measure(folder: Path, place: Path) -> None:
    """Print the cost a file of each reader, and the three ratios that the project has goals for."""
    files = [path.read_bytes() for path in sorted(folder.rglob("*.mid"))]
    on_cores(1)
    sample = files[:: max(1, len(files) // PRETTY_FILES)]
    bare = best(lambda: [symusic.Score.from_midi(midi) for midi in files]) / len(files)
    pretty = best(lambda: [dense_rolls(midi) for midi in sample], rounds=1) / len(sample)
    bare_sample = best(lambda: [symusic.Score.from_midi(midi) for midi in sample]) / len(sample)
    many = copies(files, place / "many")
    one, two = (prepared(many, place, cores) for cores in (1, 2))
    for name, seconds in (("symusic", bare), ("pretty_midi", pretty), ("prepare, 1 core", one), ("2 cores", two)):
        print(f"{name:16} {1000 * seconds:8.3f} ms a file, {1 / seconds:7.0f} files a second")
    print(f"prepare on one core takes {one / bare:.1f} times as long as bare parsing by symusic (goal: 8)")
    print(f"prepare on one core is {pretty / bare_sample * bare / one:.0f} times as fast as pretty_midi (goal: 20)")
    print(f"two cores are {one / two:.2f} times as fast as one (goal: 1.7)")


def dense_rolls(midi: bytes) -> int:
    """pretty_midi's piano rolls of every instrument at 20 frames a second; how many there are."""
    import pretty_midi

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        song = pretty_midi.PrettyMIDI(io.BytesIO(midi))
        return len([instrument.get_piano_roll(fs=20) for instrument in song.instruments])


def best(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    """The seconds of the fastest of some rounds."""
    times = []
    for _ in range(rounds):
        begun = time.perf_counter()
        work()
        times.append(time.perf_counter() - begun)
    return min(times)


def on_cores(cores: int) -> None:
    """Keeps this process, and those that it starts, on so many cores."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(ALL_CORES)[:cores])


ALL_CORES = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set()


def copies(files: list[bytes], folder: Path) -> Path:
    """Each file some times, no two of the same bytes."""
    folder.mkdir()
    for copy in range(COPIES):
        for number, midi in enumerate(files):
            (folder / f"{copy:02}-{number:05}.mid").write_bytes(add_text(midi, f"copy {copy}") if copy else midi)
    return folder


def prepared(folder: Path, place: Path, cores: int) -> float:
    """Seconds a file of `prepare` on so many cores, its workers' start and its last step included."""
    on_cores(cores)
    times = []
    for number in range(ROUNDS):
        command = [sys.executable, "-c", PREPARE, folder, place / f"out-{cores}-{number}", str(cores)]
        told = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
        times.append(float(told[0]) / int(told[1]))
    return min(times)


if __name__ == "__main__":
    main()
