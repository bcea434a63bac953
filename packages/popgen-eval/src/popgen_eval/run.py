"""Running evaluators over songs: windows, their mean, and a reason for all that stays undefined."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Literal

from popgen_core.analysis.piece import Piece, pieces_of
from popgen_core.contracts.evaluator import PieceEvaluator, Score
from popgen_core.contracts.grouper import Grouper
from popgen_core.errors import RecipeError
from popgen_core.music.song import Song
from popgen_core.plugins import catalogue
from popgen_eval.cards import headline as cards
from popgen_eval.metrics.overall import HEADLINE, OVERALL, overall
from popgen_eval.metrics.pooling import undefined
from popgen_eval.report import FileScores

__all__ = ["Windows", "figure_names", "HEADLINE_EVALUATORS", "evaluator_named", "score_piece", "score_song"]

Windows = Literal["all", "first"]


# the evaluators of the five headline figures, by their names in the catalogue
HEADLINE_EVALUATORS = tuple(card.name for card in cards.HEADLINE)


def evaluator_named(name: str) -> PieceEvaluator:
    """An evaluator of the catalogue with its default config. Raises PluginError when there is none."""
    component = catalogue().load("evaluator", name)
    made: PieceEvaluator = component(component.Config())
    return made


def figure_names(evaluators: Sequence[PieceEvaluator]) -> tuple[str, ...]:
    """The figures that these evaluators make, with `overall` after them where all five headline ones are among them.

    Raises RecipeError for an evaluator that judges more than a piece by itself, and for two of one name.
    """
    names: list[str] = []
    for evaluator in evaluators:
        if evaluator.scope != "piece":
            raise RecipeError(f"{_name(evaluator)} judges scope {evaluator.scope!r}, here only 'piece' can be judged")
        for measure in evaluator.measures:
            if measure.name in names:
                raise RecipeError(f"two evaluators make {measure.name!r}", hint="choose one of them")
            names.append(measure.name)
    if OVERALL.name in names or not set(HEADLINE) <= set(names):
        return tuple(names)
    return (*names, OVERALL.name)


def _name(evaluator: Any) -> str:
    return type(evaluator).__name__


def score_piece(piece: Piece, evaluators: Sequence[PieceEvaluator]) -> dict[str, Score]:
    """A grouped piece -> the score of every figure; an evaluator that fails leaves its figures undefined."""
    scores: dict[str, Score] = {}
    for evaluator in evaluators:
        try:
            scores.update(evaluator.score(piece))
        except Exception as error:  # a stranger's evaluator must not stop the run
            reason = f"{_name(evaluator)} failed: {type(error).__name__}: {error}"
            scores.update({measure.name: undefined(reason) for measure in evaluator.measures})
    return scores


def score_song(
    song: Song, name: str, *, evaluators: Sequence[PieceEvaluator], grouper: Grouper, bars: int, window: Windows
) -> FileScores:
    """A song -> its scores, each the mean over the windows in which it is defined."""
    pieces = pieces_of(grouper.group(song).song, bars)
    scored = [score_piece(piece, evaluators) for piece in (pieces[:1] if window == "first" else pieces)]
    names = figure_names(evaluators)
    scores = {figure: _mean([found[figure] for found in scored if figure in found]) for figure in names}
    if OVERALL.name in names and not any(OVERALL.name in found for found in scored):
        scores[OVERALL.name] = overall(scores)
    return FileScores(
        path=name,
        scores={figure: score.value for figure, score in scores.items()},
        reasons={figure: score.reason for figure, score in scores.items() if math.isnan(score.value)},
    )


def _mean(scores: Sequence[Score]) -> Score:
    """The mean of those defined; where none is, the reason of the first."""
    values = [score.value for score in scores if not math.isnan(score.value)]
    if values:
        return Score(sum(values) / len(values))
    return scores[0] if scores else undefined("the evaluator did not return it")
