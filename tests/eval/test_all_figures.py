"""What holds for every figure of popgen-eval that judges a piece by itself."""

import math
from dataclasses import replace

import pytest
from changed_songs import changed

from popgen_core.analysis.piece import Piece
from popgen_core.contracts.evaluator import Score
from popgen_core.music.song import Song
from popgen_eval.cards import CURRENT
from popgen_eval.judging.song import evaluator_named

EVALUATORS = [made for card in CURRENT if (made := evaluator_named(card.name)).scope == "piece"]
ASKS_WHERE_NOTES_LIE = {"pitch_range_violations"}


def scores(song: Song) -> dict[str, Score]:
    return {name: score for evaluator in EVALUATORS for name, score in evaluator.score(Piece(song)).items()}


def values(song: Song) -> dict[str, float | None]:
    found = {name: score.value for name, score in scores(song).items()}
    return {name: None if math.isnan(value) else value for name, value in found.items()}


@pytest.mark.parametrize("by", [1, 6, 11])
def test_transposition_changes_no_figure_at_all(lively: Song, by: int) -> None:
    here, there = values(lively), values(changed(lively, pitch=by))
    assert {name for name in here if here[name] != there[name]} <= ASKS_WHERE_NOTES_LIE


def test_the_order_of_tracks_changes_no_figure_at_all(lively: Song) -> None:
    assert values(replace(lively, tracks=lively.tracks[::-1])) == values(lively)


def test_each_gives_exactly_its_figures_within_their_range_and_a_reason_where_undefined(lively: Song) -> None:
    for evaluator in EVALUATORS:
        found = evaluator.score(Piece(lively))
        assert sorted(found) == sorted(measure.name for measure in evaluator.measures)
        for measure in evaluator.measures:
            score = found[measure.name]
            assert bool(score.reason) == math.isnan(score.value), measure.name
            assert math.isnan(score.value) or measure.low <= score.value <= measure.high, measure.name
            assert measure.law


def test_each_gives_reasons_and_no_numbers_for_an_empty_song() -> None:
    for name, score in scores(Song(480, ())).items():
        assert math.isnan(score.value), name
        assert score.reason == "no notes", name
