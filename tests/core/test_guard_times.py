"""Times that cannot be counted are refused without a walk over every file; times in video frames are exact."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hostile import CONTROL, END, HUGE, NOTE, giant_delta, meta, midi, smpte, wrapped_ticks

from popgen_core.errors import MidiError
from popgen_core.music import song_to_midi
from popgen_core.music.chunks import chunks_of
from popgen_core.music.guard import song_from_bytes
from popgen_core.music.smpte import beats_of
from popgen_core.music.ticks import LAST_TICK, closer_bound, end_tick_bound, exact_end_tick, is_walked
from popgen_core.songwriter import write_songs


def reason_of(content: bytes) -> str:
    with pytest.raises(MidiError) as refused:
        song_from_bytes(content)
    return refused.value.reason


def test_a_file_of_under_40_bytes_with_one_huge_delta_is_too_long() -> None:
    assert len(giant_delta()) < 40
    assert reason_of(giant_delta()) == "too-long"


@pytest.mark.parametrize("deltas", [4, 8, 15, 16, 17, 32, 48])  # past 2^31 times are negative; past 2^32 plausible
def test_ticks_that_symusic_cannot_count_are_walked_and_refused(deltas: int) -> None:
    content = wrapped_ticks(deltas)
    assert is_walked(chunks_of(content, 1).tracks[0])
    assert reason_of(content) == "ticks-overflow"


def test_a_delta_of_four_continuation_bytes_counts_too() -> None:
    assert reason_of(midi(b"\xff\x80\x80\x80\xb0\x07\x40" * 9 + NOTE + END)) == "ticks-overflow"


@pytest.mark.parametrize("seed", range(20))
def test_no_way_of_wrapping_escapes_the_bounds(seed: int) -> None:
    """Deltas of every length between events of every kind, running status, texts and tempos among them."""
    generator = random.Random(seed)
    deltas = [b"\x00", b"\x81\x00", b"\xc8\x80\x00", HUGE, b"\xff\xff\x7f", b"\xf7\xf0\x80\x10"]
    events = [b"\x90\x3c\x40", b"\xc0\x05", CONTROL, b"\xff\x01\x02ab", b"\xff\x51\x03\xf0\xff\xff", b"\xf0\x02a\xf7"]
    track = b"".join(generator.choice(deltas) + generator.choice(events) for _ in range(60))
    exact = exact_end_tick(track)
    assert exact <= closer_bound(track) <= end_tick_bound(track)
    assert is_walked(track) or exact <= LAST_TICK
    assert exact <= LAST_TICK or reason_of(midi(track + NOTE + END)) == "ticks-overflow"


def test_songs_are_not_walked() -> None:
    songs = [song_to_midi(song) for song in write_songs(10, 3)]
    assert [song for song in songs if end_tick_bound(song) > LAST_TICK] == []


def test_songs_with_many_long_rests_tempos_and_japanese_names_are_not_walked() -> None:
    names = meta(3, "ドラムセットの名前".encode()) * 8 + meta(3, "ギターソロのなまえ".encode("cp932")) * 8
    tempos = b"\x81\x40\xff\x51\x03\x08\xde\xf0" * 400  # 192 ticks apart, as a slowing end is written
    track = names + tempos + meta(0x51, b"\x07\xa1\x20") + (b"\x83\x60\x90\x3c\x40\x87\x40\x80\x3c\x40") * 2000 + END
    assert end_tick_bound(track) > LAST_TICK
    assert not is_walked(track)
    assert song_from_bytes(midi(track)).song.note_count == 2000


@pytest.mark.corpus
def test_no_real_song_is_walked(corpus: Path) -> None:
    files = sorted(corpus.glob("permissive/*/*.mid")) + sorted(corpus.glob("pop909/songs/*/*.mid"))
    assert files
    assert [path.name for path in files if any(map(is_walked, chunks_of(path.read_bytes(), 1024).tracks))] == []


def test_a_large_bound_alone_refuses_no_file() -> None:
    content = midi(b"\x00\xff\x01\xaa\x00" + HUGE * 1344 + NOTE + END)  # a text of 5,376 bytes that are no times
    assert end_tick_bound(content) > 2**31
    assert song_from_bytes(content).song.note_count == 1


def test_the_exact_sum_follows_running_status_meta_and_exclusive_events() -> None:
    track = b"\x01\x90\x3c\x40\x02\x3c\x00\x04\xff\x01\x02\x7f\x7f\x08\xf0\x02\x7f\xf7\x10\xc0\x05" + END
    assert exact_end_tick(track) == 0x1F


def test_the_exact_sum_stops_at_the_end_of_track() -> None:
    assert exact_end_tick(b"\x05\x90\x3c\x40" + END + HUGE + b"\x90\x3c\x40") == 5


@pytest.mark.parametrize(
    ("frames", "ticks", "quarter", "microseconds", "second"),
    [
        (24, 4, 48, 500_000, 96),
        (25, 40, 500, 500_000, 1000),
        (25, 3, 75, 1_000_000, 75),
        (30, 1, 15, 500_000, 30),
        (29, 100, 1500, 500_500, 3000 / 1.001),
    ],
)
def test_video_frames_keep_their_seconds(
    frames: int, ticks: int, quarter: int, microseconds: int, second: float
) -> None:
    song = song_from_bytes(smpte(frames, ticks)).song
    assert song.ticks_per_quarter == quarter
    assert song.tempos.tolist() == [(0, microseconds)]
    assert song.duration_seconds() == pytest.approx(96 / second, rel=1e-12)


@pytest.mark.parametrize(("frames", "ticks"), [(1, 40), (26, 40), (128, 1), (30, 0)])
def test_frames_that_no_clock_has_are_refused(frames: int, ticks: int) -> None:
    assert reason_of(smpte(frames, ticks)) == "smpte"


def test_drop_frames_are_named_as_what_they_are() -> None:
    assert beats_of((-29 << 8) | 4).repair == (
        "SMPTE times (29.97 frames a second, 4 ticks a frame) read as 60 ticks a quarter at 119.88 BPM"
    )
