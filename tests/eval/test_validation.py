"""Validation: separations by hand, what is material and what not, what must not change a figure."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from popgen_core.analysis.piece import Piece
from popgen_core.contracts.evaluator import Measure, Score
from popgen_core.errors import PopgenError, RecipeError
from popgen_core.music import Song, Track, notes_from, rows, song_to_midi
from popgen_core.music.song import METER, TEMPO
from popgen_eval.corruptions import CORRUPTIONS, CROSSING
from popgen_eval.judging.song import HEADLINE_EVALUATORS
from popgen_eval.validation import validate as validating
from popgen_eval.validation.invariance import invariance, roll20, transposed
from popgen_eval.validation.material import Material, unfit
from popgen_eval.validation.separation import separation
from popgen_eval.validation.spoil import REAL, WHOLE, Bench
from popgen_eval.validation.table import markdown, separation_rows
from popgen_eval.validation.targets import TARGETS
from popgen_eval.validation.validate import Validation, piece_figures, reached, validate

BAR = 1920


def array(*values: float) -> np.ndarray:
    return np.array(values, dtype=np.float64)


def test_a_separation_by_hand() -> None:
    """3 and 1 against 2 and 0, one song undefined: of four pairs three are won; both songs beat their own copy."""
    row = separation("noise", "x", array(3, 1, math.nan), array(2, 0, 5))
    assert (row.n, row.real_mean, row.corrupted_mean) == (2, 2.0, 1.0)
    assert (row.auc, row.paired) == (0.75, 1.0)
    assert row.d == pytest.approx(1 / math.sqrt(2))  # both have a variance of 2
    wider = separation("noise", "x", array(3, 1), array(4, -2))  # variances 2 and 18
    assert wider.d == pytest.approx(1 / math.sqrt(10))
    # the songs drawn are 3 3, 3 1, 1 3 or 1 1, with chances 1/4, 1/2, 1/4: their AUC is 1, .75, 1
    assert (row.low, row.high) == (0.75, 1.0)


def test_where_less_is_better_the_lower_song_wins() -> None:
    row = separation("noise", "x", array(1, 2), array(3, 4), "lower")
    assert (row.auc, row.paired) == (1.0, 1.0)
    assert (row.real_mean, row.corrupted_mean) == (1.5, 3.5)
    assert row.d == pytest.approx(2 / math.sqrt(0.5))
    assert separation("noise", "x", array(1, 2), array(3, 4), "none").auc == 0.0


def test_ties_count_half_and_nothing_is_told_of_nothing() -> None:
    assert separation("a", "x", array(1, 1), array(1, 1)).auc == 0.5
    assert math.isnan(separation("a", "x", array(1, 1), array(1, 1)).d)
    alone = separation("a", "x", array(2), array(1))
    assert alone.auc == 1.0
    assert math.isnan(alone.low)
    assert separation("a", "x", array(math.nan), array(1)).n == 0


def test_an_interval_narrows_with_more_songs() -> None:
    random = np.random.default_rng(0)
    few, many = (separation("a", "x", random.normal(1, 1, n), random.normal(0, 1, n)) for n in (20, 320))
    assert few.high - few.low > 2.5 * (many.high - many.low)
    # two normals one sd apart: AUC .760; its standard error by Hanley and McNeil at 320 songs is about .019
    assert many.high - many.low == pytest.approx(2 * 1.96 * 0.019, rel=0.2)
    assert many.low < 0.760 < many.high


def test_a_target_is_reached_when_the_interval_comes_within_the_slack() -> None:
    row = separation("pitchperm", "note_coherence", array(1, 2), array(0, 0))
    assert TARGETS["note_coherence"]["pitchperm"] == 0.98
    assert reached(replace(row, high=0.951))
    assert not reached(replace(row, high=0.949))
    assert reached(replace(row, high=math.nan)) is False
    assert reached(replace(row, corruption="shufbar")) is None


def test_targets_are_of_figures_that_exist_and_over_a_half() -> None:
    figures = piece_figures()[1]
    assert set(TARGETS) <= set(figures)
    assert all(0.5 < target <= 1 for targets in TARGETS.values() for target in targets.values())


def band(track: Callable[..., Track], *without: str, bars: int = 14) -> Song:
    names = ("drums", "bass", "chords", "lead")
    notes = [(beat * 480, 400, 40 + 7 * (beat % 2)) for beat in range(4)]
    return Song(480, tuple(track(name, *notes, bars=bars) for name in names if name not in without))


def test_what_is_material(track: Callable[..., Track]) -> None:
    assert unfit(band(track)) == ""
    assert unfit(band(track, "drums")) == "no drums"
    assert unfit(band(track, "drums", "bass")) == "no drums and no bass"
    assert unfit(band(track, "lead")) == "fewer than 2 pitched groups beside the bass"
    assert unfit(band(track, bars=11)) == "fewer than 12 bars"
    waltz = rows(METER, [(0, 3, 4)])
    assert unfit(replace(band(track), meters=waltz)) == "not in 4/4 in the first 32 bars"
    later = rows(METER, [(0, 4, 4), (BAR * 32, 3, 4)])
    assert unfit(replace(band(track, bars=40), meters=later)) == ""
    assert unfit(replace(band(track, bars=40), meters=later), bars=33) == "not in 4/4 in the first 33 bars"


def test_twenty_frames_a_second_move_notes_to_frames(track: Callable[..., Track]) -> None:
    """At 120 BPM a frame is 48 ticks: 130 goes to frame 3 (144), its end at 530 to frame 11 (528)."""
    song = Song(480, (Track("lead", 0, False, notes_from([(130, 400, 60, 90)])),))
    assert roll20(song).tracks[0].notes.tolist() == [(144, 384, 60, 90)]
    assert roll20(roll20(song)).tracks[0].notes.tolist() == roll20(song).tracks[0].notes.tolist()


def test_three_semitones_up_or_nine_down_and_drums_as_they_are() -> None:
    drums = Track("drums", 0, True, notes_from([(0, 10, 38, 90)]))
    for pitch, to in ((60, 63), (124, 127), (125, 116)):
        song = Song(480, (drums, Track("lead", 0, False, notes_from([(0, 480, pitch, 90)]))))
        assert [int(track.notes["pitch"][0]) for track in transposed(song).tracks] == [38, to]


def test_an_invariance_by_hand() -> None:
    row = invariance("x", "roll20", array(1, 2, math.nan), array(1.5, 2, 3))
    assert (row.mean_change, row.largest_change, row.n, row.exact) == (0.25, 0.5, 2, False)
    assert invariance("x", "roll20", array(1), array(1 + 1e-12)).exact


@pytest.fixture(scope="module")
def real(lively: Song, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three lively songs and one without drums."""
    place = tmp_path_factory.mktemp("real")
    for number in range(3):
        up = tuple(
            t if t.is_drum else replace(t, notes=notes_from([(a, b, c + number, d) for a, b, c, d in t.notes.tolist()]))
            for t in lively.tracks
        )
        (place / f"{number}.mid").write_bytes(song_to_midi(Song(480, up, rows(TEMPO, [(0, 500_000)]))))
    (place / "z.mid").write_bytes(song_to_midi(Song(480, tuple(t for t in lively.tracks if not t.is_drum))))
    return place


@pytest.fixture(scope="module")
def found(real: Path) -> Validation:
    return validate(real)


def test_every_figure_meets_every_corruption(found: Validation) -> None:
    assert len(found.material.names) == 3
    assert dict(found.material.unfit) == {"no drums": 1}
    cells = {(row.figure, row.corruption) for row in found.separations}
    assert cells == {(figure, name) for figure in found.figures for name in (*CORRUPTIONS, *CROSSING)}
    noise = next(row for row in found.separations if (row.figure, row.corruption) == ("overall", "noise"))
    assert (noise.auc, noise.n) == (1.0, 3)
    moved = {row.figure for row in found.invariances if row.check == "transpose" and row.largest_change >= 1e-9}
    assert moved <= {"pitch_range_violations"}  # the one figure that asks where a note lies


def test_two_workers_find_what_one_does(real: Path, found: Validation) -> None:
    assert json.dumps(validate(real, workers=2).to_json()) == json.dumps(found.to_json())


def test_a_song_is_spoiled_the_same_way_whatever_other_songs_there_are(lively: Song) -> None:
    def noise(names: str, number: int, seed: int = 0) -> float:
        bench = Bench(Material(tuple(names), (lively,) * len(names), 32, {}, ()), ("note_coherence.v1",), seed)
        return bench.song(number).scores["noise"]["note_coherence"]

    assert noise("ab", 1) == noise("b", 0)
    assert noise("ab", 0) != noise("ab", 1)
    assert noise("b", 0) != noise("b", 0, seed=1)


def test_chosen_figures_are_the_only_ones(real: Path) -> None:
    found = validate(real, limit=2, figures=["onset_sync"])
    assert len(found.material.names) == 2
    assert {row.figure for row in found.separations} == {"onset_sync"}


class TempoChanges:
    scope = "piece"
    measures = (Measure("tempos", "tempos", 0, 9, "none", "rows of the tempo map"),)

    def score(self, piece: Piece) -> dict[str, Score]:
        return {"tempos": Score(float(len(piece.song.tempos)))}


def test_a_song_as_it_is_keeps_its_tempo_map_and_an_excerpt_has_one_tempo(track: Callable[..., Track]) -> None:
    song = replace(band(track), tempos=rows(TEMPO, [(0, 500_000), (BAR, 400_000)]))
    bench = Bench(Material(("a",), (song,), 32, {}, ()), (), 0)
    bench.evaluators = [TempoChanges()]
    scores = bench.song(0).scores
    assert (scores[WHOLE]["tempos"], scores[REAL]["tempos"], scores["jitter"]["tempos"]) == (2, 1, 1)


def test_overall_brings_the_figures_that_it_is_made_of() -> None:
    names, figures = piece_figures(["overall"])
    assert names == HEADLINE_EVALUATORS
    assert list(figures) == ["overall"]
    with pytest.raises(RecipeError, match="no figure is called beauty"):
        piece_figures(["beauty"])


def test_a_corruption_that_fails_is_told_and_leaves_the_others(real: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(song: Song, random: np.random.Generator) -> Song:
        raise IndexError("no such bar")

    monkeypatch.setitem(CORRUPTIONS, "jitter", broken)
    failing = validate(real, figures=["rhythm_accuracy"])
    assert dict(failing.failed) == {"jitter: IndexError: no such bar": 3}
    rows_of = {row.corruption: row for row in failing.separations}
    assert (rows_of["jitter"].n, rows_of["stepperm"].n) == (0, 3)
    assert rows_of["jitter"] in failing.missed


def test_a_target_against_an_unknown_corruption_is_told(real: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(validating, "TARGETS", {"note_coherence": {"thunder": 0.9}})
    assert validate(real, limit=1, figures=["note_coherence"]).unknown == ("note_coherence against thunder",)


def test_the_page_names_songs_left_out_and_every_target(found: Validation) -> None:
    page = markdown(found)
    assert "3 songs of `real" in page
    assert "1 no drums" in page
    assert page.count("| overall | ") == 1 + sum(row.figure == "overall" for row in found.targeted)


def test_no_song_to_validate_on_is_told(tmp_path: Path, track: Callable[..., Track]) -> None:
    (tmp_path / "a.mid").write_bytes(song_to_midi(band(track, "drums")))
    with pytest.raises(PopgenError, match="no song to validate on") as raised:
        Material.read(tmp_path)
    assert raised.value.hint == "1: no drums"


def test_fewer_than_thirty_songs_neither_reach_nor_miss_a_target(found: Validation) -> None:
    row = replace(found.targeted[0], high=0.0, n=29)
    told = [
        replace(found, separations=(replace(row, n=n, high=high),)) for n, high in ((29, 0.0), (30, 0.0), (30, 1.0))
    ]
    assert [(len(one.few), len(one.missed)) for one in told] == [(1, 0), (0, 1), (0, 0)]
    assert [separation_rows(one)[0][-1] for one in told] == ["too few", "NO", "yes"]
    assert told[0].summary == "3 songs; 0 of 1 targets reached, 0 missed, 1 with too few songs (under 30)"
    assert told[2].summary == "3 songs; 1 of 1 targets reached, 0 missed"
