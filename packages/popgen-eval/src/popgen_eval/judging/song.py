"""Judging one song: windows, their mean, and a reason for all that stays undefined."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

import numpy as np

from popgen_core.analysis.piece import Piece, pieces_of
from popgen_core.contracts.evaluator import Measure, PieceEvaluator, Score
from popgen_core.contracts.grouper import Grouper
from popgen_core.music.song import Song
from popgen_core.plugins import catalogue
from popgen_core.plugins.making import blaming
from popgen_eval.cards import headline as cards
from popgen_eval.metrics.overall import HEADLINE, OVERALL, overall
from popgen_eval.metrics.pooling import undefined
from popgen_eval.report import FileScores

__all__ = [
    "HEADLINE_EVALUATORS",
    "Windows",
    "evaluator_named",
    "guarded",
    "named",
    "over_windows",
    "score_piece",
    "score_song",
    "windows_of",
    "with_overall",
]

Windows = Literal["all", "first"]
Scores = Mapping[str, Score]


# the evaluators of the five headline figures, by their names in the catalogue
HEADLINE_EVALUATORS = tuple(card.name for card in cards.HEADLINE)


_origins: dict[type, str] = {}  # whose each evaluator of the catalogue is, for the reasons of those that fail


def evaluator_named(name: str) -> PieceEvaluator:
    """An evaluator of the catalogue with its default config. Raises PluginError when there is none, or it is broken."""
    offer = catalogue().find("evaluator", name)
    component = catalogue().load("evaluator", name)
    _origins[component] = f"{offer.distribution} {offer.version}"
    with blaming(offer, "cannot be made"):
        made: PieceEvaluator = component(component.Config())
        if not made.measures or not all(isinstance(measure, Measure) for measure in made.measures):
            raise TypeError(f"its measures must be a tuple of Measure, got {made.measures!r}")
        scope, does = made.scope, "learn" if made.scope == "training" else "score"
        if not callable(getattr(made, does, None)):
            raise TypeError(f"it judges scope {scope!r} and has no method {does}")
    return made


def named(evaluator: Any) -> str:
    """What an evaluator is called where it fails: its class, and whose it is if the catalogue knows."""
    kind = type(evaluator)
    return f"{kind.__name__} of {_origins[kind]}" if kind in _origins else kind.__name__


def windows_of(song: Song, bars: int, window: Windows) -> list[Piece]:
    """A grouped song as the pieces that are judged: all its windows, or the first."""
    pieces = pieces_of(song, bars)
    return pieces[:1] if window == "first" else pieces


def guarded(name: str, measures: Sequence[Measure], judge: Callable[..., Scores], *pieces: Any) -> dict[str, Score]:
    """What an evaluator makes of some pieces; one that fails leaves its figures undefined and stops nothing."""
    try:
        scores = dict(judge(*pieces))
        if wrong := [of.name for of in measures if of.name in scores and not _is_score(scores[of.name])]:
            raise TypeError(f"it must return a Score for {wrong[0]!r}, got {scores[wrong[0]]!r}")
        return scores
    except (Exception, SystemExit) as error:  # a stranger's code may raise anything
        reason = f"{name} failed: {type(error).__name__}: {error}"
        return {measure.name: undefined(reason) for measure in measures}


def _is_score(score: Any) -> bool:
    return isinstance(score, Score) and isinstance(score.value, (int, float, np.number))


def score_piece(piece: Piece, evaluators: Sequence[PieceEvaluator]) -> dict[str, Score]:
    """A grouped piece -> the score of every figure; an evaluator that fails leaves its figures undefined."""
    scores: dict[str, Score] = {}
    for evaluator in evaluators:
        scores |= guarded(named(evaluator), evaluator.measures, evaluator.score, piece)
    return scores


def score_song(
    song: Song, name: str, *, evaluators: Sequence[PieceEvaluator], grouper: Grouper, bars: int, window: Windows
) -> tuple[FileScores, Song]:
    """A song -> its scores, each the mean over the windows in which it is defined, and the song as it was grouped."""
    grouped = grouper.group(song).song
    pieces = windows_of(grouped, bars, window)
    measures = [measure for evaluator in evaluators for measure in evaluator.measures]
    found = over_windows(name, pieces, measures, [score_piece(piece, evaluators) for piece in pieces])
    return with_overall(found), grouped


def over_windows(
    name: str, pieces: Sequence[Piece], measures: Sequence[Measure], scored: Sequence[Scores]
) -> FileScores:
    """The scores of each window -> the row of their song; those of single windows are kept where there are several."""
    scores = {of.name: _pooled(of, [found[of.name] for found in scored if of.name in found]) for of in measures}
    nothing = Score(math.nan)
    windows = {of.name: tuple(found.get(of.name, nothing).value for found in scored) for of in measures}
    return FileScores(
        path=name,
        scores={figure: score.value for figure, score in scores.items()},
        reasons={figure: score.reason for figure, score in scores.items() if math.isnan(score.value)},
        notes={figure: score.note for figure, score in scores.items() if score.note},
        bars=tuple((int((piece.window.index >= 0).argmax()) + 1, piece.bars) for piece in pieces),
        windows=windows if len(scored) > 1 else {},
    )


def with_overall(row: FileScores) -> FileScores:
    """A row with `overall` after its headline figures, if it has all five of them and no `overall` of its own."""
    if OVERALL.name in row.scores or not set(HEADLINE) <= set(row.scores):
        return row
    whole = overall({name: Score(row.scores[name]) for name in HEADLINE})
    counts = range(len(row.windows[HEADLINE[0]])) if row.windows else range(0)
    each = tuple(overall({name: Score(row.windows[name][number]) for name in HEADLINE}).value for number in counts)
    return row.joined(
        {OVERALL.name: whole.value},
        {OVERALL.name: whole.reason} if whole.reason else {},
        windows={OVERALL.name: each} if each else {},
    )


def _pooled(of: Measure, scores: Sequence[Score]) -> Score:
    """The windows' mean, or the most, of those defined, with the note of the highest; where none is, a reason."""
    defined = [score for score in scores if not math.isnan(score.value)]
    if not defined:
        return scores[0] if scores else undefined("the evaluator did not return it")
    noted = max((score for score in defined if score.note), key=lambda score: score.value, default=defined[0])
    values = [score.value for score in defined]
    return Score(max(values) if of.windows == "max" else sum(values) / len(values), note=noted.note)
