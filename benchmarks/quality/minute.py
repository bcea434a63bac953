"""A minute of music by itself: how long a process takes that does nothing else, and how much memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.quality.code import code_digest
from benchmarks.quality.kept import kept

from popgen_core.errors import PopgenError

__all__ = ["RUNS", "THREADS", "minute_of"]

RUNS = 3  # processes of each kind; the middle one counts
THREADS = (1, 2)
MUSIC = {"seconds": 60.0, "tempo": 120.0}

ALONE = """
import json, resource, sys, time
began = time.perf_counter()
from pathlib import Path
from popgen_core.generate.load import load_checkpoint
from popgen_core.generate.request import Request
from popgen_core.generate.write import draw_songs
from popgen_core.music.midi import song_to_midi
from popgen_core.plugins import catalogue
imported = time.perf_counter()
loaded = load_checkpoint(Path(sys.argv[1]), catalogue())
ready = time.perf_counter()
made = draw_songs(loaded, Request(seed=int(sys.argv[2]), **json.loads(sys.argv[3])))
for one in made:
    song_to_midi(one.song)
written = time.perf_counter()
status = Path("/proc/self/status")  # what getrusage tells was inherited from a larger parent on Linux
if status.exists():
    peak = 1024 * int(status.read_text().partition("VmHWM:")[2].split()[0])
else:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
marks = {"import": imported - began, "load": ready - imported, "write": written - ready, "megabytes": peak / 1e6}
print(json.dumps(marks | {"notes": sum(one.song.note_count for one in made)}))
"""


def minute_of(checkpoint: Path, sha256: str, kept_in: Path) -> dict[str, dict[str, float]]:
    """By number of threads: seconds to import, load and write a minute of music at 120 a minute, and peak megabytes.

    Each the median of three processes with other seeds; measured once and kept in a file.
    """
    made_of = {"checkpoint": sha256, "code": code_digest(), "runs": RUNS, "music": MUSIC}
    found: dict[str, dict[str, float]] = kept(
        kept_in, made_of, lambda: {str(threads): _middle(checkpoint, threads) for threads in THREADS}
    )
    return found


def _middle(checkpoint: Path, threads: int) -> dict[str, float]:
    rows = [_alone([str(checkpoint), str(seed), json.dumps(MUSIC)], threads) for seed in range(1, RUNS + 1)]
    return {name: median(row[name] for row in rows) for name in rows[0]}


def _alone(arguments: Sequence[str], threads: int) -> dict[str, Any]:
    """What one process tells of itself. Raises PopgenError with its last line where it fails."""
    surroundings = {**os.environ, "OMP_NUM_THREADS": str(threads)}
    told = subprocess.run(
        [sys.executable, "-c", ALONE, *arguments], capture_output=True, text=True, env=surroundings, check=False
    )
    if told.returncode:
        last = (told.stderr.strip().splitlines() or ["no word"])[-1]
        raise PopgenError(f"the process that writes a minute of music ended with {told.returncode}: {last}")
    found: dict[str, Any] = json.loads(told.stdout)
    return found
