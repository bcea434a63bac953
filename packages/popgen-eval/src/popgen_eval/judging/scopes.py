"""Figures that need more than one song: against a training set, and of all songs together against references."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from popgen_core.analysis.piece import Piece, whole_song
from popgen_core.analysis.window import bar_count, first_sounding_bar
from popgen_core.contracts.evaluator import Evaluator, Measure, Score, SetEvaluator, TrainingEvaluator
from popgen_core.music.song import Song
from popgen_eval.judging.files import Judged
from popgen_eval.judging.song import Windows, guarded, named, over_windows, windows_of
from popgen_eval.metrics.pooling import undefined

__all__ = ["Learned", "learned", "pieces_of_all", "set_scores", "with_learned"]

Judge = Callable[..., Mapping[str, Score]]


@dataclass(frozen=True)
class Learned:
    """An evaluator that has learned a training set: its name, its figures, the judge of a piece, and whether that
    judges whole songs instead.
    """

    name: str
    measures: tuple[Measure, ...]
    judge: Judge
    whole_songs: bool = False


def learned(evaluators: Sequence[TrainingEvaluator], songs: Iterable[tuple[str, Song]], bars: int) -> list[Learned]:
    """Each evaluator with every bar of the training songs learned; one that fails leaves its figures undefined."""
    taught = list(songs) if evaluators else []
    return [_learned(evaluator, taught, bars) for evaluator in evaluators]


def _every_bar(song: Song, bars: int) -> list[Piece]:
    """A song as pieces from its first sounding bar to its last: the end is learned too, however short it is."""
    return [Piece(song, start, bars) for start in range(first_sounding_bar(song), bar_count(song), bars)]


def _learned(evaluator: TrainingEvaluator, songs: Sequence[tuple[str, Song]], bars: int) -> Learned:
    name, whole = named(evaluator), bool(getattr(evaluator, "whole_songs", False))
    pieces = ((of, piece) for of, song in songs for piece in (whole_song(song) if whole else _every_bar(song, bars)))
    try:
        return Learned(name, evaluator.measures, evaluator.learn(pieces), whole)
    except (Exception, SystemExit) as error:
        reason = f"{name} cannot learn the training set: {type(error).__name__}: {error}"
        return Learned(name, evaluator.measures, lambda *pieces: _all_undefined(evaluator, reason), whole)


def with_learned(judged: Judged, judges: Sequence[Learned], bars: int, window: Windows) -> Judged:
    """A judged song with its figures against the training set, of its windows or of all of it."""
    if judged.song is None:
        return judged
    row = judged.row
    for each in judges:
        pieces = whole_song(judged.song) if each.whole_songs else windows_of(judged.song, bars, window)
        asked = [pieces] if each.whole_songs else [[piece] for piece in pieces]
        scored = [guarded(each.name, each.measures, each.judge, *some) for some in asked]
        found = over_windows(row.path, pieces, each.measures, scored)
        row = row.joined(found.scores, found.reasons, notes=found.notes, windows=found.windows)
    return replace(judged, row=row)


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
        found = guarded(named(evaluator), evaluator.measures, evaluator.score, pieces, references)
        nothing = Score(math.nan, "the evaluator did not return it")
        scores |= {measure.name: found.get(measure.name, nothing) for measure in evaluator.measures}
    return scores


def _all_undefined(evaluator: Evaluator, reason: str) -> dict[str, Score]:
    return {measure.name: undefined(reason) for measure in evaluator.measures}
