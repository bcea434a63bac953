"""How long a folder of songs takes to judge: by its size, and by the number of workers.

    python benchmarks/eval_files.py [SONGS]

Claim: twice the files take twice as long, two workers on two idle cores half as long, and the results are the same.
"""

import sys
import tempfile
from pathlib import Path
from time import perf_counter

from popgen_core.music import song_to_midi
from popgen_core.songwriter import write_song
from popgen_eval.api import evaluate
from popgen_eval.report import Report


def judged(files: list[Path], workers: int) -> tuple[float, Report]:
    start = perf_counter()
    report = evaluate(files, workers=workers)
    return perf_counter() - start, report


def main() -> None:
    songs = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / f"{number:05}.mid" for number in range(songs)]
        for number, file in enumerate(files):
            file.write_bytes(song_to_midi(write_song(number)))
        half, _ = judged(files[: songs // 2], 1)
        one, report = judged(files, 1)
        two, same = judged(files, 2)
    print(f"{songs // 2} files, 1 worker:  {half:6.1f} s")
    print(f"{songs} files, 1 worker:  {one:6.1f} s, {one / half:.2f} times as long")
    print(f"{songs} files, 2 workers: {two:6.1f} s, {one / two:.2f} times as fast; the same results: {report == same}")


if __name__ == "__main__":
    main()
