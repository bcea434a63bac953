import math
from dataclasses import replace

import pytest
from changed_songs import changed

from popgen_core.analysis.piece import Piece
from popgen_core.music.song import TEMPO, Song, rows
from popgen_eval.api import evaluate_songs
from popgen_eval.judging.song import HEADLINE_EVALUATORS, evaluator_named

FIGURES = 7  # five, onset_sync beside the third, and overall


def scores(song: Song) -> dict[str, float]:
    return dict(evaluate_songs([song], evaluators=HEADLINE_EVALUATORS).files[0].scores)


def test_all_figures_are_defined_and_neither_none_nor_all(lively: Song) -> None:
    found = scores(lively)
    assert len(found) == FIGURES
    assert all(0.02 < value < 0.98 for value in found.values()), found


@pytest.mark.parametrize("by", range(1, 12))
def test_transposition_changes_nothing_at_all(lively: Song, by: int) -> None:
    assert scores(changed(lively, pitch=by)) == scores(lively)


def test_order_of_tracks_changes_nothing_at_all(lively: Song) -> None:
    assert scores(replace(lively, tracks=lively.tracks[::-1])) == scores(lively)


def test_the_same_song_scores_the_same_every_time(lively: Song) -> None:
    assert scores(lively) == scores(lively)


def test_tempo_changes_nothing_up_to_125(lively: Song) -> None:
    for microseconds in (1_000_000, 480_000):
        assert scores(replace(lively, tempos=rows(TEMPO, [(0, microseconds)]))) == scores(lively)


def test_a_tempo_above_125_changes_rhythm_and_overall_only(lively: Song) -> None:
    fast, usual = scores(replace(lively, tempos=rows(TEMPO, [(0, 350_000)]))), scores(lively)
    assert {name for name in usual if fast[name] != usual[name]} == {"rhythm_accuracy", "overall"}


def test_leading_bars_of_silence_change_nothing(lively: Song) -> None:
    assert scores(changed(lively, start_tick=1920 * 7)) == pytest.approx(scores(lively), abs=1e-9)


def test_velocity_changes_nothing(lively: Song) -> None:
    assert scores(changed(lively, velocity=20)) == scores(lively)


def test_finer_ticks_change_nothing(lively: Song) -> None:
    tracks = []
    for track in lively.tracks:
        notes = track.notes.copy()
        notes["start_tick"] *= 2
        notes["length_ticks"] *= 2
        tracks.append(replace(track, notes=notes))
    assert scores(replace(lively, ticks_per_quarter=960, tracks=tuple(tracks))) == pytest.approx(scores(lively))


def test_every_evaluator_gives_exactly_its_measures_within_their_range(lively: Song) -> None:
    for evaluator in map(evaluator_named, HEADLINE_EVALUATORS):
        found = evaluator.score(Piece(lively))
        assert list(found) == [measure.name for measure in evaluator.measures]
        for measure in evaluator.measures:
            assert measure.low <= found[measure.name].value <= measure.high
            assert measure.better == "higher"
            assert measure.law


def test_every_evaluator_gives_a_reason_and_not_a_number_for_an_empty_song() -> None:
    for evaluator in map(evaluator_named, HEADLINE_EVALUATORS):
        for score in evaluator.score(Piece(Song(480, ()))).values():
            assert math.isnan(score.value)
            assert score.reason == "no notes"
