"""Notes that were begun and never ended get the end that a player would give them, and are counted."""

from __future__ import annotations

import time

import pytest
from hostile import END, NOTE, midi

from popgen_core.music.guard import Reading, song_from_bytes


def on(delta: int, pitch: int = 60, channel: int = 0, velocity: int = 64) -> bytes:
    return bytes([delta, 0x90 | channel, pitch, velocity])


def off(delta: int, pitch: int = 60, channel: int = 0) -> bytes:
    return bytes([delta, 0x80 | channel, pitch, 0])


def end(delta: int) -> bytes:
    return bytes([delta]) + END[1:]


def read(*events: bytes) -> Reading:
    return song_from_bytes(midi(b"".join(events)))


def times(reading: Reading) -> list[tuple[int, int, int]]:
    """(start, length, pitch) of every note of the only track."""
    [track] = reading.song.tracks
    return [(start, length, pitch) for start, length, pitch, _ in track.notes.tolist()]


def test_a_hanging_note_ends_at_the_next_onset_of_its_pitch() -> None:
    reading = read(on(0), on(50, 62), off(10, 62), on(40), off(30), end(7))
    assert times(reading) == [(0, 100, 60), (50, 10, 62), (100, 30, 60)]
    assert reading.hanging == 1
    assert reading.repairs == ("1 hanging note ended at the next onset of the pitch or the end of the track",)


def test_the_last_of_a_pitch_ends_with_its_track() -> None:
    assert times(read(on(0), on(10, 64), off(20, 64), end(40))) == [(0, 70, 60), (10, 20, 64)]


def test_one_lost_end_leaves_the_later_notes_of_its_pitch_as_they_are() -> None:
    reading = read(on(0), on(10), off(5), on(10), off(5), on(10), off(5), end(0))
    assert times(reading) == [(0, 10, 60), (10, 5, 60), (25, 5, 60), (40, 5, 60)]
    assert reading.hanging == 1


def test_every_lost_end_is_counted() -> None:
    reading = read(on(0), on(10), on(10), on(0, 72), end(20))
    assert times(reading) == [(0, 10, 60), (10, 10, 60), (20, 20, 60), (20, 20, 72)]
    assert reading.hanging == 4
    assert reading.repairs == ("4 hanging notes ended at the next onset of the pitch or the end of the track",)


def test_overlapping_notes_that_all_end_are_none() -> None:
    reading = read(on(0), on(10), off(10), off(10), end(0))
    assert times(reading) == [(0, 20, 60), (10, 20, 60)]  # the first begun ends first
    assert (reading.hanging, reading.repairs) == (0, ())


def test_overlapping_notes_before_a_hanging_one_stay_as_they_are() -> None:
    reading = read(on(0), on(10), off(10), off(10), on(10), end(10))
    assert times(reading) == [(0, 20, 60), (10, 20, 60), (40, 10, 60)]


def test_notes_whose_end_stands_behind_the_next_onset_at_its_tick_are_no_overlap() -> None:
    reading = read(on(0), on(10), off(0), on(10), off(0), end(30))
    assert times(reading) == [(0, 10, 60), (10, 10, 60), (20, 30, 60)]
    assert reading.hanging == 1


def test_an_end_by_velocity_0_is_an_end() -> None:
    assert read(on(0), on(10, velocity=0), end(5)).hanging == 0


def test_another_channel_ends_no_note() -> None:
    reading = read(on(0), on(10, channel=3), off(10, channel=3), end(10))
    assert sorted(track.notes.tolist()[0][:2] for track in reading.song.tracks) == [(0, 30), (10, 10)]


def test_another_track_ends_no_note() -> None:
    reading = song_from_bytes(midi(on(0) + end(60), on(10) + off(10) + END))
    assert [track.notes.tolist()[0][:2] for track in reading.song.tracks] == [(0, 60), (10, 10)]
    assert reading.hanging == 1


def test_running_status_goes_on_behind_the_end_that_was_put_in() -> None:
    reading = read(on(0), b"\x05\x3c\x40", b"\x05\x3c\x00", b"\x05\x3e\x40", b"\x05\x3e\x00", end(0))
    assert times(reading) == [(0, 5, 60), (5, 5, 60), (15, 5, 62)]


def test_a_long_note_is_no_hanging_one() -> None:
    reading = read(on(0), b"\x81\xff\xff\x7f\x80\x3c\x00", end(0))  # 4,194,303 ticks: over an hour at 480 a quarter
    assert times(reading) == [(0, 0x3FFFFF, 60)]
    assert reading.hanging == 0


@pytest.mark.parametrize("channel", range(16))
def test_hanging_notes_are_found_on_every_channel(channel: int) -> None:
    assert read(on(0, channel=channel), end(9)).hanging == 1


def test_hanging_notes_among_repaired_bytes_are_found_too() -> None:
    reading = song_from_bytes(midi(b"\x00\x90\x40\xc0" + NOTE + END))
    assert [name.split(" ended")[0] for name in reading.repairs] == [
        "data bytes over 127 in 1 event limited to 127",
        "1 hanging note",
    ]


def test_a_note_cut_off_by_the_end_of_the_file_is_kept() -> None:
    content = midi(on(0) + on(50, 62) + off(10, 62) + off(40) + END)
    reading = song_from_bytes(content[:-7])  # within the last note-off
    assert times(reading) == [(0, 60, 60), (50, 10, 62)]
    assert reading.hanging == 1


def test_a_hundred_thousand_hanging_notes_take_no_more_than_seconds() -> None:
    begun = time.perf_counter()
    reading = song_from_bytes(midi(on(0) + b"\x01\x3c\x40" * 100_000 + END))
    assert reading.hanging == 100_001
    assert time.perf_counter() - begun < 10  # measured: 0.3, a quadratic search takes minutes
