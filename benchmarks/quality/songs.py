"""The songs that are judged: those of systems, one seed a song as `popgen generate` writes them, and of baselines."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.quality.code import code_digest, judging_digest
from benchmarks.quality.kept import kept, made_already

from popgen_core.baselines.stand_ins import Wanted
from popgen_core.baselines.write import write_baseline
from popgen_core.corpus.dataset import Dataset
from popgen_core.errors import RecipeError, Refused
from popgen_core.generate.generator import Generator
from popgen_core.generate.output import write_out
from popgen_core.generate.request import Request

__all__ = ["BASELINES", "LONG_SECONDS", "System", "baseline_songs", "long_songs", "system_from", "system_songs"]

BASELINES = ("markov", "shuffled-bars", "one-bar")
LONG_SECONDS = 300.0
RESERVED = {*BASELINES, "real"}  # columns that no system may be called
Told = Callable[[str], None]


@dataclass(frozen=True)
class System:
    """A name in the table, and the checkpoint, run or shipped name that writes its songs."""

    name: str
    checkpoint: Path


def system_from(text: str) -> System:
    """ "starter=runs/pop" -> a system. Raises RecipeError for what is not NAME=CHECKPOINT or a name that is taken."""
    name, mark, checkpoint = text.partition("=")
    if not mark or not checkpoint or not name.replace(".", "").replace("-", "").replace("_", "").isalnum():
        raise RecipeError(f"system {text!r} is not NAME=CHECKPOINT", hint="such as starter=runs/pop")
    if name in RESERVED:
        raise RecipeError(f"a system cannot be called {name!r}", hint=f"{', '.join(sorted(RESERVED))} are taken")
    return System(name, Path(checkpoint))


def system_songs(generator: Generator, folder: Path, count: int, bars: int, told: Told) -> list[Path]:
    """`count` songs of `bars` bars in `folder`, each with its plan and what it met of it; those there are kept.

    Song n is what `popgen generate --bars BARS --seed n` writes, n from 1 on. Raises Refused where the folder holds
    songs of another checkpoint or length, or of another popgen's code.
    """
    return _written(generator, folder, count, {"bars": bars}, told)


def long_songs(generator: Generator, folder: Path, count: int, told: Told) -> list[Path]:
    """`count` songs of five minutes, likewise."""
    return _written(generator, folder, count, {"seconds": LONG_SECONDS}, told)


def _written(generator: Generator, folder: Path, count: int, length: dict[str, float], told: Told) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    _refuse_others(folder, {"checkpoint": generator.loaded.sha256, "code": code_digest(), **length})
    files = [folder / f"song-{number:03}.mid" for number in range(1, count + 1)]
    for number, file in enumerate(files, 1):
        if file.exists():
            continue
        request = Request(seed=number, **length)  # type: ignore[arg-type]
        with tempfile.TemporaryDirectory(dir=folder) as place:
            made = Path(place)
            write_out(generator, generator.songs(request), request, made, folder)
            for ending in (".toml", ".json", ".mid"):  # the song last: where it stands, all of it does
                os.replace(made / f"song-001{ending}", file.with_suffix(ending))
        told(f"{folder.name}: song {number} of {count}")
    return files


def _refuse_others(folder: Path, made_by: dict[str, str | float]) -> None:
    file = folder / "made-by.json"
    adopted = made_already(file) is None and any(folder.glob("song-*.mid"))
    if adopted or kept(file, {}, lambda: made_by) != made_by:
        raise Refused(
            f"{folder} holds songs of another checkpoint, length or popgen, or does not say whose",
            hint="choose another --out, or remove that folder",
        )


def baseline_songs(name: str, training: Path, folder: Path, wanted: Wanted) -> list[Path]:
    """The songs of a baseline that learns of a training dataset, `wanted.count` at most; made anew where it differs."""
    made_of = {
        "training": Dataset.open(training).sha256,
        "count": wanted.count,
        "bars": wanted.bars,
        "seed": wanted.seed,
        "made_by": judging_digest(),
    }

    def make() -> list[str]:
        written = write_baseline(name, folder, training, wanted, force=True)
        return [str(path.relative_to(folder)) for path in written.paths]

    return [folder / file for file in kept(folder / "made-of.json", made_of, make)]
