"""Grids: where ticks fall among frames, and back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from popgen_core.music import BeatGrid, SecondsGrid, Song, frames_nearest, rows
from popgen_core.music.song import TEMPO


def test_the_papers_grid_has_2_and_a_half_frames_a_sixteenth_at_120() -> None:
    assert SecondsGrid(20).positions(Song(480, ()), [0, 120, 480, 960]).tolist() == [0.0, 2.5, 10.0, 20.0]


def test_a_beat_grid_does_not_see_the_tempo() -> None:
    slowing = Song(480, (), tempos=rows(TEMPO, [(0, 500_000), (480, 2_000_000)]))
    assert BeatGrid(4).positions(slowing, [0, 120, 480, 960]).tolist() == [0.0, 1.0, 4.0, 8.0]
    assert SecondsGrid(20).positions(slowing, [480, 960]).tolist() == [10.0, 50.0]


def test_seconds_that_are_known_already_are_not_asked_for_again() -> None:
    song = Song(480, ())
    assert SecondsGrid(20).positions(song, [0, 480], np.array([0.0, 0.5])).tolist() == [0.0, 10.0]
    assert SecondsGrid(20).positions(song, [0, 480], np.array([1.0, 2.0])).tolist() == [20.0, 40.0]
    assert BeatGrid(4).positions(song, [0, 480], np.array([1.0, 2.0])).tolist() == [0.0, 4.0]


def test_a_tempo_change_between_two_ticks_counts_for_what_comes_after_it() -> None:
    slowing = Song(480, (), tempos=rows(TEMPO, [(0, 500_000), (240, 1_000_000)]))
    assert SecondsGrid(20).positions(slowing, [240, 480]).tolist() == [5.0, 15.0]
    assert SecondsGrid(20).ticks(slowing, [5.0, 15.0]).tolist() == [240.0, 480.0]


def test_twelve_frames_a_beat_carry_triplets() -> None:
    assert BeatGrid(12).positions(Song(480, ()), [160, 320]).tolist() == pytest.approx([4.0, 8.0])


def test_half_way_between_two_frames_belongs_to_the_later() -> None:
    assert frames_nearest(np.array([0.49, 0.5, 1.5, 2.5, -0.5])).tolist() == [0, 1, 2, 3, 0]


@settings(max_examples=100, deadline=None, derandomize=True)
@given(
    resolution=st.integers(1, 32767),
    changes=st.lists(st.tuples(st.integers(1, 10**6), st.integers(30_000, 2**24 - 1)), max_size=4),
    ticks=st.lists(st.integers(0, 2 * 10**6), min_size=1, max_size=10),
    grid=st.one_of(st.builds(SecondsGrid, st.integers(1, 1000)), st.builds(BeatGrid, st.integers(1, 96))),
)
def test_ticks_come_back_from_their_positions(
    resolution: int, changes: list[tuple[int, int]], ticks: list[int], grid: SecondsGrid | BeatGrid
) -> None:
    song = Song(resolution, (), tempos=rows(TEMPO, changes))
    assert np.rint(grid.ticks(song, grid.positions(song, ticks))).tolist() == ticks
