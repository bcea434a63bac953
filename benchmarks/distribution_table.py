"""How far spoiled songs are from real ones, set against set, beside how far real songs are from other real songs.

    python benchmarks/distribution_table.py [--songs 400]      needs $POPGEN_CORPUS (permissive)

Real songs in 4/4, the first 32 bars each: a third against the rest, then the same third spoiled in every way that
popgen_eval.corruptions knows; songs of the songwriter last.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter

from numpy.random import default_rng

from popgen_core.analysis.piece import Piece, pieces_of
from popgen_core.groupers import Seven
from popgen_core.music.guard import read_song
from popgen_core.music.song import Song
from popgen_core.songwriter import write_songs
from popgen_eval.corruptions import CORRUPTIONS, CROSSING, excerpt
from popgen_eval.distribution import Distribution

SEED = 20261123
COLUMNS = ("frechet_distance", "figure_distance", "mmd", "mmd_p", "c2st_auc", "overlap_area", "kld")
FLOORS = ("frechet_floor", "figure_floor", "mmd_floor", "", "c2st_floor", "overlap_floor", "kld_floor")


def excerpts(files: Sequence[Path]) -> list[Song]:
    songs = (Seven().group(read_song(file).song).song for file in files)
    cut = (excerpt(song) for song in songs if len(song.meters) == 1 and tuple(song.meters[0])[1:] == (4, 4))
    return [song for song in cut if song.tracks]


def pieces(songs: Sequence[Song]) -> list[Piece]:
    return [piece for song in songs for piece in pieces_of(song)]


def show(name: str, values: Sequence[float], more: str = "") -> None:
    print(f"{name:12}", *(f"{value:16.3f}" if value == value else f"{'-':>16}" for value in values), more, flush=True)


def print_row(name: str, songs: Sequence[Song], references: Sequence[Piece]) -> None:
    begun = perf_counter()
    found = {name: score.value for name, score in Distribution().score(pieces(songs), references).items()}
    ends = (f"{found[f'{kind}_low']:.1f} to {found[f'{kind}_high']:.1f}" for kind in ("frechet", "figure"))
    show(name, [found[column] for column in COLUMNS], f"   {'; '.join(ends)}   {perf_counter() - begun:.1f} s")
    if name == "real":
        show(
            "the floor", [found.get(floor, float("nan")) for floor in FLOORS], f"   {found['compared_songs']:.0f} songs"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--songs", type=int, default=400, help="files of the corpus at most")
    count = parser.parse_args().songs
    files = sorted((Path(os.environ["POPGEN_CORPUS"]) / "permissive").rglob("*.mid"))
    songs = excerpts([files[number] for number in default_rng(SEED).permutation(len(files))[:count]])
    some, references = songs[: len(songs) // 3], pieces(songs[len(songs) // 3 :])
    print(f"{len(some)} songs against {len(songs) - len(some)}; last: 95 % intervals of both distances")
    print(f"{'':12}", *(f"{column:>16}" for column in COLUMNS))
    print_row("real", some, references)
    for name, spoil in {**CORRUPTIONS, **{name: made(songs) for name, made in CROSSING.items()}}.items():
        print_row(name, [spoil(song, default_rng([0, number])) for number, song in enumerate(some)], references)
    print_row("songwriter", [excerpt(song) for song in write_songs(len(some), SEED)], references)


if __name__ == "__main__":
    main()
