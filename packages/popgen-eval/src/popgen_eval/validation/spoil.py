"""The scores of songs and of all their spoiled and altered copies, one song a job, in several processes."""

from __future__ import annotations

import hashlib
import math
import multiprocessing
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass

from numpy.random import default_rng

from popgen_core.analysis.piece import pieces_of
from popgen_core.contracts.evaluator import PieceEvaluator
from popgen_core.errors import PopgenError
from popgen_core.music.song import Song
from popgen_eval.corruptions import CORRUPTIONS, CROSSING
from popgen_eval.judging.song import evaluator_named, score_piece
from popgen_eval.metrics.overall import HEADLINE, OVERALL, overall
from popgen_eval.validation.invariance import INVARIANCES
from popgen_eval.validation.material import Material

__all__ = ["Bench", "REAL", "WHOLE", "SongScores", "first_window", "scored_songs", "value", "variants"]

REAL, WHOLE = "real", "song"  # the excerpt that is spoiled; the first window of the song as it is, tempo map and all
Progress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class SongScores:
    """Scores of one song by variant (REAL, WHOLE, corruptions, invariance checks) and figure, NaN where undefined.

    `failed` says of each corruption that could not be done why.
    """

    scores: Mapping[str, Mapping[str, float]]
    failed: Mapping[str, str]


def variants() -> tuple[str, ...]:
    """The names of all variants of a song, in order."""
    return (REAL, WHOLE, *CORRUPTIONS, *CROSSING, *INVARIANCES)


def scored_songs(
    material: Material, evaluators: Sequence[str], *, seed: int, workers: int, progress: Progress | None = None
) -> list[SongScores]:
    """Every song of the material in all its variants, in order: the same whatever the number of workers."""
    found = []
    with _workers(Bench(material, tuple(evaluators), seed), min(workers, len(material.songs))) as mapped:
        for number, scores in enumerate(mapped, 1):
            found.append(scores)
            if progress:
                progress(number, len(material.songs), "songs")
    return found


class Bench:
    """What a worker has before it: all songs, since tracks are swapped between them, and the evaluators."""

    def __init__(self, material: Material, evaluators: tuple[str, ...], seed: int) -> None:
        self.material, self.names, self.seed = material, evaluators, seed
        self.evaluators: list[PieceEvaluator] = []

    def song(self, number: int) -> SongScores:
        """The scores of one song in all its variants."""
        self.evaluators = self.evaluators or [evaluator_named(name) for name in self.names]
        real, failed = self.material.excerpts[number], {}
        made: dict[str, Callable[[], Song]] = {REAL: lambda: real, WHOLE: lambda: self.material.songs[number]}
        chance = [self.seed, _number(self.material.names[number])]
        for name, corruption in self._corruptions().items():
            made[name] = lambda spoil=corruption: spoil(real, default_rng(chance))  # type: ignore[misc]
        for name, alter in INVARIANCES.items():
            made[name] = lambda alter=alter: alter(real)  # type: ignore[misc]
        scores: dict[str, Mapping[str, float]] = {}
        for name, make in made.items():
            try:
                scores[name] = first_window(make(), self.material.bars, self.evaluators)
            except Exception as error:  # one copy that cannot be made must not lose the others
                scores[name], failed[name] = {}, f"{type(error).__name__}: {error}"
        return SongScores(scores, failed)

    def _corruptions(self) -> dict[str, Callable[..., Song]]:
        return {**CORRUPTIONS, **{name: made(self.material.excerpts) for name, made in CROSSING.items()}}


def first_window(song: Song, bars: int, evaluators: Sequence[PieceEvaluator]) -> dict[str, float]:
    """The figures of the first window of a grouped song, `overall` with them, NaN where undefined."""
    found = score_piece(pieces_of(song, bars)[0], evaluators)
    if OVERALL.name not in found and set(HEADLINE) <= set(found):
        found[OVERALL.name] = overall(found)
    return {figure: score.value for figure, score in found.items()}


def _number(name: str) -> int:
    """A number of a song's name, so that its chance does not depend on what other songs there are."""
    return int.from_bytes(hashlib.sha256(name.encode("utf-8", "backslashreplace")).digest()[:8], "big")


_bench: list[Bench] = []  # of a worker process: its one bench


def _furnish(bench: Bench) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that gives the work
    _bench[:] = [bench]


def _at_bench(number: int) -> SongScores:
    return _bench[0].song(number)


@contextmanager
def _workers(bench: Bench, workers: int) -> Iterator[Iterator[SongScores]]:
    numbers = range(len(bench.material.songs))
    if workers <= 1:
        yield map(bench.song, numbers)
        return
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, mp_context=context, initializer=_furnish, initargs=(bench,))
    try:
        yield pool.map(_at_bench, numbers)
    except BrokenProcessPool as error:
        raise PopgenError("a worker ended by itself", hint="the memory may be short: try --workers 1") from error
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def value(scores: SongScores, variant: str, figure: str) -> float:
    """One score, NaN where there is none."""
    return scores.scores[variant].get(figure, math.nan)
