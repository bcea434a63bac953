"""A plan on a grid: which half bar each frame stands in, and which frames come back."""

from __future__ import annotations

import numpy as np

from popgen_core.music import BeatGrid, SecondsGrid, Song, Track, notes_from, rows
from popgen_core.music.song import METER
from popgen_core.plan import Chord, Plan, Recall, Section
from popgen_core.plan.features import CONTROLS, half_bars
from popgen_core.plan.found import plan_of
from popgen_core.plan.told import Told

GRID = BeatGrid(4)  # a frame is 120 ticks


def song_of(*meters: tuple[int, int, int]) -> Song:
    """A song without notes whose meters (tick, numerator, denominator) are these."""
    return Song(480, (), meters=rows(METER, meters))


def halves(song: Song, stop: int, start: int = 0, grid: BeatGrid | SecondsGrid = GRID) -> list[tuple[int, int]]:
    """Half bars of frames, as (half bar, how many frames)."""
    found, counts = np.unique(half_bars(song, grid, start, stop), return_counts=True)
    return list(zip(found.tolist(), counts.tolist(), strict=True))


def test_a_bar_of_four_quarters_has_halves_of_eight_sixteenths() -> None:
    assert half_bars(song_of((0, 4, 4)), GRID, 0, 20).tolist() == [0] * 8 + [1] * 8 + [2] * 4


def test_three_quarters_are_halved_in_the_middle_of_the_second() -> None:
    assert half_bars(song_of((0, 3, 4)), GRID, 0, 14).tolist() == [0] * 6 + [1] * 6 + [2] * 2
    assert half_bars(song_of((0, 3, 8)), GRID, 0, 8).tolist() == [0, 0, 0, 1, 1, 1, 2, 2]


def test_a_pick_up_is_a_bar_of_its_own() -> None:
    assert halves(song_of((0, 1, 4), (480, 4, 4)), 20) == [(0, 2), (1, 2), (2, 8), (3, 8)]


def test_a_change_of_meter_begins_a_bar_and_one_inside_a_bar_cuts_it_short() -> None:
    assert halves(song_of((0, 4, 4), (1920, 3, 4)), 28) == [(0, 8), (1, 8), (2, 6), (3, 6)]
    # after two and a half quarters: half bar 1 has two sixteenths
    assert halves(song_of((0, 4, 4), (1200, 3, 4)), 22) == [(0, 8), (1, 2), (2, 6), (3, 6)]


def test_frames_of_equal_time_stand_in_half_bars_too_and_those_before_the_song_in_the_first() -> None:
    # at 120 a minute a quarter is ten frames of 1/20 second
    assert halves(song_of((0, 4, 4)), 80, grid=SecondsGrid(20)) == [(0, 20), (1, 20), (2, 20), (3, 20)]
    assert half_bars(song_of((0, 4, 4)), GRID, -3, 1).tolist() == [0, 0, 0, 0]


ENERGIES = Plan((Section("a", 1, energy=0.0), Section("b", 1, energy=1.0)), (None,) * 4, (None,) * 2)


def test_before_the_song_nothing_is_told_behind_its_last_bar_what_was_told_there_then_nothing() -> None:
    told = Told.of(ENERGIES, song_of((0, 4, 4)), GRID, ("energy",), ("bass",), 40)
    assert told.parts == (("energy", 2),)
    assert told.at(-2, 2).tolist() == [[0, 0], [0, 0], [1, -1], [1, -1]]
    assert told.at(15, 17).tolist() == [[1, -1], [1, 1]]
    assert told.at(38, 42).tolist() == [[1, 1], [1, 1], [0, 0], [0, 0]]
    assert told.at(-4, -1).tolist() == [[0, 0]] * 3
    assert told.at(50, 52).tolist() == [[0, 0]] * 2
    assert told.at(-1, 42).shape == (43, 2)
    chords = Plan((Section("a", 1),), (Chord(0), Chord(7)), (None,))
    roots = Told.of(chords, song_of((0, 4, 4)), GRID, ("chord",), ("bass",), 40).at(0, 40)[:, :12].argmax(1)
    assert roots.tolist() == [0] * 8 + [7] * 32


def test_of_a_song_without_notes_nothing_is_told() -> None:
    song = song_of((0, 4, 4))
    told = Told.of(plan_of(song), song, GRID, CONTROLS, ("drums", "bass"), 8)
    assert told.at(0, 8).shape == (8, sum(size for _, size in told.parts))
    assert not told.at(0, 8).any()
    assert told.returns.shape == (0, 3)


def recalling(*bars: int | None) -> Plan:
    recalls = tuple(None if bar is None else Recall(bar) for bar in bars)
    return Plan((Section("a", len(bars)),), (None,) * (2 * len(bars)), recalls)


def returns(plan: Plan, song: Song, frames: int, known: tuple[str, ...] = ("recall",)) -> list[list[int]]:
    return Told.of(plan, song, GRID, known, ("bass",), frames).returns.tolist()  # type: ignore[no-any-return]


def test_a_recalled_bar_comes_back_frame_by_frame() -> None:
    song = song_of((0, 4, 4))
    assert returns(recalling(None, None, 0, 1), song, 100) == [[32, 0, 16], [48, 16, 16]]
    assert returns(recalling(None, None, 0, 1), song, 100, ("energy",)) == []
    assert returns(recalling(None, None, 0, 1), song, 40) == [[32, 0, 8]]  # no more than is laid out


def test_of_bars_of_two_lengths_as_much_comes_back_as_both_have() -> None:
    song = song_of((0, 4, 4), (1920, 3, 4), (3360, 4, 4))
    assert returns(recalling(None, 0, 1, 0), song, 100) == [[16, 0, 12], [28, 16, 12], [44, 0, 16]]


def test_a_pick_up_moves_what_comes_back() -> None:
    song = Song(
        480, (Track("bass", 33, False, notes_from([(0, 60, 40, 90)])),), meters=rows(METER, [(0, 1, 4), (480, 4, 4)])
    )
    assert returns(recalling(None, None, 1), song, 100) == [[20, 4, 16]]
