import math
from dataclasses import replace

import pytest
from changed_songs import changed

from popgen_core.analysis.piece import Piece
from popgen_core.music.song import TEMPO, Song, rows
from popgen_eval.cards.craft import CRAFT
from popgen_eval.judging.song import evaluator_named, score_piece

EVALUATORS = [evaluator_named(card.name) for card in CRAFT]
ABOUT_TEMPO = ("micro_timing", "tempo_stability")
DESCRIPTIVE = ("micro_timing", "complementary_motion", "rhythmic_complexity", "string_support", "string_spread")


@pytest.fixture
def sectioned(lively: Song) -> Song:
    """The lively song, whose lead and others rest in the second half and whose strings rest in the first."""
    tracks = []
    for track in lively.tracks:
        late = track.notes["start_tick"] >= 8 * 1920 - 60
        rests = late if track.name in ("lead", "others") else ~late & (track.name == "strings")
        tracks.append(replace(track, notes=track.notes[~rests]))
    return replace(lively, tracks=tuple(tracks))


def scores(song: Song) -> dict[str, float]:
    return {name: score.value for name, score in score_piece(Piece(song), EVALUATORS).items()}


def test_all_figures_are_defined_within_their_range_and_most_are_not_at_its_end(sectioned: Song) -> None:
    found = score_piece(Piece(sectioned), EVALUATORS)
    measures = [measure for evaluator in EVALUATORS for measure in evaluator.measures]
    assert list(found) == [measure.name for measure in measures]
    for measure in measures:
        assert measure.low <= found[measure.name].value <= measure.high, measure.name
        assert measure.law
        assert measure.better == ("none" if measure.name.startswith(DESCRIPTIVE) else "higher")
    assert sum(score.value in (0.0, 1.0) for score in found.values()) <= 3


@pytest.mark.parametrize("by", range(1, 12))
def test_transposition_changes_nothing_at_all(sectioned: Song, by: int) -> None:
    assert scores(changed(sectioned, pitch=by)) == scores(sectioned)


def test_tempo_changes_only_the_figures_about_tempo(sectioned: Song) -> None:
    usual = scores(sectioned)
    for microseconds in (1_000_000, 350_000):
        found = scores(replace(sectioned, tempos=rows(TEMPO, [(0, microseconds)])))
        off = {name for name in usual if found[name] != usual[name]}
        assert off == {name for name in usual if name.startswith("micro_timing")}
        assert found["micro_timing"] == pytest.approx(usual["micro_timing"] * microseconds / 500_000)


def test_order_of_tracks_changes_nothing_at_all(sectioned: Song) -> None:
    assert scores(replace(sectioned, tracks=sectioned.tracks[::-1])) == scores(sectioned)


def test_velocity_as_a_whole_changes_nothing_but_support(sectioned: Song) -> None:
    usual, louder = scores(sectioned), scores(changed(sectioned, velocity=20))
    assert {name for name in usual if louder[name] != usual[name]} <= {"string_support"}


def test_leading_bars_of_silence_change_nothing(sectioned: Song) -> None:
    late = {
        name: score.value
        for name, score in score_piece(Piece(changed(sectioned, start_tick=1920 * 7), 7), EVALUATORS).items()
    }
    assert late == pytest.approx(scores(sectioned), abs=1e-9)


def test_finer_ticks_change_nothing(sectioned: Song) -> None:
    tracks = []
    for track in sectioned.tracks:
        notes = track.notes.copy()
        notes["start_tick"] *= 2
        notes["length_ticks"] *= 2
        tracks.append(replace(track, notes=notes))
    assert scores(replace(sectioned, ticks_per_quarter=960, tracks=tuple(tracks))) == pytest.approx(scores(sectioned))


def test_an_empty_song_has_a_reason_and_no_number() -> None:
    for score in score_piece(Piece(Song(480, ())), EVALUATORS).values():
        assert math.isnan(score.value)
        assert score.reason == "no notes"
