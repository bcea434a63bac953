"""Figures that need more than one song: against a training set, and of all songs together against references."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from popgen_core.analysis.piece import Piece
from popgen_core.analysis.window import bar_count, first_sounding_bar
from popgen_core.contracts.evaluator import Evaluator, Measure, Score, SetEvaluator, TrainingEvaluator
from popgen_core.music.song import Song
from popgen_eval.judging import Judged
from popgen_eval.metrics.pooling import undefined
from popgen_eval.run import Windows, guarded, over_windows, windows_of

__all__ = ["Learned", "learned", "pieces_of_all", "set_scores", "with_learned"]

Judge = Callable[[Piece], Mapping[str, Score]]


@dataclass(frozen=True)
class Learned:
    """An evaluator that has learned a training set: its name, its figures, and the judge of a piece."""

    name: str
    measures: tuple[Measure, ...]
    judge: Judge


def learned(evaluators: Sequence[TrainingEvaluator], songs: Iterable[tuple[str, Song]], bars: int) -> list[Learned]:
    """Each evaluator with every bar of the training songs learned; one that fails leaves its figures undefined."""
    pieces = [(name, piece) for name, song in songs for piece in _every_bar(song, bars)] if evaluators else []
    return [_learned(evaluator, pieces) for evaluator in evaluators]


def _every_bar(song: Song, bars: int) -> list[Piece]:
    """A song as pieces from its first sounding bar to its last: the end is learned too, however short it is."""
    return [Piece(song, start, bars) for start in range(first_sounding_bar(song), bar_count(song), bars)]


def _learned(evaluator: TrainingEvaluator, pieces: Sequence[tuple[str, Piece]]) -> Learned:
    name = type(evaluator).__name__
    try:
        return Learned(name, evaluator.measures, evaluator.learn(iter(pieces)))
    except Exception as error:
        reason = f"{name} cannot learn the training set: {type(error).__name__}: {error}"
        return Learned(name, evaluator.measures, lambda piece: _all_undefined(evaluator, reason))


def with_learned(judged: Judged, judges: Sequence[Learned], bars: int, window: Windows) -> Judged:
    """A judged song with its figures against the training set."""
    if judged.song is None or not judges:
        return judged
    pieces = windows_of(judged.song, bars, window)
    scored = [_scored(piece, judges) for piece in pieces]
    measures = [measure for judge in judges for measure in judge.measures]
    found = over_windows(judged.row.path, pieces, measures, scored)
    row = judged.row.joined(found.scores, found.reasons, notes=found.notes, windows=found.windows)
    return replace(judged, row=row)


def _scored(piece: Piece, judges: Sequence[Learned]) -> dict[str, Score]:
    scores: dict[str, Score] = {}
    for each in judges:
        scores |= guarded(each.name, each.measures, each.judge, piece)
    return scores


def pieces_of_all(judged: Sequence[Judged], bars: int, window: Windows) -> list[Piece]:
    """The windows of all songs that could be read; those of one song share its `song` object."""
    return [piece for each in judged if each.song is not None for piece in windows_of(each.song, bars, window)]


def set_scores(
    evaluators: Sequence[SetEvaluator], pieces: Sequence[Piece], references: Sequence[Piece]
) -> dict[str, Score]:
    """All pieces against all references, by each evaluator; undefined with a reason where there are none."""
    scores: dict[str, Score] = {}
    for evaluator in evaluators:
        if not pieces or not references:
            scores |= _all_undefined(evaluator, f"no {'song' if not pieces else 'reference'} could be read")
            continue
        name = type(evaluator).__name__
        found = guarded(name, evaluator.measures, evaluator.score, pieces, references)
        nothing = Score(math.nan, "the evaluator did not return it")
        scores |= {measure.name: found.get(measure.name, nothing) for measure in evaluator.measures}
    return scores


def _all_undefined(evaluator: Evaluator, reason: str) -> dict[str, Score]:
    return {measure.name: undefined(reason) for measure in evaluator.measures}
