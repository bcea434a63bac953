"""Copies of a song are known again whatever was done to them, and songs that only sound alike are not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from popgen_core.corpus.duplicates import clusters, likenesses
from popgen_core.corpus.prints import FULL, SIZE, print_from_text, print_of, text_of_print
from popgen_core.errors import DatasetError
from popgen_core.music import Song, Track, notes_from, rows
from popgen_core.music.song import TEMPO

BEAT = 480
EXACT = 2  # hashes of a song that is known only by all of its notes


def melody(seed: int, notes: int = 200, name: str = "lead") -> Track:
    """A wandering line in eighths and quarters."""
    rng = np.random.default_rng(seed)
    onsets = np.cumsum(rng.choice([240, 480], notes)).tolist()
    pitches = (66 + np.cumsum(rng.integers(-4, 5, notes)) % 24).tolist()
    return Track(
        name, 0, False, notes_from([(tick, 200, pitch, 80) for tick, pitch in zip(onsets, pitches, strict=True)])
    )


def song(seed: int = 1, notes: int = 200) -> Song:
    """A lead over a bass; each of the seeds is another song."""
    return Song(BEAT, (melody(seed, notes), melody(seed + 1000, notes // 2, "bass")))


def line(pitches: list[int], *, step: int = BEAT) -> Song:
    return Song(BEAT, (Track("lead", 0, False, notes_from([(i * step, 100, p, 80) for i, p in enumerate(pitches)])),))


def together(*songs: Song) -> bool:
    """Whether all songs come into one cluster, two strangers among them."""
    prints = [text_of_print(print_of(one)) for one in (*songs, song(50), song(51))]
    return len(set(clusters(prints)[: len(songs)].tolist())) == 1


def changed(whole: Song, change: Callable[[np.ndarray], np.ndarray]) -> Song:
    tracks = [replace(track, notes=np.sort(change(track.notes.copy()), order="start_tick")) for track in whole.tracks]
    return replace(whole, tracks=tuple(tracks))


def transposed(notes: np.ndarray) -> np.ndarray:
    notes["pitch"] += 5
    return notes


def louder(notes: np.ndarray) -> np.ndarray:
    notes["velocity"] += 20
    return notes


def jittered(notes: np.ndarray) -> np.ndarray:
    notes["start_tick"] += np.random.default_rng(1).integers(0, 20, len(notes))  # up to 21 ms
    return notes


def one_in_twenty_wrong(notes: np.ndarray) -> np.ndarray:
    notes["pitch"][::20] += 1
    return notes


def first_half(notes: np.ndarray) -> np.ndarray:
    return notes[notes["start_tick"] < 100 * 360]


def middle_quarter(notes: np.ndarray) -> np.ndarray:
    return notes[(notes["start_tick"] >= 75 * 360) & (notes["start_tick"] < 125 * 360)]


def higher_at_last(notes: np.ndarray) -> np.ndarray:
    notes["pitch"][notes["start_tick"] >= 100 * 360] += 2
    return notes


CHANGES = (transposed, louder, jittered, one_in_twenty_wrong, first_half, middle_quarter, higher_at_last)


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_a_changed_song_comes_into_the_cluster_of_its_song(change: Callable[[np.ndarray], np.ndarray]) -> None:
    assert together(song(), changed(song(), change))


def test_transposition_leaves_every_turn_in_place() -> None:
    assert np.array_equal(print_of(song()), print_of(changed(song(), transposed)))


def test_another_tempo_and_another_resolution_leave_every_turn_in_place() -> None:
    def finer(notes: np.ndarray) -> np.ndarray:
        notes["start_tick"] *= 2
        return notes

    faster = replace(song(), tempos=rows(TEMPO, [(0, 300_000)]))
    assert np.array_equal(print_of(song()), print_of(faster))
    assert np.array_equal(print_of(song()), print_of(replace(changed(song(), finer), ticks_per_quarter=2 * BEAT)))


def test_tracks_that_come_into_other_groups_leave_the_song_known() -> None:
    lead, bass = song().tracks
    merged = Track("others", 0, False, np.sort(np.concatenate([lead.notes, bass.notes]), order=["start_tick", "pitch"]))
    assert together(song(), Song(BEAT, (merged,)))


def test_a_bass_line_under_other_melodies_is_known_though_one_track_holds_both() -> None:
    def one_track(seed: int) -> Song:
        top, low = melody(seed).notes, melody(99).notes
        top["start_tick"], low["pitch"] = low["start_tick"], low["pitch"] - 40
        return Song(BEAT, (Track("chords", 0, False, np.sort(np.concatenate([top, low]), order="start_tick")),))

    assert together(one_track(1), one_track(2))


def test_a_dropped_track_and_an_added_one_leave_the_song_known() -> None:
    assert together(song(), Song(BEAT, song().tracks[:1]))
    assert together(song(), Song(BEAT, (*song().tracks, melody(7, name="guitar"), melody(8, name="strings"))))


def test_different_songs_are_not_joined() -> None:
    prints = [text_of_print(print_of(song(seed))) for seed in range(20)]
    assert clusters(prints).tolist() == list(range(20))


def test_songs_of_one_style_are_not_joined(songs: list[Song]) -> None:
    assert len(set(clusters([text_of_print(print_of(one)) for one in songs]).tolist())) == 100
    assert len(songs) == 100


def test_a_line_of_thirteen_events_has_eight_turns_and_one_of_twelve_too_few() -> None:
    rising = [40, 41, 43, 46, 50, 51, 54, 59, 60, 65, 67, 70, 76]
    assert len(print_of(line(rising))) == 8
    assert len(print_of(line(rising[:12]))) == EXACT


def test_a_loop_with_too_few_turns_is_known_by_all_its_notes_in_any_key_and_from_any_start() -> None:
    loop = [60, 67, 64, 67] * 4
    moved = changed(line(loop), lambda notes: shifted(notes, ticks=1920, semitones=5))
    assert len(print_of(line(loop))) == EXACT
    assert together(line(loop), replace(moved, tracks=(replace(moved.tracks[0], name="chords", program=40),)))
    assert not together(line(loop), line([*loop[:-1], 65]))
    assert not together(line(loop), line(loop, step=BEAT // 2))


def shifted(notes: np.ndarray, *, ticks: int, semitones: int) -> np.ndarray:
    later = notes.copy()
    later["start_tick"] += ticks
    later["pitch"] += semitones
    return later


def test_a_song_without_notes_is_like_no_other() -> None:
    assert len(print_of(Song(BEAT, ()))) == 0


def test_repeated_notes_are_no_turns() -> None:
    assert len(print_of(line([60, 62] + 5 * [64, 64, 64, 64, 64, 65]))) == EXACT


def test_long_and_short_steps_are_different_turns() -> None:
    pitches = [int(pitch) for pitch in song().tracks[0].notes["pitch"]]
    assert not np.isin(print_of(line(pitches)), print_of(line(pitches, step=BEAT // 2))).any()


def test_a_strummed_chord_is_one_event() -> None:
    tops = [int(pitch) for pitch in song().tracks[0].notes["pitch"]]
    block = [(i * BEAT, 100, top - down, 80) for i, top in enumerate(tops) for down in (0, 4, 7)]
    strum = [
        (i * BEAT + late, 100, top - down, 80)
        for i, top in enumerate(tops)
        for late, down in ((40, 0), (20, 4), (0, 7))
    ]
    prints = [print_of(Song(BEAT, (Track("chords", 0, False, notes_from(notes)),))) for notes in (block, strum)]
    assert np.array_equal(*prints)


def beat(seed: int, hits: int = 200) -> Song:
    """Drums at random sixteenths; no two seeds share a pattern."""
    rng = np.random.default_rng(seed)
    ticks = np.cumsum(rng.choice([120, 240], hits)).tolist()
    pitches = rng.choice([36, 38, 42, 46, 49], hits).tolist()
    return Song(
        BEAT, (Track("drums", 0, True, notes_from([(t, 60, p, 90) for t, p in zip(ticks, pitches, strict=True)])),)
    )


def test_songs_of_drums_alone_are_known_by_their_patterns() -> None:
    assert together(beat(1), changed(beat(1), first_half))
    assert not together(beat(1), beat(2))


def test_a_bar_of_drums_that_repeats_says_nothing() -> None:
    rock = [(240 * i, 60, pitch, 90) for i in range(64) for pitch in ((42, 36), (42,), (42, 38), (42,))[i % 4]]
    assert len(print_of(Song(BEAT, (Track("drums", 0, True, notes_from(rock)),)))) == EXACT


def test_one_beat_under_different_melodies_joins_nothing() -> None:
    assert not together(*(replace(song(seed), tracks=song(seed).tracks + beat(1).tracks) for seed in (1, 2)))


def hashes(*numbers: int) -> str:
    return text_of_print(np.array(sorted(numbers), dtype=np.uint32))


def test_clusters_are_numbered_from_the_first_song_on() -> None:
    one, other = range(10, 30), range(50, 70)
    assert clusters([hashes(*one), "", hashes(*other), hashes(*one), "", hashes(*other)]).tolist() == [0, 1, 2, 0, 3, 2]
    assert clusters([]).tolist() == []


def test_six_shared_turns_of_twenty_join_and_five_or_a_smaller_share_do_not() -> None:
    first = hashes(*range(20))
    assert clusters([first, hashes(*range(14, 34))]).tolist() == [0, 0]  # 14 to 19: six of twenty
    assert clusters([first, hashes(*range(15, 35))]).tolist() == [0, 1]
    assert clusters([hashes(*range(21)), hashes(*range(15, 36))]).tolist() == [0, 1]  # six of twenty-one
    assert clusters([hashes(*range(15)), hashes(*range(10, 25))]).tolist() == [0, 1]  # five of fifteen


def test_friends_of_friends_are_together() -> None:
    chain = [hashes(*range(start, start + 20)) for start in (0, 10, 20, 30)]
    assert clusters([chain[0], chain[3], chain[1], chain[2]]).tolist() == [0, 0, 0, 0]
    assert clusters([chain[0], chain[3]]).tolist() == [0, 1]


def test_only_turns_that_both_prints_could_hold_are_compared() -> None:
    whole, part = np.arange(0, 2 * SIZE, 2), np.arange(0, 800, 8)  # the whole print ends at 254
    table = np.full((2, SIZE), FULL + 1, dtype=np.uint32)
    table[0], table[1, :100] = whole, part
    alike = likenesses(table, np.array([[0, 1]]))
    assert (alike.shared[0], alike.contained[0], alike.jaccard[0]) == (32, 1.0, 32 / 128)


def test_turns_that_many_songs_share_join_nobody() -> None:
    rng = np.random.default_rng(3)
    prints = [hashes(*range(30), *rng.integers(1000, 10**8, 90)) for _ in range(100)]
    assert len(set(clusters(prints).tolist())) == 100


def test_a_hundred_noisy_copies_of_one_song_are_one_cluster() -> None:
    rng = np.random.default_rng(4)
    base = rng.integers(0, 10**8, SIZE)
    prints = [hashes(*np.where(rng.random(SIZE) < 0.7, base, rng.integers(0, 10**8, SIZE))) for _ in range(100)]
    assert set(clusters(prints).tolist()) == {0}


def test_the_order_of_songs_changes_only_the_numbers() -> None:
    prints = [
        text_of_print(print_of(one)) for s in range(12) for one in (song(s), changed(song(s), one_in_twenty_wrong))
    ]
    order = np.random.default_rng(5).permutation(24)
    straight, shuffled = clusters(prints), clusters([prints[number] for number in order])
    assert np.array_equal(shuffled[:, None] == shuffled[None, :], straight[order][:, None] == straight[order][None, :])


def test_a_print_survives_as_text_and_a_damaged_one_is_refused() -> None:
    assert np.array_equal(print_from_text(text_of_print(print_of(song()))), print_of(song()))
    for damaged in ("AAA", "AAAA", "kä"):
        with pytest.raises(DatasetError, match="damaged"):
            print_from_text(damaged)


def mixed(tokens: list[int]) -> int:
    """The hash of a turn's tokens by the definition, in plain integers."""
    code = 0
    for token in tokens:
        code = (code * 0x9E3779B97F4A7C15 + token) % 2**64
    code = (code ^ (code >> 30)) * 0xBF58476D1CE4E5B9 % 2**64
    code = (code ^ (code >> 27)) * 0x94D049BB133111EB % 2**64
    return (code ^ (code >> 31)) >> 32


def test_a_turn_is_hashed_by_its_steps_the_same_in_every_version() -> None:
    """Prints lie in datasets, so that how they are made must never change."""
    rising = [40, 41, 43, 46, 50, 51, 54, 59, 60, 65, 67, 70, 76]
    steps = [1, 2, 3, 4, 1, 3, 5, 1, 5, 2, 3, 6]
    tokens = [(step + 31) * 16 + 4 for step in steps]  # a quarter is the fifth class of lengths
    assert print_of(line(rising)).tolist() == sorted(mixed(tokens[first : first + 5]) for first in range(8))
