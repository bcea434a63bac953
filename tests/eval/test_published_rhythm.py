"""Rhythm figures that others defined, on songs small enough to count."""

import math

import numpy as np
import pytest

from popgen_core.analysis.piece import Piece
from popgen_core.music.song import METER, Song, Track, notes_from, rows
from popgen_eval.metrics.published_rhythm import PublishedRhythm, groove_consistency, groove_similarity, in_pattern

A, B = [1, 0, 1, 0], [1, 0, 0, 0]
EIGHTHS = [(240 * eighth, 60, 42) for eighth in range(8)]


def bars(*patterns: list[int]) -> np.ndarray:
    return np.array(patterns, dtype=bool)


def rhythm(*tracks: Track, meter: tuple[int, int] = (4, 4)) -> dict[str, float]:
    song = Song(480, tracks, meters=rows(METER, [(0, *meter)]))
    return {name: score.value for name, score in PublishedRhythm().score(Piece(song)).items()}


def lead(*notes: tuple[int, int], bar: int = 1920) -> Track:
    """One bar of (onset, length) and one with only its first note, in turn, twelve in all."""
    every = [
        (place * bar + onset, length) for place in range(12) for onset, length in notes[: None if place % 2 else 1]
    ]
    return Track("lead", 0, False, notes_from((start, length, 60, 90) for start, length in every))


def test_bars_next_to_each_other_that_differ_in_one_step_of_four_are_three_quarters_alike() -> None:
    assert groove_consistency(bars(A, B)) == groove_consistency(bars(A, B, A)) == 0.75


def test_similarity_compares_all_pairs_and_consistency_only_neighbours() -> None:
    # A-B .75, B-A .75, A-A 1
    assert groove_similarity(bars(A, B, A)) == pytest.approx(2.5 / 3)
    assert groove_similarity(bars(A, B)) == 0.75


def test_one_bar_repeated_is_wholly_consistent_and_similar(track) -> None:
    found = rhythm(track("lead", (0, 240, 60), (480, 240, 60)))
    assert found["groove_consistency"] == found["groove_similarity"] == 1.0


def test_a_bar_of_four_has_sixteen_steps_for_consistency_and_sixty_four_for_similarity() -> None:
    found = rhythm(lead((0, 240), (960, 240)))
    assert found["groove_consistency"] == pytest.approx(15 / 16)
    assert found["groove_similarity"] == pytest.approx(1 - 36 / 66 / 64)  # 6 x 6 of 66 pairs differ in one of 64


@pytest.mark.parametrize(("meter", "steps"), [((3, 4), 12), ((6, 8), 12), ((7, 8), 14)])
def test_other_meters_have_their_own_number_of_steps(meter: tuple[int, int], steps: int) -> None:
    found = rhythm(lead((0, 240), (960, 240), bar=120 * steps), meter=meter)
    assert found["groove_consistency"] == pytest.approx(1 - 1 / steps)
    assert found["groove_similarity"] == pytest.approx(1 - 36 / 66 / (4 * steps))


def test_all_groups_share_one_row_of_onsets(track) -> None:
    alone, filled = rhythm(lead((0, 240), (960, 240))), rhythm(lead((0, 240), (960, 240)), track("drums", *EIGHTHS))
    assert alone["groove_consistency"] < filled["groove_consistency"] == filled["groove_similarity"] == 1.0


def test_a_note_played_just_before_a_bar_line_counts_as_on_it(track) -> None:
    early = Track("lead", 0, False, notes_from((bar * 1920 - 20 * (bar % 2), 240, 60, 90) for bar in range(13)))
    assert rhythm(early)["groove_similarity"] == 1.0


def test_sixteenths_and_triplets_by_hand() -> None:
    sixteenths, triplets = np.array([0, 6, 12, 18]), np.array([0, 8, 16])
    assert in_pattern(sixteenths, 6) == in_pattern(triplets, 8) == 1.0
    assert in_pattern(sixteenths, 8) == 1 / 4
    assert in_pattern(triplets, 6) == pytest.approx(1 / 3)


def test_a_hit_within_half_of_a_24th_of_a_beat_is_on_the_raster_and_in_every_bar_alike(track) -> None:
    for off, share in ((9, 1.0), (10, 1.0), (11, 0.0)):  # ticks; a step of the raster is 20
        late = track("drums", (off, 60, 36), (120 - off, 60, 42), (960 + off, 60, 38))
        assert rhythm(late)["drum_in_pattern_rate"] == share


def test_ties_fall_the_same_way_in_every_bar() -> None:
    hits = [(bar * 384 + beat * 96 + 2, 10, 42, 90) for bar in range(40) for beat in range(4)]  # 96 ticks a beat
    song = Song(96, (Track("drums", 0, True, notes_from(hits)),))
    assert PublishedRhythm().score(Piece(song, 0, 40))["drum_in_pattern_rate"].value == 1.0


def test_drums_in_triplets_are_consistent_but_not_in_the_duple_pattern(track) -> None:
    found = rhythm(track("drums", (0, 60, 36), (160, 60, 42), (320, 60, 42), (480, 60, 38)))
    assert found["drum_in_pattern_rate"] == 0.5
    assert found["drum_pattern_consistency"] == 1.0


def test_drums_in_sixteenths_are_both_and_pitched_groups_do_not_count(track) -> None:
    found = rhythm(track("drums", *EIGHTHS), track("lead", (160, 60, 60), (320, 60, 60)))
    assert found["drum_in_pattern_rate"] == found["drum_pattern_consistency"] == 1.0


def test_triplets_count_from_the_bar_line_in_bars_of_seven_eighths() -> None:
    hits = [(bar * 1680 + 160 * third, 60, 42, 90) for bar in range(12) for third in range(3)]
    assert rhythm(Track("drums", 0, True, notes_from(hits)), meter=(7, 8))["drum_pattern_consistency"] == 1.0


def test_a_note_of_a_32nd_qualifies_and_a_shorter_one_does_not(track) -> None:
    assert rhythm(track("lead", (0, 60, 60), (480, 59, 60)))["qualified_note_rate"] == 0.5


def test_too_few_hits_and_notes_are_undefined_and_say_so(track) -> None:
    hits = Track("drums", 0, True, notes_from((bar * 960, 60, 36, 90) for bar in range(31)))
    found = PublishedRhythm().score(Piece(Song(480, (hits, track("lead", (0, 240, 60))))))
    assert found["drum_in_pattern_rate"].reason == found["drum_pattern_consistency"].reason
    assert found["drum_in_pattern_rate"].reason == "31 drum notes, needed: 32"
    assert found["qualified_note_rate"].reason == "12 pitched notes, needed: 16"
    assert math.isnan(found["qualified_note_rate"].value)
