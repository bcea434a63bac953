"""Baselines and the canonical roll: bits of tiny songs worked out by hand, and the laws of counting."""

from __future__ import annotations

import math
from math import log2

import numpy as np
import pytest

from popgen_core.baselines import BASELINES, Baseline, Likelihood, bernoulli_bits, canonical_roll
from popgen_core.baselines.tally import tally
from popgen_core.errors import SongError
from popgen_core.groupers import Seven
from popgen_core.music import Song, Track, notes_from, rows
from popgen_core.music.song import METER

SIXTEENTH = 120  # ticks, at 480 a quarter note
LOW = 21  # the lowest of the 88 pitches
SOLO = ("bass",)


def song_of(*onsets: tuple[int, int, int], meters: tuple[tuple[int, int, int], ...] = ((0, 1, 4),)) -> Song:
    """A bass line of (sixteenth, length in sixteenths, pitch) in bars of one beat."""
    notes = notes_from([(start * SIXTEENTH, length * SIXTEENTH, pitch, 90) for start, length, pitch in onsets])
    return Song(480, (Track("bass", 33, False, notes),), meters=rows(METER, meters))


TWO_BARS = song_of((0, 1, LOW), (4, 4, LOW))  # the lowest key on the first sixteenth of both bars


@pytest.fixture(scope="module")
def grouped(songs: list[Song]) -> list[Song]:
    return [Seven().group(song).song for song in songs[:12]]


def test_bits_are_the_negative_binary_logarithms_of_what_came() -> None:
    assert bernoulli_bits([True, False], [0.25, 0.5]) == pytest.approx(2 + 1)
    assert bernoulli_bits([1, 0], 0.25) == pytest.approx(2 + log2(4 / 3))


def test_cells_of_one_probability_may_be_counted_together() -> None:
    assert bernoulli_bits(3, 0.25, cells=5) == pytest.approx(3 * 2 + 2 * log2(4 / 3))


def test_what_is_certain_is_free_and_what_was_held_impossible_costs_infinity() -> None:
    assert bernoulli_bits([True, False], [1.0, 0.0]) == 0
    assert bernoulli_bits([True], [0.0]) == math.inf
    assert bernoulli_bits([False], [1.0]) == math.inf


@pytest.mark.parametrize("wrong", [-0.1, 1.1, math.nan])
def test_logits_are_not_taken_for_probabilities(wrong: float) -> None:
    with pytest.raises(SongError, match="between 0 and 1"):
        bernoulli_bits([True], [wrong])


@pytest.mark.parametrize("onsets", [-1, 3])
def test_more_onsets_than_cells_are_refused(onsets: int) -> None:
    with pytest.raises(SongError, match="none and all"):
        bernoulli_bits(onsets, 0.5, cells=2)


def test_likelihoods_add_up_and_are_undefined_without_beats_and_notes() -> None:
    both = Likelihood(6, 2, 3) + Likelihood(4, 3, 1)
    assert (both.bits_per_beat, both.bits_per_note) == (2, 2.5)
    assert math.isnan(Likelihood().bits_per_beat)
    assert math.isnan(Likelihood().bits_per_note)


def test_an_onset_half_way_between_two_sixteenths_goes_to_the_later_and_a_high_one_down_an_octave() -> None:
    notes = notes_from([(60, 120, 60, 90), (480, 120, 109, 90)])
    roll = canonical_roll(Song(480, (Track("bass", 33, False, notes),)), SOLO)
    assert roll.onsets.tolist() == [[1, 0, 60 - 21], [4, 0, 97 - 21]]
    assert (roll.frames, roll.beats, roll.notes) == (5, 1.25, 2)


def test_notes_of_one_cell_are_one_onset_and_named_as_merged() -> None:
    roll = canonical_roll(song_of((0, 4, 60), (0, 2, 60), (0, 2, 61)), SOLO)
    assert (roll.notes, roll.merged, roll.frames) == (2, 1, 4)


def test_a_stretch_of_the_dense_roll_holds_its_onsets_alone() -> None:
    dense = canonical_roll(TWO_BARS, SOLO).dense(3, 6)
    assert dense.shape == (3, 1, 88)
    assert np.argwhere(dense).tolist() == [[1, 0, 0]]
    assert np.argwhere(canonical_roll(TWO_BARS, SOLO).dense(0, 4)).tolist() == [[0, 0, 0]]
    with pytest.raises(SongError, match="frames 0 to 8"):
        canonical_roll(TWO_BARS, SOLO).dense(3, 9)


def test_a_bar_ago_is_the_same_place_of_the_bar_before_where_that_was_long_enough() -> None:
    roll = canonical_roll(song_of((0, 14, 60), meters=((0, 1, 4), (480, 2, 4))), SOLO)  # a pick-up of one beat
    assert roll.place.tolist() == [0, 1, 2, 3, 0, 1, 2, 3, 4, 5, 6, 7, 0, 1]
    assert roll.bar_ago.tolist() == [-1, -1, -1, -1, 0, 1, 2, 3, -1, -1, -1, -1, 4, 5]


def test_a_bar_line_between_two_sixteenths_gives_no_place_twice() -> None:
    roll = canonical_roll(song_of((0, 9, 60), meters=((0, 1, 4), (540, 1, 4))), SOLO)  # half a sixteenth late
    assert roll.place.tolist() == [0, 1, 2, 3, 0, 0, 1, 2, 3]
    assert roll.bar_ago.tolist() == [-1, -1, -1, -1, 0, 4, -1, -1, -1]


def test_each_cell_is_counted_once_by_its_place_and_what_sounded_before() -> None:
    counts = tally(canonical_roll(song_of((0, 1, LOW), (1, 1, LOW), (4, 4, LOW)), SOLO))
    expected = np.zeros((32, 2, 2, 2), dtype=int)  # place, a sixteenth ago, a bar ago, onset
    for context in [
        (0, 0, 0, 1), (1, 1, 0, 1), (2, 1, 0, 0), (3, 0, 0, 0),
        (0, 0, 1, 1), (1, 1, 1, 0), (2, 0, 0, 0), (3, 0, 0, 0),
    ]:  # fmt: skip
        expected[context] += 1
    assert (counts[0, 0] == expected).all()
    assert counts.sum() == 8 * 88
    assert counts[0, 1:, :4, 0, 0, 0].tolist() == [[2, 2, 2, 2]] * 87


def test_sixteenths_beyond_two_whole_notes_count_as_the_last_place() -> None:
    counts = tally(canonical_roll(song_of((0, 36, 60), meters=((0, 9, 4),)), SOLO))
    assert counts[0, 0, :, 0, 0, 0].tolist() == [1] * 31 + [5]


def test_the_unigram_costs_what_its_smoothed_rates_say() -> None:
    song = song_of((0, 4, LOW))  # one beat, 4 cells a key: 1 onset on the lowest, none elsewhere
    fitted = BASELINES["unigram"].fit([song], SOLO)
    bits = -log2(2 / 6) - 3 * log2(4 / 6) - 87 * 4 * log2(5 / 6)
    score = fitted.score(song)
    assert score.bits == pytest.approx(bits)
    assert (score.beats, score.notes) == (1.0, 1)


def test_copying_the_bar_costs_what_its_two_rates_say() -> None:
    fitted = BASELINES["copy-bar"].fit([TWO_BARS], SOLO)
    # 1 cell sounded a bar ago and sounds again; of the 703 others 1 sounds
    bits = -log2(2 / 3) - log2(2 / 705) - 702 * log2(703 / 705)
    score = fitted.score(TWO_BARS)
    assert score.bits == pytest.approx(bits)
    assert (score.beats, score.notes) == (2.0, 2)


def test_markov_falls_back_to_the_shorter_context_where_it_has_seen_nothing() -> None:
    fitted = Baseline("one imagined cell", BASELINES["markov"].ladder).fit([TWO_BARS], SOLO)
    repeated = fitted.probability[0, :, :, 0, 1]  # (pitch, place) sounded a bar ago, not a sixteenth ago
    # 1 onset in 1 cell: 2/3 by the bar, then half-way to 1 with each thing more that is known
    assert repeated[0, 0] == pytest.approx(23 / 24)
    assert repeated[0, 5] == pytest.approx(11 / 12)  # the place was never seen
    assert repeated[7, 5] == pytest.approx(5 / 6)  # nor the pitch
    assert fitted.probability[0, 7, 5, 1, 1] == pytest.approx(2 / 3)  # nor one a sixteenth ago


def test_the_more_cells_are_imagined_the_more_a_context_must_be_seen() -> None:
    slow = Baseline("three", (("bar",), ("pitch", "bar")), imagined=3).fit([TWO_BARS], SOLO)
    assert slow.probability[0, 0, 0, 0, 1] == pytest.approx((1 + 3 * 2 / 3) / (1 + 3))


@pytest.mark.parametrize("imagined", [0.0, -1.0, math.inf, math.nan])
def test_imagined_cells_must_be_some_and_not_endless(imagined: float) -> None:
    with pytest.raises(SongError, match="imagined cells"):
        Baseline("wrong", (("bar",),), imagined)


def test_counted_bits_are_those_of_all_cells_one_by_one(grouped: list[Song]) -> None:
    fitted = BASELINES["unigram"].fit(grouped, Seven.groups)
    roll = canonical_roll(grouped[0], Seven.groups)
    one_by_one = bernoulli_bits(roll.dense(), fitted.probability[:, :, 0, 0, 0])
    assert fitted.score_roll(roll).bits == pytest.approx(one_by_one)


@pytest.mark.parametrize("imagined", [1.0, BASELINES["markov"].imagined])
def test_more_context_never_costs_more_on_the_songs_it_was_fitted_on(grouped: list[Song], imagined: float) -> None:
    ladder = BASELINES["markov"].ladder
    shorter = [Baseline("shorter", ladder[:rungs], imagined) for rungs in range(1, len(ladder) + 1)]
    fitted = [baseline.fit(grouped, Seven.groups) for baseline in shorter]
    bits = [sum((one.score(song) for song in grouped), Likelihood()).bits for one in fitted]
    assert bits == sorted(bits, reverse=True)
    assert bits[0] > 1.2 * bits[-1]
    assert ladder[0] == BASELINES["copy-bar"].ladder[0]


def test_a_song_that_repeats_one_bar_costs_less_by_copying_than_by_unigram(grouped: list[Song]) -> None:
    riff = [(bar * 16 + place, 2, pitch) for bar in range(8) for place, pitch in [(0, 37), (3, 44), (6, 40), (11, 42)]]
    song = song_of(*riff, meters=((0, 4, 4),))
    unigram, copied = (BASELINES[name].fit(grouped, Seven.groups).score(song) for name in ("unigram", "copy-bar"))
    assert copied.bits < 0.7 * unigram.bits


@pytest.mark.parametrize("name", BASELINES)
def test_nothing_is_held_certain_or_impossible(name: str, grouped: list[Song]) -> None:
    probability = BASELINES[name].fit(grouped, Seven.groups).probability
    assert probability.shape == (7, 88, 32, 2, 2)
    assert probability.min() > 0
    assert probability.max() < 1


@pytest.mark.parametrize("name", BASELINES)
def test_the_order_of_the_songs_changes_nothing(name: str, grouped: list[Song]) -> None:
    there, back = (BASELINES[name].fit(order, Seven.groups) for order in (grouped, grouped[::-1]))
    assert (there.probability == back.probability).all()


@pytest.mark.parametrize("name", BASELINES)
def test_an_empty_song_costs_only_its_silence(name: str) -> None:
    coins = BASELINES[name].fit([], Seven.groups)
    assert coins.score(Song(480, ())) == Likelihood(0.0, 0.0, 0)
    unheard = Track("drums", 0, True, notes_from([(0, 480, 120, 90)]))  # a drum outside the 88 pitches: one beat
    assert canonical_roll(Song(480, (unheard,)), Seven.groups).dropped == 1
    assert coins.score(Song(480, (unheard,))) == Likelihood(4 * 7 * 88, 1.0, 0)


def test_a_roll_of_other_groups_is_refused() -> None:
    roll = canonical_roll(TWO_BARS, SOLO)
    with pytest.raises(SongError, match="the roll has groups bass"):
        BASELINES["markov"].fit([], Seven.groups).score_roll(roll)
    with pytest.raises(SongError, match="the roll has groups bass"):
        BASELINES["markov"].fit_rolls([roll], Seven.groups)


@pytest.mark.parametrize("ladder", [(), (("colour",),), (("group", "bar"), ("group", "pitch"))])
def test_a_ladder_that_does_not_grow_is_refused(ladder: tuple[tuple[str, ...], ...]) -> None:
    with pytest.raises(SongError, match="baseline 'wrong'"):
        Baseline("wrong", ladder)
