"""How long the five headline figures of a minute of seven groups take, and how that grows with ten times the notes.

    python benchmarks/eval_speed.py

Claim: under 0.5 s on one core, and less than ten times as long for ten times the notes.
"""

from statistics import median
from time import perf_counter

import numpy as np

from popgen_core.groupers.seven import GROUPS
from popgen_core.music.song import NOTE, Song, Track
from popgen_eval.api import evaluate_songs

BARS, TICKS = 32, 480  # 32 bars at 120 BPM: 64 s
REPEATS = 20


def song_of(notes_per_group: int) -> Song:
    random = np.random.default_rng(0)
    tracks = []
    for group in GROUPS:
        notes = np.empty(notes_per_group, dtype=NOTE)
        notes["start_tick"] = np.sort(random.integers(0, BARS * 16, notes_per_group)) * (TICKS // 4)
        notes["length_ticks"] = random.integers(60, 1920, notes_per_group)
        notes["pitch"] = random.choice([36, 38, 42] if group == "drums" else [48, 52, 55, 60, 64, 67], notes_per_group)
        notes["velocity"] = 90
        tracks.append(Track(group, 0, group == "drums", notes))
    return Song(TICKS, tuple(tracks))


def seconds(song: Song) -> float:
    times = []
    for _ in range(REPEATS):
        start = perf_counter()
        evaluate_songs([song])
        times.append(perf_counter() - start)
    return median(times)


def main() -> None:
    usual, dense = seconds(song_of(300)), seconds(song_of(3000))
    print(f"five figures, 64 s, 7 groups,  2,100 notes: {usual * 1000:6.1f} ms")
    print(f"five figures, 64 s, 7 groups, 21,000 notes: {dense * 1000:6.1f} ms")
    print(f"ten times the notes take {dense / usual:.1f} times as long")


if __name__ == "__main__":
    main()
