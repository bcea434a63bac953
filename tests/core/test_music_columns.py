"""Columns: the notes of all tracks, one track after another."""

from __future__ import annotations

import numpy as np
import pytest

from popgen_core.errors import SongError
from popgen_core.music import Song, Track, notes_from
from popgen_core.music.columns import columns_of

BASS = notes_from([(0, 10, 36, 90), (20, 5, 38, 91)])
LEAD = notes_from([(5, 30, 72, 80)])
PAD = notes_from([(0, 100, 60, 50), (0, 100, 64, 51)])


def test_tracks_stand_one_after_another() -> None:
    columns = columns_of([BASS, LEAD])
    assert columns.start.tolist() == [0, 20, 5]
    assert columns.end.tolist() == [10, 25, 35]
    assert columns.pitch.tolist() == [36, 38, 72]
    assert columns.velocity.tolist() == [90, 91, 80]
    assert columns.track.tolist() == [0, 0, 1]
    assert columns.first.tolist() == [0, 2]


def test_no_tracks_make_no_notes() -> None:
    columns = columns_of([])
    assert columns.end.tolist() == columns.track.tolist() == columns.count.tolist() == []
    assert columns.pitch.tolist() == columns.velocity.tolist() == []


@pytest.mark.parametrize(
    ("which", "pitches", "counts"),
    [
        ([False, True, True], [72, 60, 64], [0, 1, 2]),  # side by side
        ([True, False, True], [36, 38, 60, 64], [2, 0, 2]),  # apart
        ([False, False, False], [], [0, 0, 0]),
        ([True, True, True], [36, 38, 72, 60, 64], [2, 1, 2]),
    ],
)
def test_tracks_that_are_left_out_keep_their_numbers(which: list[bool], pitches: list[int], counts: list[int]) -> None:
    left = columns_of([BASS, LEAD, PAD]).of(np.array(which))
    assert left.pitch.tolist() == pitches
    assert left.count.tolist() == counts
    assert left.track.tolist() == [track for track, count in enumerate(counts) for _ in range(count)]


def test_some_tracks_as_one_are_again_rows_in_any_order() -> None:
    one = columns_of([BASS, LEAD, PAD]).joined([0, 2])
    assert one.count.tolist() == [4]
    assert one.rows(np.array([2, 0, 3, 1])).tolist() == [
        (0, 100, 60, 50),
        (0, 10, 36, 90),
        (0, 100, 64, 51),
        (20, 5, 38, 91),
    ]


def test_a_negative_time_is_laid_to_its_own_track() -> None:
    late = notes_from([(10, -1, 60, 64)])
    with pytest.raises(SongError, match="'lead' holds notes at negative times"):
        Song(480, (Track("bass", 33, False, BASS), Track("lead", 80, False, late)))
