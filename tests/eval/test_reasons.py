"""What is undefined: a cause a line, with its songs counted once and the figures that lack them."""

from __future__ import annotations

import math

from popgen_core.contracts.evaluator import Score
from popgen_eval.report import FileScores, Report
from popgen_eval.telling.reasons import undefined_lines

NAN = math.nan


def report_of(*songs: dict[str, str]) -> Report:
    """A report of songs of which these figures are undefined for these reasons."""
    rows = tuple(FileScores(f"{place}", dict.fromkeys(why, NAN), why) for place, why in enumerate(songs))
    return Report(rows, tuple(dict.fromkeys(name for why in songs for name in why)))


def test_figures_of_one_cause_are_one_line() -> None:
    assert undefined_lines(report_of({"x": "no", "y": "no", "z": "never"})) == [
        (["x", "y"], "no (1 song)"),
        (["z"], "never (1 song)"),
    ]


def test_songs_too_short_are_said_once_however_short_they_are() -> None:
    songs = [dict.fromkeys(("x", "y"), f"bars of one meter: {bars}, needed: 12") for bars in (4, 7)]
    assert undefined_lines(report_of(*songs)) == [(["x", "y"], "too short: fewer than 12 bars of one meter (2 songs)")]


def test_how_few_there_were_makes_no_cause_of_its_own() -> None:
    songs = [{"x": f"{notes} lead notes over chords, needed: 24"} for notes in (18, 3)]
    assert undefined_lines(report_of(*songs)) == [(["x"], "fewer than 24 lead notes over chords (2 songs)")]


def test_a_song_that_lacks_two_figures_for_one_cause_is_one_song() -> None:
    assert undefined_lines(report_of({"x": "no"}, {"x": "no", "y": "no"})) == [(["x", "y"], "no (2 songs)")]


def test_what_leaves_out_most_comes_first_and_overall_names_no_figures() -> None:
    songs = [{"a": "rare"}, {"b": "often", "overall": "b undefined"}, {"b": "often"}]
    assert undefined_lines(report_of(*songs)) == [
        (["b"], "often (2 songs)"),
        (["overall"], "a headline figure is undefined (1 song)"),
        (["a"], "rare (1 song)"),
    ]


def test_measures_of_all_songs_are_told_by_their_reason() -> None:
    sets = {"far": Score(NAN, "too few songs"), "near": Score(NAN, "too few songs"), "there": Score(1.0)}
    assert undefined_lines(Report((), (), sets=sets)) == [(["far", "near"], "too few songs")]


def test_figures_of_copying_are_told_elsewhere() -> None:
    row = FileScores("a", {"copied_share": NAN}, {"copied_share": "no"})
    assert undefined_lines(Report((row,), ("copied_share",), learned=("copied_share",))) == []
