"""The verdict on a system, in one table: its songs beside those of other systems, of baselines, and real pieces.

    python -m benchmarks.quality --out runs/quality --system starter=runs/pop --system paper.warm=runs/warm \\
        --real $POPGEN_CORPUS/permissive/test --training DATASET --held-out DATASET

The first system is the one whose targets are judged. Songs and figures are made once and kept in the folder of --out:
what was stopped goes on with the same command. Writes quality.md and quality.json there.
"""

from __future__ import annotations

import argparse
import os
import shlex
import sys
from pathlib import Path

from benchmarks.quality.found import Asked, find
from benchmarks.quality.plain import plain_of
from benchmarks.quality.songs import system_from
from benchmarks.quality.table import markdown
from benchmarks.quality.verdict import targets_of

from popgen_core.errors import PopgenError, RecipeError
from popgen_core.files import json_bytes, locked, made_folder, write_atomically

__all__ = ["main"]


def main(arguments: list[str] | None = None) -> int:
    """The command: 0 done, and what went wrong in one line with the exit code of the error."""
    given = sys.argv[1:] if arguments is None else arguments
    try:
        asked = _asked(given)
        with made_folder(asked.out), locked(asked.out, "the folder of the verdict"):
            _run(asked, given)
    except PopgenError as error:
        print(f"quality: {error.message}" + (f" ({error.hint})" if error.hint else ""), file=sys.stderr)
        return error.exit_code
    return 0


def _run(asked: Asked, given: list[str]) -> None:
    found = find(asked, lambda line: print(line, file=sys.stderr, flush=True))
    judged = asked.systems[0].name
    targets = {judged: targets_of(found, judged)}
    write_atomically(asked.out / "quality.json", json_bytes(plain_of(found, targets)))
    text = markdown(found, targets, _command(given))
    write_atomically(asked.out / "quality.md", text.encode())
    for target in targets[judged]:
        print(f"{target.verdict:10}  {target.asked}: {target.told}")
    print(f"written: {asked.out / 'quality.md'}")


def _command(given: list[str]) -> str:
    """The command as another machine has it: the corpus by its name."""
    text = shlex.join(["python", "-m", "benchmarks.quality", *given])
    corpus = os.environ.get("POPGEN_CORPUS", "").rstrip("/")
    return text.replace(f"{corpus}/", "$POPGEN_CORPUS/") if corpus else text


def _asked(given: list[str]) -> Asked:
    parser = argparse.ArgumentParser(
        "python -m benchmarks.quality", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, required=True, help="folder in which all is kept")
    parser.add_argument(
        "--system", action="append", required=True, help="NAME=CHECKPOINT, a run or file; the first is judged"
    )
    parser.add_argument("--real", type=Path, required=True, help="folder of real pieces that nothing was trained on")
    parser.add_argument("--training", type=Path, required=True, help="dataset of baselines and of copies")
    parser.add_argument("--held-out", type=Path, help="dataset of songs to tell in bits; without it no bits")
    parser.add_argument("--songs", type=int, default=100, help="songs of each system and baseline (default 100)")
    parser.add_argument("--long", type=int, default=30, help="five-minute songs of each system (default 30; 0: none)")
    parser.add_argument("--bars", type=int, default=32, help="bars of a song and of a window (default 32)")
    parser.add_argument("--seed", type=int, default=0, help="of the baselines")
    parser.add_argument("--workers", type=int, help="processes that judge songs; default: one a core")
    told = parser.parse_args(given)
    systems = tuple(system_from(text) for text in told.system)
    if len({system.name for system in systems}) < len(systems):
        raise RecipeError("two systems have one name", hint="give each a name of its own")
    if told.songs < 1 or told.long < 0:
        raise RecipeError(f"{told.songs} songs and {told.long} long ones", hint="one song or more, no long one or more")
    return Asked(systems=systems, **{name: value for name, value in vars(told).items() if name != "system"})


if __name__ == "__main__":
    sys.exit(main())
