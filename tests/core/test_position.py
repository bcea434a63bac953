"""Position controls where bars are not all alike."""

from __future__ import annotations

import pytest

from popgen_core.analysis.position import POSITION, position_controls
from popgen_core.music import BeatGrid, SecondsGrid, Song, Track, notes_from, rows
from popgen_core.music.song import METER, TEMPO

LONG = Track("lead", 0, False, notes_from([(0, 9600, 60, 64)]))


def slice_of(wanted: str) -> slice:
    start = 0
    for name, size in POSITION:
        if name == wanted:
            return slice(start, start + size)
        start += size
    raise KeyError(wanted)


def test_a_pick_up_bar_ends_a_phrase_and_the_next_bar_begins_one() -> None:
    """A quarter of pick-up, then 4/4: the first whole bar is the first of its phrase."""
    song = Song(480, (LONG,), meters=rows(METER, [(0, 1, 4), (480, 4, 4)]))
    phrase = position_controls(song, BeatGrid(1), 0, 10)[:, slice_of("phrase")]
    assert phrase.argmax(axis=1).tolist() == [3, 0, 0, 0, 0, 1, 1, 1, 1, 2]


def test_a_longer_first_bar_is_no_pick_up() -> None:
    song = Song(480, (LONG,), meters=rows(METER, [(0, 4, 4), (1920, 3, 4)]))
    phrase = position_controls(song, BeatGrid(1), 0, 8)[:, slice_of("phrase")]
    assert phrase.argmax(axis=1).tolist() == [0, 0, 0, 0, 1, 1, 1, 2]


def test_two_bars_of_a_shorter_meter_are_no_pick_up() -> None:
    song = Song(480, (LONG,), meters=rows(METER, [(0, 1, 4), (960, 4, 4)]))
    phrase = position_controls(song, BeatGrid(1), 0, 6)[:, slice_of("phrase")]
    assert phrase.argmax(axis=1).tolist() == [0, 1, 2, 2, 2, 2]


def test_a_frame_on_a_change_of_tempo_has_the_new_tempo() -> None:
    """75 BPM for three beats, 2.4 seconds, then 200: frame 48 of 20 a second is the change, though 2.4 has no exact
    binary fraction and comes back as a hair less than tick 360."""
    tempos = rows(TEMPO, [(0, 800_000), (360, 300_000), (480, 666_667)])
    song = Song(120, (Track("lead", 0, False, notes_from([(0, 1200, 60, 64)])),), tempos)
    tempo = position_controls(song, SecondsGrid(20), 47, 49)[:, slice_of("tempo")]
    assert tempo[:, 0].tolist() == pytest.approx([-0.678, 0.737], abs=0.001)  # log2 of 75/120 and of 200/120
