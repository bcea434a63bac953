"""Many files judged: in worker processes that may die, in this one where that is quicker, with the same results."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from popgen_core.contracts.evaluator import PieceEvaluator
from popgen_core.contracts.grouper import Grouper
from popgen_core.corpus.pool import Pool, WorkerLimits, default_workers
from popgen_core.errors import PluginError, PopgenError
from popgen_core.music.guard import plain_text, read_bytes, song_from_bytes
from popgen_core.music.song import Song
from popgen_eval.judging.song import Windows, evaluator_named, score_song
from popgen_eval.report import FileScores

__all__ = ["FEW", "Judged", "Judging", "judge_files"]

FEW = 16  # files that are judged before workers would have started: 0.6 s for their imports, 2026-11-23
LIMITS = WorkerLimits(seconds=120.0)
Told = Callable[[Path], None]


@dataclass(frozen=True)
class Judged:
    """The row of a file, and its grouped song where that is kept and could be read."""

    row: FileScores
    song: Song | None = None


@dataclass(frozen=True)
class Judging:
    """How files are judged, as it goes to workers: evaluators by name or as they are; `keep`: hand the song back."""

    evaluators: tuple[PieceEvaluator | str, ...]
    grouper: Grouper
    bars: int
    window: Windows
    keep: bool = False

    @property
    def what(self) -> str:
        """What a worker needs to begin."""
        return "an evaluator or the grouper"

    def begin(self) -> Callable[[Path], Judged]:
        """What judges one file after another."""
        made = tuple(evaluator_named(each) if isinstance(each, str) else each for each in self.evaluators)
        return partial(_judged, replace(self, evaluators=made))

    def lost(self, asked: Path, reason: str, message: str) -> Judged:
        """The row of a file whose worker was too slow or died."""
        return Judged(FileScores(str(asked), error=message))


def judge_files(
    paths: Sequence[Path], judging: Judging, workers: int | None = None, told: Told | None = None
) -> list[Judged]:
    """Files -> what became of each, in their order; `told` hears of each file that is done, in any order.

    Without `workers`, up to 16 files are judged in this process, more by one worker a core. A file that kills or
    stalls its worker costs its own row. What cannot be sent to a worker (a class of a notebook) judges here.
    """
    found: dict[int, Judged] = {}
    for number, judged in _answers(paths, judging, workers):
        found[number] = judged
        if told:
            told(paths[number])
    return [found[number] for number in range(len(paths))]


def _answers(paths: Sequence[Path], judging: Judging, workers: int | None) -> Iterator[tuple[int, Judged]]:
    here = (workers is None and len(paths) <= FEW) or not paths or not _can_be_sent(judging)
    if not here:
        with Pool(judging, max(1, min(workers or default_workers(), len(paths))), LIMITS) as pool:
            answers = pool.answers(paths)
            try:
                first = next(answers)
            except PluginError:  # its classes stand where a worker cannot import them
                here = True
            else:
                yield first
                yield from answers
    if here:
        judge = judging.begin()
        yield from ((number, judge(path)) for number, path in enumerate(paths))


def _can_be_sent(judging: Judging) -> bool:
    try:
        pickle.dumps(judging)
    except Exception:
        return False
    return True


def _judged(judging: Judging, path: Path) -> Judged:
    """The row of one file; nothing that a file can cause is raised."""
    try:
        reading = song_from_bytes(read_bytes(path))
        row, grouped = score_song(
            reading.song,
            str(path),
            evaluators=judging.evaluators,  # type: ignore[arg-type]
            grouper=judging.grouper,
            bars=judging.bars,
            window=judging.window,
        )
    except PopgenError as error:
        return Judged(FileScores(str(path), error=_shown(str(error))))
    except Exception as error:  # a file that upsets a stranger's grouper must not stop the run
        return Judged(FileScores(str(path), error=_shown(f"it cannot be judged: {type(error).__name__}: {error}")))
    return Judged(replace(row, repairs=reading.repairs), grouped if judging.keep else None)


def _shown(message: str) -> str:
    return plain_text(message, longest=500)
