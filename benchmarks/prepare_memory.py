"""Peak memory and cost a song of `prepare` over 200, 2,000 and 20,000 songs of the songwriter: both should stay flat.

python benchmarks/prepare_memory.py [SONGS ...]

A hundred songs are written; the others are copies with a text event of their own, so that
each is read, and none is a copy by its bytes.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from popgen_core import api
from popgen_core.music.meta import add_text

COUNTS = (200, 2_000, 20_000)
WRITTEN = 100
PREPARE = """
import resource, sys, time
from popgen_core.corpus.prepare import prepare
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
begun = time.perf_counter()
report = prepare(sys.argv[1], sys.argv[2], workers=2)
seconds = time.perf_counter() - begun
mine, children = (resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
print(seconds, before, mine, children, report.summary["accepted"])
"""


def main() -> None:
    counts = [int(text) for text in sys.argv[1:]] or COUNTS
    with tempfile.TemporaryDirectory() as place:
        api.write_songs(Path(place) / "written", count=WRITTEN, seed=1)
        written = [path.read_bytes() for path in sorted((Path(place) / "written").glob("*.mid"))]
        print("songs    ms a song   MB at start   MB at most   a worker's MB")
        for count in counts:
            measure(written, count, Path(place))


def measure(written: list[bytes], count: int, place: Path) -> None:
    """Prepare so many songs in a fresh process and print what it took."""
    folder = place / f"songs-{count}"
    folder.mkdir()
    for number in range(count):
        (folder / f"{number:06}.mid").write_bytes(add_text(written[number % len(written)], f"copy {number}"))
    command = [sys.executable, "-c", PREPARE, folder, place / f"out-{count}"]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    seconds, before, mine, child, accepted = (float(one) for one in told)
    if accepted != count:
        raise SystemExit(f"{count} songs were written, {accepted:.0f} accepted")
    figures = (1000 * seconds / count, before / 1024, mine / 1024, child / 1024)
    print(f"{count:6,} {figures[0]:11.2f} {figures[1]:13.0f} {figures[2]:12.0f} {figures[3]:15.0f}", flush=True)


if __name__ == "__main__":
    main()
