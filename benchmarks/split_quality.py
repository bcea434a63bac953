"""How many made copies of real songs are known again, which real songs are taken for copies, and how even splits are.

python benchmarks/split_quality.py [--songs 20000]      needs $POPGEN_CORPUS (permissive, pop909, groove)
"""

from __future__ import annotations

import argparse
import os
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from popgen_core.corpus.duplicates import clusters
from popgen_core.corpus.facts import SongFacts, facts_of
from popgen_core.corpus.prints import SIZE, text_of_print
from popgen_core.corpus.split import Split, SplitSong, make_split
from popgen_core.groupers import Seven
from popgen_core.music.guard import read_song
from popgen_core.music.song import Rows, Song
from popgen_core.songwriter import write_songs

Named = Sequence[tuple[str, Song]]
SEED = 20261122


def each_track(song: Song, change: Callable[[Rows], Rows], *, drums: bool = False) -> Song:
    """The song with the notes of each pitched track changed, those of drums too where asked, sorted again."""
    tracks = []
    for track in song.tracks:
        notes = change(track.notes.copy()) if drums or not track.is_drum else track.notes
        tracks.append(replace(track, notes=notes[np.lexsort((notes["pitch"], notes["start_tick"]))]))
    return replace(song, tracks=tuple(tracks))


def moved(notes: Rows, semitones: int | NDArray[np.int64]) -> Rows:
    notes["pitch"] = np.clip(notes["pitch"].astype(np.int64) + semitones, 0, 127)
    return notes


def transposed(song: Song, rng: Generator) -> Song:
    semitones = int(rng.integers(1, 7)) * int(rng.choice([-1, 1]))
    return each_track(song, lambda notes: moved(notes, semitones))


def faster(song: Song, rng: Generator) -> Song:
    tempos = song.tempos.copy()
    tempos["microseconds"] = (tempos["microseconds"] / rng.uniform(1.1, 1.4)).astype(np.int64)
    return replace(song, tempos=tempos)


def other_programs(song: Song, rng: Generator) -> Song:
    return replace(song, tracks=tuple(replace(t, name="", program=int(rng.integers(128))) for t in song.tracks))


def one_track_dropped(song: Song, rng: Generator) -> Song:
    pitched = [number for number, track in enumerate(song.tracks) if not track.is_drum and len(track.notes)]
    gone = rng.choice(pitched) if len(pitched) > 1 else -1
    return replace(song, tracks=tuple(track for number, track in enumerate(song.tracks) if number != gone))


def wrong_notes(song: Song, rng: Generator) -> Song:
    def change(notes: Rows) -> Rows:
        wrong = rng.random(len(notes)) < 0.05
        return moved(notes, np.where(wrong, rng.choice([-3, -2, -1, 1, 2, 3], len(notes)), 0))

    return each_track(song, change)


def jittered(song: Song, rng: Generator) -> Song:
    def change(notes: Rows) -> Rows:
        by = rng.normal(0, 0.02 * song.ticks_per_quarter, len(notes))  # 10 ms at 120 BPM
        notes["start_tick"] = np.maximum(notes["start_tick"] + np.rint(by), 0)
        return notes

    return each_track(song, change, drums=True)


def cut(song: Song, start: float, end: float) -> Song:
    def change(notes: Rows) -> Rows:
        notes = notes[(notes["start_tick"] >= start) & (notes["start_tick"] < end)]
        notes["start_tick"] -= int(start)
        return notes

    return each_track(song, change, drums=True)


def first_half(song: Song, rng: Generator) -> Song:
    return cut(song, 0, song.end_tick / 2)


def half_a_minute(song: Song, rng: Generator) -> Song:
    start = rng.uniform(0, max(song.duration_seconds() - 30, 0.1))
    return cut(song, *song.ticks([start, start + 30]).tolist())


def new_key_and_cut(song: Song, rng: Generator) -> Song:
    short = cut(song, 0, 0.7 * song.end_tick)
    return each_track(short, lambda notes: moved(notes, 2 * (notes["start_tick"] >= short.end_tick // 2)))


def rewritten_slower(song: Song, rng: Generator) -> Song:
    """12 % more ticks from note to note, the tempo map as it was: beats no longer mean what they did."""

    def change(notes: Rows) -> Rows:
        notes["start_tick"] = np.rint(notes["start_tick"] * 1.12)
        return notes

    return each_track(song, change, drums=True)


COPIES = (
    transposed, faster, other_programs, one_track_dropped, wrong_notes, jittered, first_half, half_a_minute,
    new_key_and_cut, rewritten_slower,
)  # fmt: skip


def read(folder: Path) -> Named:
    return [(str(file.relative_to(folder)), read_song(file).song) for file in sorted(folder.rglob("*.mid"))]


def facts(song: Song) -> SongFacts:
    return facts_of(Seven().group(song).song)


def print_recall(name: str, songs: Named, known: Sequence[SongFacts], kinds: Sequence[Callable[..., Song]]) -> None:
    """Of made copies of the songs, how many come into their song's cluster among all songs, and only into that."""
    for copy in kinds:
        rng = np.random.default_rng(SEED)
        copies = [facts(copy(song, rng)).print for _, song in songs]
        numbers = clusters([*(one.print for one in known), *copies])
        own, others = numbers[: len(songs)], numbers[len(songs) :]
        printed = np.array([bool(one.print) and bool(text) for one, text in zip(known, copies, strict=True)])
        found = (own == others)[printed].mean()
        print(f"  {name:10} {copy.__name__:18} {found:7.1%} of {printed.sum()} known again")


def print_joins(name: str, names: Sequence[str], known: Sequence[SongFacts], shown: int = 12) -> NDArray[np.int64]:
    """Which songs of a corpus are taken for near-duplicates."""
    numbers = clusters([one.print for one in known])
    sizes = Counter(numbers.tolist())
    joined = [number for number, size in sizes.items() if size > 1]
    without = sum(not one.print for one in known)
    print(f"  {name}: {len(names)} songs, {len(sizes)} clusters, largest {max(sizes.values())}, no print {without}")
    for number in joined[:shown]:
        print("    together:", ", ".join(np.array(names)[numbers == number][:5].tolist()))
    return numbers


def print_split(split: Split) -> None:
    worst = min(split.balance, key=lambda row: row.margin)
    sizes = [len(fold) for fold in split.folds]
    print(
        f"  seed {split.seed}: train {len(split.train)}, test {len(split.test)}, clusters {split.clusters}, folds of"
        f" {min(sizes)} to {max(sizes)}, {'accepted' if split.accepted else split.note}, draw {split.draw}; lowest p"
        f" {min(row.p for row in split.balance):.2f}, largest difference {max(abs(r.smd) for r in split.balance):.2f}"
        f" ({worst.feature})"
    )


def print_synthetic(count: int, rng: Generator) -> None:
    """Seconds for clusters and a split of made-up prints and facts: a tenth are copies with 30 % of hashes changed."""
    prints = np.sort(rng.integers(0, 2**27, (count, SIZE), dtype=np.uint32), axis=1)
    for copy in range(count // 10, count // 5):
        kept = rng.random(SIZE) < 0.7
        prints[copy] = np.sort(np.where(kept, prints[copy - count // 10], prints[copy]))
    begun = time.perf_counter()
    numbers = clusters([text_of_print(hashes) for hashes in prints])
    print(
        f"  clusters of {count:,} songs: {time.perf_counter() - begun:.1f} s, {len(set(numbers.tolist())):,} clusters"
    )
    songs = [
        SplitSong(
            f"{number:06}.mid",
            f"source {number % 7}",
            int(numbers[number]),
            SongFacts(
                tempo=float(rng.normal(120, 20)),
                mode=str(rng.choice(["major", "minor"])),
                density=float(rng.gamma(4, 4)),
                seconds=float(rng.gamma(6, 30)),
                groups=tuple(group for group in Seven.groups if rng.random() < 0.7),
                feel=str(rng.choice(["8th", "16th"])),
                print="",
            ),
        )
        for number in range(count)
    ]
    begun = time.perf_counter()
    split = make_split(songs)
    print(f"  split of {count:,} songs: {time.perf_counter() - begun:.1f} s")
    print_split(split)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--songs", type=int, default=20_000, help="made-up songs that the speed is measured on")
    count = parser.parse_args().songs
    print("speed on made-up songs")
    print_synthetic(count, np.random.default_rng(SEED))
    if not (folder := os.environ.get("POPGEN_CORPUS")):
        print("POPGEN_CORPUS is unset: nothing measured on real songs")
        return
    corpora = {name: read(Path(folder) / name) for name in ("permissive", "pop909", "groove")}
    corpora["songwriter"] = [(str(number), song) for number, song in enumerate(write_songs(300, 1))]
    known = {name: [facts(song) for _, song in songs] for name, songs in corpora.items()}
    print("songs taken for near-duplicates")
    numbers = {name: print_joins(name, [one for one, _ in songs], known[name]) for name, songs in corpora.items()}
    print("made copies")
    print_recall("permissive", corpora["permissive"], known["permissive"], COPIES)
    print_recall("groove", corpora["groove"], known["groove"], (jittered, first_half, half_a_minute))
    print("splits of permissive")
    sources = [name.split("/")[-1].split("__")[0] for name, _ in corpora["permissive"]]
    songs = [
        SplitSong(name, source, int(number), one)
        for (name, _), source, number, one in zip(
            corpora["permissive"], sources, numbers["permissive"], known["permissive"], strict=True
        )
    ]
    splits = [make_split(songs, seed=seed) for seed in range(10)]
    for split in splits:
        print_split(split)
    print("balance of seed 0")
    for row in splits[0].balance:
        print(f"  {row.feature:16} {row.test:5} p {row.p:.2f}  difference {row.smd:+.2f}")


if __name__ == "__main__":
    main()
