"""Lengths and velocities apart from the onsets: the notes of the canonical roll, and tables that count them."""

from __future__ import annotations

import math
from math import log2

import numpy as np
import pytest

from popgen_core.baselines import (
    BASELINES,
    CanonicalNotes,
    LengthTable,
    VelocityTable,
    canonical_notes,
    canonical_roll,
)
from popgen_core.groupers import Seven
from popgen_core.music import Song, Track, notes_from

SIXTEENTH = 120  # ticks, at 480 a quarter note
SOLO = ("bass",)


def notes_of(*notes: tuple[int, int, int, int], groups: tuple[str, ...] = SOLO) -> CanonicalNotes:
    """A bass line of (sixteenth, length in sixteenths, pitch, velocity)."""
    rows = notes_from([(start * SIXTEENTH, length * SIXTEENTH, *rest) for start, length, *rest in notes])
    return canonical_notes(Song(480, (Track("bass", 33, False, rows),)), groups)


def test_a_note_sounds_until_it_ends_the_next_one_cuts_it_off_or_the_song_is_over() -> None:
    notes = notes_of((0, 4, 60, 90), (2, 1, 60, 90), (5, 3, 60, 90), (0, 2, 61, 90))
    assert notes.onsets.tolist() == [[0, 0, 39], [0, 0, 40], [2, 0, 39], [5, 0, 39]]
    # the first is cut off by the second, under which it goes on to sound; the last by the end of the song
    assert notes.sixteenths.tolist() == [2, 2, 2, 3]
    assert notes.ended.tolist() == [False, True, True, False]


def test_of_notes_that_begin_in_one_cell_the_loudest_is_told_and_the_longest_is_heard() -> None:
    notes = notes_of((0, 1, 60, 100), (0, 3, 60, 40), (8, 1, 60, 90))
    assert notes.velocity.tolist() == [100, 90]
    assert notes.seconds.tolist() == [0.125, 0.125]
    assert notes.sixteenths.tolist() == [3, 1]


def test_the_notes_of_songs_are_the_onsets_of_their_canonical_rolls(songs: list[Song]) -> None:
    for song in songs[:5]:
        grouped = Seven().group(song).song
        notes, roll = canonical_notes(grouped, Seven.groups), canonical_roll(grouped, Seven.groups)
        assert (notes.onsets == roll.onsets).all()
        assert notes.sixteenths.min() >= 1
        assert (notes.onsets[:, 0] + notes.sixteenths <= roll.frames).all()


def test_an_empty_song_has_no_notes_and_costs_nothing() -> None:
    none = canonical_notes(Song(480, ()), SOLO)
    assert len(none) == 0
    assert LengthTable.fit([none], SOLO).bits(none) == 0
    assert VelocityTable.fit([none], SOLO).bits(none) == 0


def test_lengths_cost_a_coin_a_sixteenth_until_they_end() -> None:
    notes = notes_of((0, 2, 60, 90), (0, 3, 61, 90), (6, 2, 62, 90))
    fair = LengthTable.fit([], SOLO)
    assert fair.bits(notes) == 2 + 3 + 1  # the last note's end is the song's: its second sixteenth alone is told
    table = LengthTable.fit([notes], SOLO)
    # of 3 notes none ends after one sixteenth; of 2 that are told one ends after two; after three the other
    assert table.ends[0, :4].tolist() == [1 / 5, 2 / 4, 2 / 3, 1 / 2]
    assert table.bits(notes) == pytest.approx(-3 * log2(4 / 5) - 2 * log2(2 / 4) - log2(2 / 3))


def test_sixteenths_beyond_four_bars_count_as_the_last() -> None:
    long = notes_of((0, 70, 60, 90), (80, 1, 61, 90))
    table = LengthTable.fit([long], SOLO)
    assert table.ends[0, 62] == 1 / 3
    assert table.ends[0, 63] == 2 / 9  # six times it went on, once it ended
    assert LengthTable.fit([], SOLO).bits(long) == 70


def test_the_chances_of_all_velocities_sum_to_one_and_cost_what_they_say() -> None:
    notes = notes_of((0, 1, 60, 90), (1, 1, 60, 90), (2, 1, 60, 1))
    table = VelocityTable.fit([notes], SOLO)
    assert table.probability.shape == (1, 127)
    assert table.probability.sum() == pytest.approx(1)
    assert table.bits(notes) == pytest.approx(-2 * log2(3 / 130) - log2(2 / 130))
    assert VelocityTable.fit([], SOLO).bits(notes) == pytest.approx(3 * log2(127))


def test_each_group_has_a_table_of_its_own() -> None:
    notes = notes_of((0, 2, 60, 90), (4, 1, 60, 90), groups=("drums", "bass"))
    lengths, velocities = (table.fit([notes], ("drums", "bass")) for table in (LengthTable, VelocityTable))
    assert lengths.ends[0].tolist() == [1 / 2] * 64
    assert lengths.ends[1, :2].tolist() == [1 / 3, 2 / 3]
    assert np.allclose(velocities.probability[0], 1 / 127)
    assert velocities.probability[1, 89] == pytest.approx(3 / 129)


@pytest.mark.parametrize("name", BASELINES)
def test_the_bits_of_the_groups_add_up_to_those_of_the_song(name: str, songs: list[Song]) -> None:
    grouped = [Seven().group(song).song for song in songs[:4]]
    fitted, roll = BASELINES[name].fit(grouped[1:], Seven.groups), canonical_roll(grouped[0], Seven.groups)
    bits = fitted.group_bits(roll)
    assert bits.shape == (7,)
    assert math.isclose(bits.sum(), fitted.score_roll(roll).bits)
    silent = canonical_roll(Song(480, (Track("bass", 33, False, notes_from([(0, 480, 60, 90)])),)), Seven.groups)
    fair = BASELINES[name].fit([], Seven.groups)
    assert fair.group_bits(silent).tolist() == [4 * 88] * 7
