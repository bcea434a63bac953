"""How long a folder of songs takes to judge: by its size, and by one and two workers side by side.

    python benchmarks/eval_files.py [SONGS]          (1,000 unless told)

Claim: twice the files take twice as long, two workers on two idle cores half as long, and the results are the same.
Both take turns on halves of the files, so that a machine that is busy for a while slows neither alone. A bar shows how
far each is; without a terminal a line tells it every 15 seconds.
"""

import os
import sys
import tempfile
from pathlib import Path
from time import perf_counter

from popgen_cli.progress import progress
from popgen_core.music import song_to_midi
from popgen_core.songwriter import write_song
from popgen_eval.api import evaluate
from popgen_eval.report import Report


def judged(files: list[Path], workers: int) -> tuple[float, Report]:
    start = perf_counter()
    with progress(f"{len(files)} files, {workers} {'worker' if workers == 1 else 'workers'}") as show:
        report = evaluate(files, workers=workers, progress=show)
    return perf_counter() - start, report


def written(folder: Path, songs: int) -> list[Path]:
    files = [folder / f"{number:05}.mid" for number in range(songs)]
    with progress("writing songs") as show:
        for number, file in enumerate(files):
            file.write_bytes(song_to_midi(write_song(number)))
            show(number + 1, songs)
    return files


def main() -> None:
    songs = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000
    with tempfile.TemporaryDirectory() as folder:
        files = written(Path(folder), songs)
        halves = (files[: songs // 2], files[songs // 2 :])
        turns = [[judged(half, workers) for workers in (1, 2)] for half in halves]
        whole, _ = judged(files, 2)
    one, two = (sum(turn[side][0] for turn in turns) for side in (0, 1))
    same = all(first[1].to_json() == second[1].to_json() for first, second in turns)
    half = turns[0][1][0]
    print(f"{songs} files, in turns on {len(os.sched_getaffinity(0))} cores; load {os.getloadavg()[0]:.1f}")
    print(f"{'':8}{'1 worker':>12}{'2 workers':>12}{'ratio':>8}")
    print(f"{'seconds':8}{one:12.1f}{two:12.1f}{one / two:8.2f}")
    print(f"{'a second':8}{songs / one:12.1f}{songs / two:12.1f}   files")
    print(
        f"2 workers: {len(halves[0])} files {half:.1f} s, {songs} files {whole:.1f} s, {whole / half:.2f} times as long"
    )
    print(f"the same results: {same}")


if __name__ == "__main__":
    main()
