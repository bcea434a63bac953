from itertools import product

import numpy as np
import pytest

from popgen_core.analysis.piece import Piece
from popgen_core.music.song import Song, Track, notes_from
from popgen_eval.metrics.voice_leading import ChordVoiceLeading, changes, least_motion, sonorities

C, F_NEAR, F_BLOCK = (60, 64, 67), (60, 65, 69), (65, 69, 72)


def chords(*bars: tuple[int, ...], name: str = "chords", length: int = 1920, early: int = 0) -> Track:
    notes = [
        (max(1920 * n + early, 0), length, pitch, 90) for n, pitches in enumerate(bars) for pitch in pitches
    ]  # fmt: skip
    return Track(name, 0, False, notes_from(notes))


def scores(*tracks: Track) -> dict:
    return dict(ChordVoiceLeading().score(Piece(Song(480, tracks))))


def values(*tracks: Track) -> tuple[float, float]:
    found = scores(*tracks)
    return found["chord_voice_leading"].value, found["parallel_fifths"].value


def test_voices_that_move_two_semitones_or_less_are_smooth() -> None:
    assert values(chords(*[C, F_NEAR] * 8)) == (1.0, 0.0)  # 0 + 1 + 2 of three voices


def test_blocks_that_move_by_a_fourth_are_not_and_their_fifths_are_parallel() -> None:
    assert values(chords(*[C, F_BLOCK] * 8)) == (0.25, 1.0)  # (6 - 5) / 4


def test_a_fifth_that_is_held_and_fourths_that_move_are_no_parallel_fifths() -> None:
    assert values(chords(*[C, (60, 65, 67)] * 8)) == (1.0, 0.0)
    assert values(chords(*[F_NEAR, (62, 67, 71)] * 8)) == (1.0, 0.0)


def test_motion_is_over_the_voices_of_the_larger_chord() -> None:
    # 0 + 1 + 2 + 7 semitones of four voices: (6 - 2.5) / 4
    assert values(chords(*[C, (60, 65, 69, 74)] * 8))[0] == 0.875


def test_an_octave_scores_0_and_not_less() -> None:
    assert values(chords(*[C, (77, 81, 84)] * 8))[0] == 0.0


def test_the_mean_is_over_changes_and_a_chord_repeated_is_none() -> None:
    bars = [C, C, F_NEAR, F_NEAR] * 4 + [F_BLOCK]  # 7 smooth changes; F to F in another place is no change
    assert scores(chords(*bars))["chord_voice_leading"].reason
    # 8 changes: 7 of 1 semitone a voice, the last from F A C to G B D, 2 semitones and no more
    assert values(chords(*bars, (67, 71, 74))) == (1.0, 1 / 8)


def test_the_best_of_the_chord_groups_counts_and_its_fifths_with_it() -> None:
    smooth, rough = chords(*[C, F_NEAR] * 8), chords(*[C, F_BLOCK] * 8, name="guitar")
    assert values(smooth, rough) == (1.0, 0.0)
    assert values(rough) == (0.25, 1.0)
    assert np.isnan(values(chords(*[C, F_BLOCK] * 8, name="others"))[0])


@pytest.mark.parametrize(
    ("one", "two", "motion"),
    [
        (C, C, 0),
        (C, (60, 64, 67, 70), 3),  # the seventh from the fifth
        (C, (48, 60, 64, 67), 12),  # a bass from the lowest
        ((60, 64, 67, 72), (59, 67, 71), 1 + 3 + 0 + 1),  # C to B, E to G, G to G, C to B
        ((60,), (59, 62, 65), 1 + 2 + 5),
    ],
)
def test_least_motion_by_hand(one: tuple[int, ...], two: tuple[int, ...], motion: int) -> None:
    assert least_motion(one, two) == least_motion(two, one) == motion


def every_way(one: tuple[int, ...], two: tuple[int, ...]) -> int:
    """The least motion of all ways in which each voice of the larger goes with one of the smaller, none left out."""
    few, many = sorted((one, two), key=len)
    ways = (way for way in product(few, repeat=len(many)) if set(way) == set(few))
    return min(sum(abs(a - b) for a, b in zip(many, way, strict=True)) for way in ways)


def test_least_motion_is_the_least_of_all_ways() -> None:
    random = np.random.default_rng(2)
    for _ in range(60):
        one, two = (tuple(sorted(random.choice(30, random.integers(3, 6), replace=False).tolist())) for _ in range(2))
        assert least_motion(one, two) == every_way(one, two)


def heard(*notes: tuple[float, float, int]) -> dict[int, tuple[int, ...]]:
    """(onset, length in beats, pitch) of a chord group -> its sonorities in four beats."""
    made = [(round(onset * 480), round(length * 480), pitch, 90) for onset, length, pitch in notes]
    return sonorities(Piece(Song(480, (Track("chords", 0, False, notes_from(made)),))).parts[0], 4)


def test_a_sonority_is_three_pitches_at_a_beat() -> None:
    assert heard((0, 2, 60), (0, 1, 64), (0, 1, 67)) == {0: (60, 64, 67)}
    assert heard((0, 2, 60), (0, 2, 60), (0, 2, 64)) == {}


def test_a_chord_a_little_late_or_short_is_heard_on_its_beat() -> None:
    late = [(0, 1, 48), (1.1, 1, 60), (1.1, 1, 64), (1.1, 1, 67)]
    assert heard(*late) == {1: (60, 64, 67)}  # and not on beat 2, where it ends 0.1 after
    assert heard((0, 0.05, 60), (0, 0.05, 64), (0, 0.05, 67)) == {0: (60, 64, 67)}
    assert heard((0, 1, 48), (1.2, 1, 60), (1.2, 1, 64), (1.2, 1, 67)) == {2: (60, 64, 67)}


def test_a_change_is_two_chords_at_most_four_beats_apart() -> None:
    assert changes({0: C, 4: F_NEAR, 9: C, 10: (64, 67, 72)}) == [(C, F_NEAR)]


def test_fifths_count_between_chords_of_as_many_voices_only() -> None:
    found = scores(chords(*[C, (65, 69, 72, 77)] * 8))
    assert found["parallel_fifths"].reason == "no change between chords of as many voices"
    assert found["chord_voice_leading"].value >= 0


def test_what_is_missing_is_said() -> None:
    assert {score.reason for score in scores().values()} == {"no notes"}
    few = scores(chords(*[C, F_NEAR] * 4, *[F_NEAR] * 8))
    assert {score.reason for score in few.values()} == {"no chords, strings or guitar with 8 chord changes"}
