"""What fine-tuning on a few songs gains and forgets: held-out bits a beat of their style and of others'.

    python benchmarks/finetune.py CHECKPOINT SMALL_DATASET OTHER_DATASET [--held-out DATASET] [--ranks 4 8 16]

CHECKPOINT is the start; SMALL_DATASET a few songs of one style, of which those that are not trained on are told; more
of that style are given by --held-out, since one or two say little. OTHER_DATASET holds songs such as the start learnt
from, none of which it has heard. A row: the weights themselves trained, adapters of several ranks, and the last
adapter at several strengths. Runs are left in --runs, or nowhere.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from popgen_core import api
from popgen_core.corpus.dataset import Dataset
from popgen_core.errors import PopgenError
from popgen_core.plugins import catalogue
from popgen_core.score.yardstick import bits_of
from popgen_core.train.heard import heard_songs
from popgen_core.train.parts import mark_of

STRENGTHS = (0.0, 0.5, 1.0, 1.5)


def bits(checkpoint: Path, songs: Sequence[Dataset], styles: Mapping[Path, float] | None = None) -> list[float]:
    """Bits a beat of the onsets of each set of songs."""
    return [bits_of(checkpoint, some, catalogue(), styles).bits_per_beat for some in songs]


def row(name: str, found: Sequence[float], first: Sequence[float], more: str = "") -> str:
    """A line of the table: bits of both sets, and how they changed from the start."""
    told = "  ".join(f"{now:7.3f} {100 * (now / then - 1):+6.1f} %" for now, then in zip(found, first, strict=True))
    return f"{name:22} {told}  {more}"


def trained(given: argparse.Namespace, run: Path, **asked: Any) -> tuple[Path, str]:
    """Fine-tune into a folder -> what was made, and how long that took and how large it is."""
    began = time.monotonic()
    made = api.train(given.small, run, start=given.checkpoint, changes=given.set, **asked).checkpoint
    minutes = (time.monotonic() - began) / 60
    return made, f"{minutes:4.1f} min  {made.stat().st_size / 1e6:5.2f} MB"


def unheard(given: argparse.Namespace, run: Path) -> Dataset:
    """Songs of the user's style that the run was not trained on."""
    if given.held_out:
        return Dataset.open(given.held_out)
    heard, songs = heard_songs(run), Dataset.open(given.small)
    return songs.of([song.file for song in songs.songs if heard and mark_of(song) not in heard.trained])


def table(given: argparse.Namespace, runs: Path) -> None:
    """Train, measure, and print each row as it comes."""
    made, told = trained(given, runs / "full")
    sets = [unheard(given, runs / "full"), Dataset.open(given.other)]
    sets[1] = sets[1].of([song.file for song in sets[1].songs[: given.songs]])
    print(f"held out: {len(sets[0])} songs of the user's style, {len(sets[1])} others; bits a beat, change")
    first = bits(given.checkpoint, sets)
    print(row("start", first, first), flush=True)
    print(row("all weights", bits(made, sets), first, told), flush=True)
    for rank in given.ranks:
        made, told = trained(given, runs / f"rank-{rank}", adapter=True, rank=rank)
        print(row(f"adapter, rank {rank}", bits(given.checkpoint, sets, {made: 1.0}), first, told), flush=True)
    for strength in STRENGTHS if given.ranks else ():
        found = bits(given.checkpoint, sets, {made: strength})
        print(row(f"the same, strength {strength:g}", found, first), flush=True)


def main() -> int:
    """The table; 0, or the exit code of what went wrong, in one line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint", type=Path, nargs="?")
    parser.add_argument("small", type=Path, nargs="?")
    parser.add_argument("other", type=Path, nargs="?")
    parser.add_argument("--held-out", type=Path, help="more songs of the user's style, none of them in the small set")
    parser.add_argument("--ranks", type=int, nargs="*", default=[4, 16, 8])
    parser.add_argument("--songs", type=int, default=20, help="songs of the other set, at most")
    parser.add_argument("--set", action="append", default=[], help="a setting of the training, such as train.epochs=4")
    parser.add_argument("--runs", type=Path, help="a new folder for the runs")
    given = parser.parse_args()
    if given.other is None:
        print("no checkpoint and datasets are named: nothing measured")
        return 0
    try:
        with nullcontext(given.runs) if given.runs else tempfile.TemporaryDirectory() as folder:
            table(given, Path(folder))
    except PopgenError as error:
        print(f"finetune.py: {error}", file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
