"""Copying is of the whole song: what crosses a window's line and what stands at a song's end is found too."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from popgen_core.analysis.piece import whole_song
from popgen_core.contracts.evaluator import Measure, Score
from popgen_core.music.song import METER, Song, Track, notes_from, rows
from popgen_eval.api import evaluate_songs
from popgen_eval.copying import Copying, runs
from popgen_eval.report import FileScores

Bars = list[list[tuple[int, int]]]  # (sixteenth of the bar, pitch) of each note of each bar


def made(seed: int, bars: int) -> Bars:
    """Bars of five notes each, unlike any of another seed: every two of them tell."""
    random = np.random.default_rng(seed)
    return [[(int(step), int(random.integers(50, 80))) for step in random.permutation(16)[:5]] for _ in range(bars)]


def song(bars: Bars, by: int = 0) -> Song:
    notes = [(1920 * bar + 120 * at, 120, pitch + by, 90) for bar, some in enumerate(bars) for at, pitch in some]
    return Song(480, (Track("lead", 0, False, notes_from(sorted(notes))),))


def judged(mine: Bars, by: int, training: Bars, **options) -> FileScores:
    """The row of a song of these bars, so many semitones higher, against a training song."""
    [row] = evaluate_songs(
        [song(mine, by)], names=["mine"], training=[song(training)], evaluators=[Copying()], **options
    ).files
    return row


OPTIONS = ({}, {"bars": 16}, {"bars": 64}, {"window": "first"})
FOUR = made(1, 20)[8:12]


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize("by", [0, 5])
def test_four_bars_across_a_windows_line_are_found_whatever_the_windows(by: int, options: dict) -> None:
    """Bars 31 to 34 of 40: 3 of 39 pairs of neighbouring bars."""
    row = judged([*made(2, 30), *FOUR, *made(3, 6)], by, made(1, 20), **options)
    assert (row.scores["copied_share"], row.scores["copied_run"]) == (3 / 39, 4)
    assert (row.scores["copied_share_lead"], row.scores["copied_run_lead"]) == (3 / 39, 4)
    assert row.notes["copied_share"] == "most in song 1: 8%"
    assert row.windows == {}


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize("by", [0, -7])
def test_a_songs_last_four_bars_are_found_although_a_window_of_four_is_none(by: int, options: dict) -> None:
    """Bars 33 to 36 of 36: 3 of 35 pairs of neighbouring bars."""
    row = judged([*made(2, 32), *FOUR], by, made(1, 20), **options)
    assert (row.scores["copied_share"], row.scores["copied_run"]) == (3 / 35, 4)


def test_a_run_is_as_long_as_the_song() -> None:
    assert judged(made(1, 70), 2, made(1, 70)).scores["copied_run"] == 70


def test_what_training_songs_play_across_windows_and_at_their_end_is_known() -> None:
    row = judged(made(1, 36)[30:36] + made(2, 10), 3, made(1, 36))
    assert (row.scores["copied_share"], row.scores["copied_run"]) == (5 / 15, 6)


def in_three(bars: Bars, three: int) -> Song:
    """A song whose bars are in 4/4 but for the last, in 3/4; what falls behind their third beat is left away."""
    four = len(bars) - three
    starts = [1920 * bar if bar < four else 1920 * four + 1440 * (bar - four) for bar in range(len(bars))]
    notes = [(starts[bar] + 120 * at, 120, pitch, 90) for bar, some in enumerate(bars) for at, pitch in some
             if bar < four or at < 12]  # fmt: skip
    meters = rows(METER, [(0, 4, 4), (1920 * four, 3, 4)])
    return replace(Song(480, (Track("lead", 0, False, notes_from(sorted(notes))),)), meters=meters)


def test_bars_of_the_rarer_meter_are_judged_and_learned_too() -> None:
    """20 bars in 4/4, 6 in 3/4, all in one window: 5 pairs of bars in 3/4 among 24."""
    full = [[(0, 60 + bar % 7), (2, 62), (4, 71 - bar % 5), (6, 65), (10, 67 + bar % 3)] for bar in range(26)]
    known, new = in_three([*made(4, 20), *full[20:]], 6), in_three([*made(5, 20), *full[20:]], 6)
    assert [(piece.window.meter, piece.bars) for piece in whole_song(known)] == [((4, 4), 20), ((3, 4), 6)]
    [row] = evaluate_songs([new], training=[known], evaluators=[Copying()]).files
    assert (row.scores["copied_share"], row.scores["copied_run"]) == (5 / 24, 6)


def test_a_whole_song_is_one_piece_however_short_or_empty() -> None:
    assert [piece.bars for piece in whole_song(song(made(1, 3)))] == [3]
    assert [piece.reason for piece in whole_song(Song(480, ()))] == ["no notes"]
    early = Song(480, (Track("lead", 0, False, notes_from([(1919, 120, 60, 90)])),))
    assert len(whole_song(early)) == 1  # its only note is played a little before the second bar
    [row] = evaluate_songs([early, Song(480, ())][:1], training=[song(made(1, 3))], evaluators=[Copying()]).files
    assert "copied_share" in row.reasons


def test_a_long_song_is_looked_for_in_parts_and_nothing_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    loop, mine = made(1, 5) * 8, made(2, 6) + made(1, 5) * 2
    at_once = judged(mine, 4, loop)
    monkeypatch.setattr(runs, "CELLS", 1)
    monkeypatch.setattr(runs, "ASKED", 2)
    assert judged(mine, 4, loop) == at_once
    assert at_once.scores["copied_run"] == 10


class Counting:
    """Counts the bars of what it is handed."""

    scope = "training"
    measures = tuple(Measure(name, "count", 0, 999, "none", "counted") for name in ("bars", "pieces"))

    def __init__(self, whole: bool) -> None:
        self.whole_songs = whole
        self.learned: list[int] = []

    def learn(self, training):
        self.learned = [piece.bars for _, piece in training]
        return lambda *pieces: {
            "bars": Score(float(sum(piece.bars for piece in pieces))),
            "pieces": Score(float(len(pieces))),
        }


@pytest.mark.parametrize(("whole", "bars", "learned"), [(True, 80, [40]), (False, 80 / 3, [32, 8])])
def test_evaluators_that_ask_for_whole_songs_get_them_and_others_windows(
    whole: bool, bars: float, learned: list[int]
) -> None:
    counting = Counting(whole)
    [row] = evaluate_songs([song(made(1, 80))], training=[song(made(2, 40))], evaluators=[counting]).files
    assert counting.learned == learned
    assert (row.scores["bars"], row.scores["pieces"]) == (pytest.approx(bars), 1)
