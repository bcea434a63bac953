"""What must not change the published figures and those of material: key, tempo, order of tracks, resolution."""

import math
from dataclasses import replace

import pytest
from changed_songs import changed

from popgen_core.analysis.piece import Piece
from popgen_core.music.song import METER, TEMPO, Song, rows
from popgen_eval.cards.published import PUBLISHED
from popgen_eval.judging.song import evaluator_named

EVALUATORS = [evaluator_named(card.name) for card in PUBLISHED]


def scores(song: Song) -> dict[str, float]:
    return {name: score.value for made in EVALUATORS for name, score in made.score(Piece(song)).items()}


def without(found: dict[str, float], *names: str) -> dict[str, float]:
    return {name: value for name, value in found.items() if name not in names}


def test_every_evaluator_gives_exactly_its_measures_within_their_range(lively: Song) -> None:
    for evaluator in EVALUATORS:
        found = evaluator.score(Piece(lively))
        assert list(found) == [measure.name for measure in evaluator.measures]
        for measure in evaluator.measures:
            assert measure.low <= found[measure.name].value <= measure.high
            assert measure.law


@pytest.mark.parametrize("by", range(1, 12))
def test_transposition_changes_nothing_at_all_but_what_is_out_of_range(lively: Song, by: int) -> None:
    moved = without(scores(changed(lively, pitch=by)), "pitch_range_violations")
    assert moved == without(scores(lively), "pitch_range_violations")


@pytest.mark.parametrize("microseconds", [1_000_000, 350_000])
def test_tempo_changes_nothing_at_all_but_notes_a_second(lively: Song, microseconds: int) -> None:
    slow, usual = scores(replace(lively, tempos=rows(TEMPO, [(0, microseconds)]))), scores(lively)
    assert without(slow, "density") == without(usual, "density")
    assert slow["density"] == pytest.approx(usual["density"] * 500_000 / microseconds)


def test_order_of_tracks_and_louder_notes_change_nothing_at_all(lively: Song) -> None:
    assert scores(replace(lively, tracks=lively.tracks[::-1])) == scores(lively)
    assert scores(changed(lively, velocity=20)) == scores(lively)


def test_finer_ticks_change_nothing(lively: Song) -> None:
    assert scores(changed(lively, times=2)) == pytest.approx(scores(lively))


def test_leading_bars_of_silence_change_nothing(lively: Song) -> None:
    later = changed(lively, start_tick=1920 * 7)
    found = {name: s.value for made in EVALUATORS for name, s in made.score(Piece(later, 7)).items()}
    assert found == pytest.approx(scores(lively), abs=1e-9)


def test_an_empty_song_and_bars_that_are_none_get_a_reason_and_not_a_number(lively: Song) -> None:
    reasons = {
        "no notes": Song(480, ()),
        "the meter map says 1/4: such bars cannot be compared": replace(lively, meters=rows(METER, [(0, 1, 4)])),
    }
    for reason, song in reasons.items():
        for evaluator in EVALUATORS:
            for score in evaluator.score(Piece(song)).values():
                assert math.isnan(score.value)
                assert score.reason == reason
