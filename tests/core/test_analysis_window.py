import numpy as np
import pytest

from popgen_core.analysis.piece import Piece, pieces_of
from popgen_core.analysis.window import bar_count, first_sounding_bar, place, window_of
from popgen_core.music.song import METER, TEMPO, Song, Track, notes_from, rows

TICKS = 480


def song(onsets: list[int], meters: list[tuple[int, int, int]] | None = None, **maps: object) -> Song:
    track = Track("lead", 80, False, notes_from((onset, 240, 60, 90) for onset in onsets))
    return Song(TICKS, (track,), meters=rows(METER, meters or [(0, 4, 4)]), **maps)


def steps(piece: Piece) -> list[int]:
    return piece.parts[0].step.tolist()


def test_a_note_lies_on_its_nearest_sixteenth_half_way_on_the_even_one() -> None:
    assert steps(Piece(song([0, 50, 60, 70, 180]))) == [0, 0, 0, 1, 2]  # a sixteenth is 120 ticks


def test_a_note_just_before_a_bar_line_belongs_to_the_bar_after_it() -> None:
    piece = Piece(song([0, 1910, 3840]), first_bar=1)
    assert steps(piece) == [0, 16]
    np.testing.assert_allclose(piece.parts[0].onset, [-10 / TICKS, 4.0])
    assert steps(Piece(song([0, 1910, 3840]), bars=1)) == [0]


def test_bars_of_three_quarters_and_of_six_eighths_have_twelve_steps() -> None:
    for meter in ((0, 3, 4), (0, 6, 8)):
        piece = Piece(song([0, 1440, 2880], [meter]))
        assert (piece.bars, piece.steps, piece.bar_beats) == (3, 12, 3.0)
        assert piece.grids["lead"].shape == (3, 12)


def test_only_the_bars_of_the_most_frequent_meter_count_and_are_laid_end_to_end() -> None:
    # two bars of 4/4, one of 3/4, one of 4/4
    piece = Piece(song([0, 1920, 3840, 5280], [(0, 4, 4), (3840, 3, 4), (5280, 4, 4)]))
    assert (piece.bars, piece.window.left_out, piece.window.meter) == (3, 1, (4, 4))
    assert steps(piece) == [0, 16, 32]
    assert piece.parts[0].onset.tolist() == [0.0, 4.0, 8.0]


def test_the_most_frequent_meter_need_not_be_the_last_and_of_equals_the_first_counts() -> None:
    assert Piece(song([0, 1920, 3840], [(0, 4, 4), (3840, 3, 4)])).window.meter == (4, 4)
    assert Piece(song([0, 1440, 3360], [(0, 3, 4), (1440, 4, 4)])).window.meter == (4, 4)
    assert Piece(song([0, 1440], [(0, 3, 4), (1440, 4, 4)])).window.meter == (3, 4)


def test_a_bar_cut_short_by_a_change_of_meter_is_left_out() -> None:
    piece = Piece(song([0, 1920, 2880], [(0, 4, 4), (2880, 4, 4)]))
    assert (piece.bars, piece.window.left_out) == (2, 1)
    assert steps(piece) == [0, 16]


def test_a_window_holds_no_more_bars_than_the_song() -> None:
    assert Piece(song([0, 1920 * 4])).bars == 5
    assert Piece(song([0, 1920 * 40])).bars == 32
    assert Piece(song([0, 1920 * 40]), first_bar=32).bars == 9
    assert Piece(song([0]), first_bar=7).bars == 0


def test_the_tempo_is_that_of_the_window_in_beats_over_minutes() -> None:
    slow_then_fast = rows(TEMPO, [(0, 1_000_000), (1920, 500_000)])  # 60 BPM for a bar, then 120
    found = Piece(song([0, 1920, 3840, 5760], tempos=slow_then_fast))
    assert found.tempo_bpm == pytest.approx(60 * 16 / 10)  # 16 beats in 4 + 6 seconds
    assert Piece(song([0, 1920], tempos=slow_then_fast), first_bar=1).tempo_bpm == pytest.approx(120)


def test_a_song_becomes_windows_of_32_bars_and_a_rest_of_12_or_more() -> None:
    def bars(of: Song) -> list[int]:
        return [piece.bars for piece in pieces_of(of)]

    assert bars(song([0, 1920 * 75])) == [32, 32, 12]
    assert bars(song([0, 1920 * 74])) == [32, 32]
    assert bars(song([0])) == [1]
    assert bars(song([])) == [0]


def test_windows_begin_with_the_first_bar_that_sounds_even_if_it_is_played_early() -> None:
    late = song([1920 * 3 - 10, 1920 * 20])
    assert first_sounding_bar(late) == 3
    assert [piece.bars for piece in pieces_of(late)] == [18]


def test_a_song_without_notes_has_no_bars() -> None:
    assert (bar_count(song([])), first_sounding_bar(song([]))) == (0, 0)
    assert window_of(song([]), 0, 32).bars == 0


def test_a_tick_outside_the_window_has_no_place() -> None:
    window = window_of(song([0, 1920, 3840]), 1, 1)
    assert place(window, np.array([0, 1920, 3840]), TICKS).inside.tolist() == [False, True, False]
