import math
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from popgen_core.contracts.evaluator import Measure, Score
from popgen_core.errors import PopgenError, RecipeError
from popgen_core.groupers.seven import Seven
from popgen_core.music.midi import song_to_midi
from popgen_core.music.song import Song
from popgen_eval.api import evaluate, evaluate_songs, midi_files
from popgen_eval.cards import CURRENT
from popgen_eval.judging.song import evaluator_named
from popgen_eval.metrics.coherence import NoteCoherence
from popgen_eval.metrics.families import family_of
from popgen_eval.metrics.rhythm import RhythmAccuracy

HEADLINE = [
    "note_coherence", "rhythm_accuracy", "cross_track_sync", "harmonic_consistency", "structure_coherence",
]  # fmt: skip


class FirstBar:
    """The number of the window's first bar; fails or stays silent when told to."""

    @dataclass(frozen=True)
    class Config:
        fail: bool = False
        silent_from: int = 999

    scope = "piece"
    measures = (Measure("first_bar", "bars", 0, 999, "none", "number of the first bar"),)

    def __init__(self, config: Config | None = None) -> None:
        self.config = config or self.Config()

    def score(self, piece) -> dict[str, Score]:
        if self.config.fail:
            raise ZeroDivisionError("of no use")
        first = int((piece.window.index == 0).argmax())
        return {"first_bar": Score(math.nan, "too late") if first >= self.config.silent_from else Score(float(first))}


@pytest.fixture
def long_song(track) -> Song:
    return Song(480, (track("lead", (0, 480, 60), (480, 480, 64), bars=76),))


def first_bar(song: Song, **options) -> float:
    config = FirstBar.Config(silent_from=options.pop("silent_from", 999))
    return evaluate_songs([song], evaluators=[FirstBar(config)], **options).files[0].scores["first_bar"]


def test_the_headline_comes_first_then_overall_then_the_named_figures_then_hints(lively: Song) -> None:
    names = list(evaluate_songs([lively]).names)
    assert names[:6] == [*HEADLINE, "overall"]
    families = [family_of(name) for name in names]
    assert families == sorted(families, key=["headline", "overall", "named", "exploratory"].index)
    assert set(evaluate_songs([lively]).files[0].scores) == set(names)


def test_without_a_choice_every_evaluator_of_a_piece_by_itself_judges(lively: Song) -> None:
    made = [evaluator_named(card.name) for card in CURRENT]
    figures = {measure.name for each in made if each.scope == "piece" for measure in each.measures}
    assert set(evaluate_songs([lively]).names) == figures | {"overall"}


def test_figures_are_shown_by_family_in_whatever_order_their_evaluators_were_named(lively: Song) -> None:
    chosen = [FirstBar(), "cross_track_sync.v1", "note_coherence.v1"]
    names = evaluate_songs([lively], evaluators=chosen).names
    assert names == ("note_coherence", "cross_track_sync", "onset_sync", "first_bar")


def test_more_evaluators_judge_beside_and_a_built_in_is_not_judged_twice(lively: Song) -> None:
    names = evaluate_songs([lively], also=[FirstBar(), "note_coherence.v1"]).names
    assert names.count("note_coherence") == 1
    assert "first_bar" in names


def test_windows_are_told_each_with_its_bars(long_song: Song) -> None:
    row = evaluate_songs([long_song], evaluators=[FirstBar(FirstBar.Config(silent_from=64))]).files[0]
    assert row.bars == ((1, 32), (33, 32), (65, 12))
    assert row.windows["first_bar"][:2] == (0, 32)
    assert math.isnan(row.windows["first_bar"][2])
    assert evaluate_songs([long_song], evaluators=[FirstBar()], window="first").files[0].windows == {}


def test_overall_is_told_window_by_window_too(lively: Song) -> None:
    tracks = tuple(
        replace(part, notes=np.concatenate([part.notes, later(part.notes, 16 * 1920)])) for part in lively.tracks
    )
    row = evaluate_songs([replace(lively, tracks=tracks)], bars=16).files[0]
    for number in (0, 1):
        product = math.prod(row.windows[name][number] for name in HEADLINE)
        assert row.windows["overall"][number] == pytest.approx(product**0.2)


def later(notes, ticks: int):
    moved = notes.copy()
    moved["start_tick"] += ticks
    return moved


def test_a_score_is_the_mean_over_windows_where_it_is_defined(long_song: Song) -> None:
    assert first_bar(long_song) == (0 + 32 + 64) / 3
    assert first_bar(long_song, window="first") == 0
    assert first_bar(long_song, bars=12) == (0 + 12 + 24 + 36 + 48 + 60) / 6  # the last 4 bars are too few
    assert first_bar(long_song, silent_from=64) == (0 + 32) / 2


def test_a_figure_defined_in_no_window_has_a_reason(long_song: Song) -> None:
    report = evaluate_songs([long_song], evaluators=[FirstBar(FirstBar.Config(silent_from=0))])
    assert math.isnan(report.files[0].scores["first_bar"])
    assert report.files[0].reasons == {"first_bar": "too late"}


def test_an_evaluator_that_fails_costs_its_own_figures_only(lively: Song) -> None:
    report = evaluate_songs([lively], evaluators=[FirstBar(FirstBar.Config(fail=True)), RhythmAccuracy()])
    assert report.files[0].reasons == {"first_bar": "FirstBar failed: ZeroDivisionError: of no use"}
    assert report.files[0].scores["rhythm_accuracy"] > 0


def test_overall_is_made_from_the_scores_of_the_row_and_only_with_all_five(lively: Song) -> None:
    scores = evaluate_songs([lively]).files[0].scores
    product = math.prod(scores[name] for name in HEADLINE)
    assert scores["overall"] == pytest.approx(product**0.2)
    assert evaluate_songs([lively], evaluators=[NoteCoherence()]).names == ("note_coherence",)


def test_songs_are_grouped_first(lively: Song, track) -> None:
    renamed = {"chords": "Grand Piano", "lead": "Vocals", "bass": "Fretless Bass"}
    tracks = tuple(replace(part, name=renamed.get(part.name, part.name)) for part in lively.tracks)
    assert evaluate_songs([replace(lively, tracks=tracks)]).files == evaluate_songs([lively]).files


def test_songs_have_names(lively: Song) -> None:
    assert [row.path for row in evaluate_songs([lively, lively]).files] == ["song 1", "song 2"]
    assert evaluate_songs([lively], names=["mine"]).files[0].path == "mine"


@pytest.fixture
def folder(tmp_path: Path, lively: Song) -> Path:
    midi = song_to_midi(lively)
    (tmp_path / "deep" / "er").mkdir(parents=True)
    (tmp_path / "deep" / "er" / "b.MIDI").write_bytes(midi)
    (tmp_path / "a.Mid").write_bytes(midi)
    (tmp_path / "c.kar").write_bytes(b"MThd, but no more")
    (tmp_path / "notes.txt").write_text("no MIDI")
    (tmp_path / "folder.mid").mkdir()
    return tmp_path


def test_a_folder_is_all_midi_files_in_it_sorted(folder: Path) -> None:
    assert [path.name for path in midi_files(folder)] == ["a.Mid", "c.kar", "b.MIDI"]
    assert midi_files([folder / "c.kar", str(folder / "deep")])[1].name == "b.MIDI"


def test_a_file_that_cannot_be_read_is_a_row_with_an_error(folder: Path, lively: Song) -> None:
    report = evaluate(folder)
    assert [bool(row.error) for row in report.files] == [False, True, False]
    assert "cannot be judged" not in report.files[1].error  # the reader says what is wrong with it
    assert report.files[0].scores == report.files[2].scores
    assert report.files[0].scores == pytest.approx(evaluate_songs([lively]).files[0].scores, nan_ok=True)
    assert report.summary["overall"].n == 2


def test_what_was_mended_to_read_a_file_is_told(folder: Path) -> None:
    damaged = bytearray((folder / "a.Mid").read_bytes())
    note = damaged.index(b"\x99")  # the first drum hit: its velocity becomes no data byte
    damaged[note + 2] = 200
    (folder / "a.Mid").write_bytes(bytes(damaged))
    assert evaluate(folder / "a.Mid").files[0].repairs == ("data bytes over 127 in 1 event limited to 127",)


def test_a_grouper_that_fails_on_a_file_does_not_stop_the_run(folder: Path) -> None:
    class Failing(Seven):
        def group(self, song: Song):
            raise KeyError("piano")

    report = evaluate(folder, grouper=Failing())
    assert [row.error for row in report.files][::2] == ["it cannot be judged: KeyError: 'piano'"] * 2


def test_one_file_is_judged_whatever_its_ending(folder: Path, lively: Song) -> None:
    (folder / "song.bin").write_bytes(song_to_midi(lively))
    assert not evaluate(folder / "song.bin").errors


def test_nothing_to_judge_is_said(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(PopgenError, match="there is no file or folder"):
        evaluate(tmp_path / "gone.mid")
    with pytest.raises(PopgenError, match="no MIDI files in"):
        evaluate(tmp_path / "folder.mid")


def test_a_request_that_cannot_be_met_is_refused_before_any_work(lively: Song) -> None:
    with pytest.raises(RecipeError, match="windows of 11 bars"):
        evaluate_songs([lively], bars=11)
    with pytest.raises(RecipeError, match="window 'last'"):
        evaluate_songs([lively], window="last")
    with pytest.raises(RecipeError, match="two evaluators make 'note_coherence'"):
        evaluate_songs([lively], evaluators=[NoteCoherence(), NoteCoherence()])
    needs_more = NoteCoherence()
    needs_more.scope = "set"
    with pytest.raises(RecipeError, match="scope 'set'"):
        evaluate_songs([lively], evaluators=[needs_more])
