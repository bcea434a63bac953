"""Songs: tempo, meter and key maps, seconds and ticks, pedals."""

from __future__ import annotations

import numpy as np
import pytest

from popgen_core.errors import SongError
from popgen_core.music import Song, Track, notes_from, rows
from popgen_core.music.song import CONTROL, KEY, METER, TEMPO


def song(*notes: tuple[int, int, int, int], **maps: object) -> Song:
    return Song(480, (Track("lead", 0, False, notes_from(notes)),), **maps)  # type: ignore[arg-type]


def test_without_maps_a_song_is_in_4_4_at_120() -> None:
    made = song((0, 480, 60, 64))
    assert made.tempos.tolist() == [(0, 500_000)]
    assert made.meters.tolist() == [(0, 4, 4)]
    assert made.duration_seconds() == 0.5


def test_maps_are_sorted_and_the_last_of_one_tick_counts() -> None:
    made = song(
        tempos=rows(TEMPO, [(960, 400_000), (0, 600_000), (0, 500_000)]),
        meters=rows(METER, [(480, 3, 4), (480, 6, 8)]),
        keys=rows(KEY, [(9, 2, False), (0, -1, True), (0, -1, True), (9, 3, False)]),
    )
    assert made.tempos.tolist() == [(0, 500_000), (960, 400_000)]
    assert made.meters.tolist() == [(0, 4, 4), (480, 6, 8)]
    assert made.keys.tolist() == [(0, -1, True), (9, 3, False)]


def test_seconds_follow_the_tempo_map() -> None:
    made = song(tempos=rows(TEMPO, [(0, 500_000), (960, 1_000_000), (1440, 250_000)]))
    ticks = np.array([[0, 480], [960, 1200], [1440, 1920]])  # any shape
    assert made.seconds(ticks).tolist() == [[0.0, 0.5], [1.0, 1.5], [2.0, 2.25]]
    assert made.ticks(np.array([0.5, 1.5, 2.25])).tolist() == [480.0, 1200.0, 1920.0]
    assert made.tempo_bpm([0, 959, 960, 1440]).tolist() == [120.0, 120.0, 60.0, 240.0]


def test_a_song_ends_with_the_note_that_ends_last() -> None:
    made = song((0, 2000, 40, 64), (960, 100, 60, 64))
    assert (made.end_tick, made.note_count) == (2000, 2)
    assert Song(480, ()).end_tick == 0


@pytest.mark.parametrize(
    ("resolution", "maps"),
    [
        (0, {}),
        (-1, {}),
        (480, {"tempos": rows(TEMPO, [(0, 0)])}),
        (480, {"meters": rows(METER, [(0, 0, 4)])}),
        (480, {"meters": rows(METER, [(0, 4, 0)])}),
        (480, {"tracks": (Track("lead", 0, False, notes_from([(-1, 9, 60, 64)])),)}),
        (480, {"tracks": (Track("lead", 0, False, notes_from([(0, -9, 60, 64)])),)}),
    ],
)
def test_what_cannot_be_a_song_is_refused(resolution: int, maps: dict[str, object]) -> None:
    with pytest.raises(SongError):
        Song(resolution, **{"tracks": (), **maps})  # type: ignore[arg-type]


def test_notes_are_sorted_by_start_then_pitch() -> None:
    assert notes_from([(5, 1, 60, 1), (0, 1, 70, 2), (0, 1, 50, 3)])["velocity"].tolist() == [3, 2, 1]


def test_pedals_are_the_stretches_of_controller_64_at_64_or_more() -> None:
    controls = [(0, 64, 63), (10, 64, 64), (20, 1, 0), (30, 64, 127), (40, 64, 0), (50, 64, 100)]
    track = Track("piano", 0, False, notes_from([(0, 90, 60, 64)]), rows(CONTROL, controls))
    assert track.pedals().tolist() == [[10, 40], [50, 90]]


def test_a_pedal_put_down_after_the_last_note_has_no_length() -> None:
    track = Track("piano", 0, False, notes_from([(0, 90, 60, 64)]), rows(CONTROL, [(100, 64, 127)]))
    assert track.pedals().tolist() == [[100, 100]]
    assert Track("piano", 0, False).pedals().tolist() == []
