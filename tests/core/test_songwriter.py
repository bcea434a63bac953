"""Whole songs of the songwriter: form, groups, ranges, and how they stand beside real music."""

from collections import Counter
from time import perf_counter

import numpy as np
import pytest
from songs_read import bar_ticks, notes_between, two_bar_windows

from popgen_core.music import Song, bar_lines, song_from_midi, song_to_midi
from popgen_core.songwriter import write_song, write_songs

GROUPS = ["drums", "bass", "chords", "guitar", "strings", "lead", "others"]
RANGES = {
    "drums": (35, 70),
    "bass": (28, 55),
    "chords": (45, 84),
    "guitar": (40, 84),
    "strings": (36, 91),
    "lead": (55, 88),
    "others": (48, 96),
}

# p5 to p95 of 63 real excerpts: the prototype of these figures
REAL = {
    "note_coherence": (0.58, 0.93),
    "rhythm_accuracy": (0.24, 0.98),
    "cross_track_sync": (0.57, 0.93),
    "harmonic_consistency": (0.55, 0.88),
    "structure_coherence": (0.08, 0.81),
}


def test_the_same_seed_writes_the_same_bytes_and_another_seed_another_song() -> None:
    assert song_to_midi(write_song(7)) == song_to_midi(write_song(7))
    assert song_to_midi(write_song(7)) != song_to_midi(write_song(8))


def test_a_longer_run_begins_with_a_shorter_one() -> None:
    short, long = list(write_songs(5, 3)), list(write_songs(10, 3))
    assert song_to_midi(short[3]) == song_to_midi(long[3])
    assert len({song_to_midi(song) for song in long}) == 10


def test_songs_of_another_seed_are_others() -> None:
    assert song_to_midi(next(write_songs(1, 1))) != song_to_midi(next(write_songs(1, 2)))


# --- the song as a whole


def test_a_song_has_the_seven_groups_in_order_and_only_drums_are_drums(songs: list[Song]) -> None:
    for song in songs:
        assert [track.name for track in song.tracks] == GROUPS
        assert [track.is_drum for track in song.tracks] == [True] + [False] * 6
        assert song.ticks_per_quarter == 480


def test_a_song_survives_the_round_trip_through_midi(songs: list[Song]) -> None:
    for song in songs[:10]:
        again = song_from_midi(song_to_midi(song))
        assert [marker.text for marker in again.markers] == [marker.text for marker in song.markers]
        for track, read in zip(song.tracks, again.tracks, strict=True):
            assert (track.notes == read.notes).all()
            assert (track.controls == read.controls).all()


def test_a_song_lasts_from_a_minute_and_three_quarters_to_three_and_a_half(songs: list[Song]) -> None:
    lengths = [song.duration_seconds() for song in songs]
    assert min(lengths) >= 105
    assert max(lengths) <= 210
    assert max(lengths) - min(lengths) > 60


def test_tempi_lie_from_70_to_160_and_all_three_meters_occur(songs: list[Song]) -> None:
    tempi = np.concatenate([60e6 / song.tempos["microseconds"] for song in songs])
    assert tempi.min() >= 69.9
    assert tempi.max() <= 160.1
    meters = Counter((int(song.meters[0]["numerator"]), int(song.meters[0]["denominator"])) for song in songs)
    assert set(meters) == {(4, 4), (3, 4), (6, 8)}
    assert 60 <= meters[4, 4] <= 80


def test_sections_begin_at_bar_lines_and_the_first_at_the_start(songs: list[Song]) -> None:
    for song in songs:
        ticks = [marker.tick for marker in song.markers]
        assert ticks[0] == 0
        assert set(ticks) <= set(bar_lines(song).astype(int).tolist())
        assert any(marker.text.startswith("chorus") for marker in song.markers)
        assert len({marker.text for marker in song.markers}) == len(song.markers)


def test_every_group_sounds_in_a_large_share_of_every_song(songs: list[Song]) -> None:
    for song in songs:
        bar = bar_ticks(song)
        bars = -(-song.end_tick // bar)
        for track in song.tracks:
            sounding = set()
            for start, length, *_ in track.notes:
                sounding.update(range((start + 60) // bar, (start + length - 61) // bar + 1))
            least = 0.65 if track.name in ("drums", "bass", "chords") else 0.4
            assert len(sounding) / bars >= least, track.name


def test_the_band_is_never_silent_for_two_seconds(songs: list[Song]) -> None:
    for song in songs:
        notes = np.sort(np.concatenate([track.notes for track in song.tracks]), order="start_tick")
        starts = song.seconds(notes["start_tick"])
        ends = np.maximum.accumulate(song.seconds(notes["start_tick"] + notes["length_ticks"]))
        assert starts[0] < 2
        assert (starts[1:] - ends[:-1]).max() < 2


def test_notes_stay_in_the_range_of_their_instrument_and_never_overlap_on_a_pitch(songs: list[Song]) -> None:
    for song in songs:
        for track in song.tracks:
            low, high = RANGES[track.name]
            notes = track.notes[np.lexsort((track.notes["start_tick"], track.notes["pitch"]))]
            assert low <= notes["pitch"].min() <= notes["pitch"].max() <= high, track.name
            same = np.diff(notes["pitch"].astype(int)) == 0
            room = notes["start_tick"][1:] - (notes["start_tick"] + notes["length_ticks"])[:-1]
            assert (room[same] >= 0).all(), track.name


def test_some_songs_move_up_by_a_semitone_or_two_for_their_last_chorus(songs: list[Song]) -> None:
    moved = [song for song in songs if len(song.keys) > 1]
    assert 5 <= len(moved) <= 40
    for song in moved:
        (_, before, minor), (tick, after, still_minor) = song.keys
        assert (7 * (int(after) - int(before))) % 12 in (1, 2)
        assert minor == still_minor
        assert next(marker.text for marker in song.markers if marker.tick == tick).startswith("chorus")


def test_after_a_change_of_key_the_whole_band_plays_in_the_new_one(songs: list[Song]) -> None:
    for song in songs:
        if len(song.keys) > 1:
            tick, fifths, _ = song.keys[-1]
            scale = {(7 * int(fifths) + step) % 12 for step in (0, 2, 4, 5, 7, 9, 11)}
            for track in song.tracks[1:]:
                tones = notes_between(track, tick, song.end_tick)["pitch"] % 12
                assert np.isin(tones, list(scale)).mean() >= 0.7, track.name


def test_a_song_is_written_in_under_a_quarter_of_a_second() -> None:
    start = perf_counter()
    assert len(list(write_songs(10, 5))) == 10
    assert perf_counter() - start < 2.5


def test_a_song_ends_on_its_tonic(songs: list[Song]) -> None:
    for song in songs:
        _, fifths, minor = song.keys[-1]
        tonic = (7 * int(fifths) + (9 if minor else 0)) % 12
        assert song.tracks[1].notes["pitch"][-1] % 12 == tonic


# --- playing


def test_no_two_of_a_hundred_songs_share_a_tenth_of_their_two_bar_windows(songs: list[Song]) -> None:
    windows = [two_bar_windows(song) for song in songs]
    for number, one in enumerate(windows):
        for other in windows[:number]:
            common = one.keys() & other.keys()
            for mine in (one, other):
                assert sum(mine[window] for window in common) <= 0.1 * sum(mine.values())


def test_the_headline_figures_of_a_hundred_songs_lie_where_those_of_real_music_do(songs: list[Song]) -> None:
    evaluate_songs = pytest.importorskip("popgen_eval.api").evaluate_songs
    files = evaluate_songs(songs).files
    for name, (low, high) in REAL.items():
        assert low <= np.nanmedian([file.scores[name] for file in files]) <= high, name
