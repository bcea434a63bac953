"""How much real songs have in common with a training set that they are not in, and how surely a copy is found.

    python benchmarks/copying.py      needs $POPGEN_CORPUS (permissive)

Prints what songs of permissive/test share with permissive/train, those that share most, what copies made of training
songs score and whether their song is named, songs of the songwriter, and seconds and memory as the training set grows.
"""

from __future__ import annotations

import os
import tracemalloc
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from time import perf_counter

import numpy as np
from numpy.random import Generator, default_rng

from popgen_core.analysis.piece import Piece, bar_count, whole_song
from popgen_core.groupers import Seven
from popgen_core.music.guard import read_song
from popgen_core.music.song import Rows, Song
from popgen_core.songwriter import write_songs
from popgen_eval.copying import Copying, shares_by_song

SEED = 20261123
COPIES = 60  # training songs that copies are made of
Named = list[tuple[str, Song]]


def read(split: str) -> Named:
    files = sorted((Path(os.environ["POPGEN_CORPUS"]) / "permissive" / split).rglob("*.mid"))
    return [(file.stem, Seven().group(read_song(file).song).song) for file in files]


def pieces(songs: Named) -> list[tuple[str, Piece]]:
    return [(name, piece) for name, song in songs for piece in whole_song(song)]


def each_track(song: Song, change: Callable[[Rows], Rows]) -> Song:
    tracks = []
    for track in song.tracks:
        notes = track.notes.copy() if track.is_drum else change(track.notes.copy())
        tracks.append(replace(track, notes=notes[np.lexsort((notes["pitch"], notes["start_tick"]))]))
    return replace(song, tracks=tuple(tracks))


def moved(song: Song, by: int) -> Song:
    def change(notes: Rows) -> Rows:
        notes["pitch"] = np.clip(notes["pitch"].astype(np.int64) + by, 0, 127)
        return notes

    return each_track(song, change)


def wrong_notes(song: Song, share: float, random: Generator) -> Song:
    """A share of the pitched notes up to three semitones off."""

    def change(notes: Rows) -> Rows:
        wrong = random.random(len(notes)) < share
        off = np.where(wrong, random.choice([-3, -2, -1, 1, 2, 3], len(notes)), 0)
        notes["pitch"] = np.clip(notes["pitch"].astype(np.int64) + off, 0, 127)
        return notes

    return each_track(song, change)


def with_eight_bars(host: Song, source: Song, random: Generator) -> Song:
    """The first 32 bars of a song with bars 9 to 16 replaced by eight bars of another, groups by name."""
    bar, other_bar = 4 * host.ticks_per_quarter, 4 * source.ticks_per_quarter
    first = int(random.integers(0, max(bar_count(source) - 8, 1)))
    tracks = []
    names = {track.name: track for track in source.tracks}
    for track in host.tracks:
        at = track.notes["start_tick"] // bar
        kept = track.notes[(at < 8) | ((at >= 16) & (at < 32))]
        if track.name in names:
            theirs = names[track.name].notes
            at = theirs["start_tick"] // other_bar
            taken = theirs[(at >= first) & (at < first + 8)].copy()
            taken["start_tick"] = (taken["start_tick"] - first * other_bar) * bar // other_bar + 8 * bar
            kept = np.concatenate([kept, taken])
        tracks.append(replace(track, notes=kept[np.lexsort((kept["pitch"], kept["start_tick"]))]))
    return replace(host, tracks=tuple(tracks))


def common_time(song: Song) -> bool:
    return len(song.meters) == 1 and tuple(song.meters[0])[1:] == (4, 4)


def print_copies(label: str, judge: Callable[..., object], copies: Named, bound: float, whose: Sequence[str]) -> None:
    """Of songs copied from those in `whose`: how many have more than the bound, and how many name the right song."""
    shares, runs, named, defined = [], [], 0, 0
    for (_, song), source in zip(copies, whose, strict=True):
        found = judge(*whole_song(song))  # type: ignore[operator]
        share, run = found["copied_share"], found["copied_run"]
        if share.value == share.value:
            defined += 1
            shares.append(share.value)
            runs.append(run.value)
            named += source in share.note or source in run.note
    above = np.mean(np.array(shares) > bound)
    print(f"  {label:34} share {np.mean(shares):.3f}, median {np.median(shares):.3f}, longest run median"
          f" {np.median(runs):.0f}; above 95 % of real songs {above:.0%}, song named {named} of {defined}")  # fmt: skip


def print_growth(training: Sequence[tuple[str, Piece]], asked: Sequence[Song]) -> None:
    for share in (0.25, 0.5, 1.0):
        some = training[: int(share * len(training))]
        tracemalloc.start()
        judge = Copying().learn(some)
        held = tracemalloc.get_traced_memory()[0] / 2**20
        tracemalloc.stop()
        begun = perf_counter()
        Copying().learn(some)
        learnt = perf_counter() - begun
        begun = perf_counter()
        for song in asked:
            judge(*whole_song(song))
        each = (perf_counter() - begun) / len(asked)
        notes = sum(len(part.onset) for _, piece in some for part in piece.parts)
        print(f"  {len({name for name, _ in some}):4} songs, {notes:8,} notes: learnt in {learnt:.1f} s,"
              f" {held:.0f} MB held, {1000 * each:.1f} ms a song")  # fmt: skip


def main() -> None:
    train, test = read("train"), read("test")
    training = pieces(train)
    judge, random = Copying().learn(training), default_rng(SEED)
    shares = shares_by_song(judge, (song for _, song in test))
    print(f"{len(test)} songs of test against {len(train)} of train: mean {np.nanmean(shares):.3f}, median"
          f" {np.nanmedian(shares):.3f}, without any {np.mean(np.array(shares) == 0):.0%}")  # fmt: skip
    for name, share in sorted(zip([name for name, _ in test], shares, strict=True), key=lambda row: -row[1])[:6]:
        print(f"  {share:.2f} {name}")
    kept = [share for share in shares if not share > 0.5]
    highest = float(np.nanquantile(kept, 0.95))
    print(f"without {len(shares) - len(kept)} over .5: mean {np.nanmean(kept):.3f}, 95 % of songs below {highest:.3f}")
    songs = [(name, song) for name, song in train if common_time(song) and bar_count(song) >= 32]
    chosen = [songs[number] for number in random.permutation(len(songs))[:COPIES]]
    names, hosts = [name for name, _ in chosen], [song for _, song in test if common_time(song)]
    print("copies of training songs")
    print_copies("as they are", judge, chosen, highest, names)
    print_copies("3 semitones higher", judge, [(n, moved(s, 3)) for n, s in chosen], highest, names)
    for share in (0.05, 0.1, 0.2):
        copies = [(name, wrong_notes(song, share, random)) for name, song in chosen]
        print_copies(f"{share:.0%} of pitched notes wrong", judge, copies, highest, names)
    mixed = [(n, with_eight_bars(hosts[i % len(hosts)], s, random)) for i, (n, s) in enumerate(chosen)]
    print_copies("8 of their bars in a test song", judge, mixed, highest, names)
    written = [(str(number), song) for number, song in enumerate(write_songs(COPIES, SEED))]
    print_copies("the songwriter", judge, written, highest, ["?"] * COPIES)
    print("growth")
    print_growth(training, [song for _, song in test])


if __name__ == "__main__":
    main()
