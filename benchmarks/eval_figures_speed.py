"""How long all piece figures of a minute of seven groups take, how that grows with the notes, and the import.

    python benchmarks/eval_figures_speed.py

Claims: all figures of a 60-second piece of seven groups in under 0.2 s on one core, cost about linear in the notes,
and `import popgen_eval.api` in under 0.5 s. Reading the same file is timed beside it, as a measure of the machine.
"""

import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np

from popgen_core.analysis.piece import Piece
from popgen_core.contracts.evaluator import PieceEvaluator
from popgen_core.groupers.seven import GROUPS, Seven
from popgen_core.music.bars import bar_ticks
from popgen_core.music.guard import song_from_bytes
from popgen_core.music.midi import song_to_midi
from popgen_core.music.song import Song
from popgen_core.songwriter import write_song
from popgen_eval.cards import CURRENT
from popgen_eval.judging.song import evaluator_named, score_piece

SECONDS, TIMES = 60, 10
LIMIT, IMPORT_LIMIT = 0.2, 0.5  # seconds
REPEATS, SHOWN = 15, 10


def cut(song: Song, first: int, bars: int) -> Song:
    """Some bars of a song of one meter, moved to the start."""
    bar = int(bar_ticks(song)[0])
    tracks = []
    for track in song.tracks:
        start = track.notes["start_tick"]
        notes = track.notes[(start >= first * bar) & (start < (first + bars) * bar)].copy()
        notes["start_tick"] -= first * bar
        tracks.append(replace(track, notes=notes, controls=track.controls[:0], bends=track.bends[:0]))
    return Song(song.ticks_per_quarter, tuple(tracks), song.tempos[:1], song.meters[:1])


def minute() -> Song:
    """60 seconds of the first song of the songwriter that has a stretch in which all seven groups play."""
    for seed in range(100):
        song = Seven().group(write_song(seed)).song
        if len(song.meters) > 1:
            continue
        bar_seconds = 60 / float(song.tempo_bpm(0)) * 4 * song.meters[0]["numerator"] / song.meters[0]["denominator"]
        bars = round(SECONDS / bar_seconds)
        for first in range(0, 200, 4):
            found = cut(song, first, bars)
            if min((len(track.notes) for track in found.tracks), default=0) >= 16 and len(found.tracks) == len(GROUPS):
                return found
    raise SystemExit("the songwriter wrote no stretch of seven groups")


def denser(song: Song, times: int) -> Song:
    """Each note `times` times, its copies at other sixteenths of the song and other octaves of the same pitch class."""
    random, tracks = np.random.default_rng(0), []
    sixteenth = song.ticks_per_quarter // 4
    for track in song.tracks:
        notes = np.repeat(track.notes, times)
        copy = np.arange(len(notes)) % times > 0
        places = int(track.notes["start_tick"].max()) // sixteenth + 1
        moved = random.integers(0, places, len(notes)) * sixteenth
        notes["start_tick"] = np.where(copy, moved, notes["start_tick"])
        if not track.is_drum:
            notes["pitch"] = np.where(
                copy, notes["pitch"] % 12 + 12 * random.integers(3, 7, len(notes)), notes["pitch"]
            )
        tracks.append(replace(track, notes=notes[np.lexsort((notes["pitch"], notes["start_tick"]))]))
    return replace(song, tracks=tuple(tracks))


def seconds(work: Callable[[], Any]) -> float:
    times = []
    for _ in range(REPEATS):
        start = perf_counter()
        work()
        times.append(perf_counter() - start)
    return median(times)


def figures(song: Song, evaluators: Sequence[PieceEvaluator]) -> float:
    """Seconds for a fresh piece and all of these figures: what several share is found once."""
    return seconds(lambda: score_piece(Piece(song, 0, 1000), evaluators))


def import_seconds(module: str) -> float:
    """Seconds of a fresh interpreter that imports a module."""
    return seconds(lambda: subprocess.run([sys.executable, "-c", f"import {module}"], check=True))


def in_ms(taken: float) -> str:
    return f"{taken * 1000:7.1f} ms"


def main() -> None:
    made = {card.name: evaluator_named(card.name) for card in CURRENT}
    evaluators = {name: evaluator for name, evaluator in made.items() if evaluator.scope == "piece"}
    song, every = minute(), list(evaluators.values())
    dense, contents = denser(song, TIMES), song_to_midi(song)
    usual, many, parsing = figures(song, every), figures(dense, every), seconds(lambda: song_from_bytes(contents))
    print(
        f"{sum(len(one.measures) for one in every)} figures of {len(every)} evaluators, {SECONDS} s, 7 groups, one core"
    )
    print(f"all of them, {song.note_count:6,} notes: {in_ms(usual)}, {usual / LIMIT:.2f} of the limit of {LIMIT} s")
    print(f"reading the file:           {in_ms(parsing)}, the figures take {usual / parsing:.0f} times that")
    print(f"all of them, {dense.note_count:6,} notes: {in_ms(many)}, {many / usual:.1f} times as long")
    each = {name: (figures(song, [one]), figures(dense, [one])) for name, one in evaluators.items()}
    print(f"\nthe slowest, each by itself{'':11} 1 x notes  {TIMES} x notes")
    for name, (one, ten) in sorted(each.items(), key=lambda item: -item[1][0])[:SHOWN]:
        print(f"  {name:34} {in_ms(one)} {in_ms(ten)}  {ten / one:4.1f} times")
    bare, whole = import_seconds("sys"), import_seconds("popgen_eval.api")
    print(f"\nimport popgen_eval.api: {whole:.2f} s (limit {IMPORT_LIMIT}), {bare:.2f} s of it the interpreter")


if __name__ == "__main__":
    main()
