"""Variations of a song: what each changes, and what each must leave alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from pydantic import TypeAdapter, ValidationError

from popgen_core.corpus.augment import AugmentConfig, Drawn, augment, drop_groups, scale_velocity, transpose
from popgen_core.music import RollSpec
from popgen_core.music.roll import EVENT

SPEC = RollSpec(("drums", "bass", "lead"))
DRUMS, BASS, LEAD = range(3)
OFF = AugmentConfig(shift_beats=0, transpose_semitones=0, velocity_share=0, drop_group_share=0)
TIMES = ["frame", "last", "duration", "offset"]


def events(*notes: tuple[int, int]) -> np.ndarray:
    """(group, pitch) rows, a frame apart."""
    made = np.zeros(len(notes), dtype=EVENT)
    for number, (group, pitch) in enumerate(notes):
        made[number] = (number, number + 2, group, pitch, 0.5, 0.25, 0.1)
    return made


def varied(config: AugmentConfig, seed: int, given: np.ndarray | None = None) -> np.ndarray:
    return augment(SONG if given is None else given, config, np.random.default_rng(seed), SPEC)[0]


SONG = events((DRUMS, 15), (BASS, 10), (LEAD, 80), (LEAD, 40))


def test_transposing_moves_every_group_but_drums() -> None:
    assert transpose(SONG, 3, SPEC)["pitch"].tolist() == [15, 13, 83, 43]
    assert transpose(SONG, -3, SPEC)["pitch"].tolist() == [15, 7, 77, 37]
    assert transpose(SONG, 3, SPEC, drum_groups=("drums", "bass"))["pitch"].tolist() == [15, 10, 83, 43]


def test_no_note_leaves_the_keyboard_and_intervals_stay() -> None:
    assert transpose(SONG, 12, SPEC)["pitch"].tolist() == [15, 17, 87, 47]  # 7 is what the lead has left above it
    assert transpose(SONG, -12, SPEC)["pitch"].tolist() == [15, 0, 70, 30]  # 10 is what the bass has left below it


def test_drums_alone_are_not_transposed() -> None:
    drums = events((DRUMS, 15), (DRUMS, 0))
    assert transpose(drums, 5, SPEC).tolist() == drums.tolist()


def test_velocity_is_scaled_between_the_softest_note_and_the_loudest() -> None:
    made = SONG.copy()
    made["velocity"] = [0.5, 0.9, 1 / 127, 1.0]
    assert scale_velocity(made, 1.2)["velocity"].tolist() == pytest.approx([0.6, 1.0, 1.2 / 127, 1.0])
    assert scale_velocity(made, 0.8)["velocity"].tolist() == pytest.approx([0.4, 0.72, 1 / 127, 0.8])


def test_dropped_groups_are_silent_and_others_untouched() -> None:
    assert drop_groups(SONG, ["bass"], SPEC).tolist() == SONG[[0, 2, 3]].tolist()
    assert drop_groups(SONG, [], SPEC).tolist() == SONG.tolist()


def test_a_song_is_never_silenced_altogether() -> None:
    assert drop_groups(SONG, SPEC.groups, SPEC).tolist() == SONG.tolist()
    assert drop_groups(SONG[1:2], ["bass"], SPEC).tolist() == SONG[1:2].tolist()


@pytest.mark.parametrize(
    ("config", "changes"),
    [
        (OFF, set()),
        (replace(OFF, shift_beats=2.0), set()),  # the loader's window does that
        (replace(OFF, transpose_semitones=6), {"pitch"}),
        (replace(OFF, velocity_share=0.2), {"velocity"}),
    ],
)
def test_each_variation_changes_its_own_field_alone(config: AugmentConfig, changes: set[str]) -> None:
    before = SONG.copy()
    made = [varied(config, seed) for seed in range(40)]
    changed = {name for other in made for name in SONG.dtype.names if other[name].tolist() != SONG[name].tolist()}
    assert changed == changes
    assert SONG.tolist() == before.tolist()  # the events given are never written to


def test_dropping_takes_whole_groups() -> None:
    config = replace(OFF, drop_group_share=0.5)
    kinds = set()
    for seed in range(60):
        made = varied(config, seed)
        kinds.add(tuple(np.unique(made["group"]).tolist()))
        assert made.tolist() == SONG[np.isin(SONG["group"], made["group"])].tolist()
    assert kinds == {(0,), (1,), (2,), (0, 1), (0, 2), (1, 2), (0, 1, 2)}


def test_all_semitones_either_way_are_drawn_alike_often() -> None:
    config = replace(OFF, transpose_semitones=2)
    generator = np.random.default_rng(3)
    shifts = [int(augment(SONG, config, generator, SPEC)[0]["pitch"][1]) - 10 for _ in range(1000)]
    found, counts = np.unique(shifts, return_counts=True)
    assert found.tolist() == [-2, -1, 0, 1, 2]
    assert counts.min() > 150  # 200 each; 150 is four standard deviations below


def test_velocity_changes_by_up_to_the_share_either_way() -> None:
    config = replace(OFF, velocity_share=0.2)
    generator = np.random.default_rng(3)
    factors = [float(augment(SONG, config, generator, SPEC)[0]["velocity"][0]) / 0.5 for _ in range(500)]
    assert 0.8 <= min(factors) < 0.81
    assert 1.19 < max(factors) <= 1.2000001


def test_the_same_seed_makes_the_same_variation() -> None:
    (one, drawn), (same, again), (other, _) = (
        augment(SONG, AugmentConfig(), np.random.default_rng(seed), SPEC) for seed in (5, 5, 6)
    )
    assert (one.tolist(), drawn) == (same.tolist(), again)
    assert one.tolist() != other.tolist()


def test_switching_one_variation_off_leaves_the_others_as_drawn() -> None:
    both = varied(replace(OFF, transpose_semitones=6, velocity_share=0.2), 2)
    alone = varied(replace(OFF, velocity_share=0.2), 2)
    assert both["pitch"].tolist() != alone["pitch"].tolist()
    assert both["velocity"].tolist() == alone["velocity"].tolist()


def test_what_was_drawn_is_what_was_done() -> None:
    config = replace(OFF, transpose_semitones=6, velocity_share=0.2, drop_group_share=0.4)
    kinds = set()
    for seed in range(60):
        made, drawn = augment(SONG, config, np.random.default_rng(seed), SPEC)
        numbers = [SPEC.groups.index(group) for group in drawn.silenced]
        left = SONG[~np.isin(SONG["group"], numbers)]
        assert made["group"].tolist() == left["group"].tolist()
        assert made["pitch"].tolist() == (left["pitch"] + drawn.semitones * (left["group"] != DRUMS)).tolist()
        assert made["velocity"].tolist() == pytest.approx((left["velocity"] * drawn.velocity_factor).tolist())
        kinds.add(drawn.semitones)
    assert kinds == set(range(-6, 7))


def test_an_interval_that_had_to_be_cut_is_told_as_it_was_done() -> None:
    high = events((BASS, 10), (LEAD, 85))  # two semitones below the highest key
    told = {
        augment(high, replace(OFF, transpose_semitones=6), np.random.default_rng(n), SPEC)[1].semitones
        for n in range(90)
    }
    assert told == {-6, -5, -4, -3, -2, -1, 0, 1, 2}


def test_groups_that_are_named_as_drums_are_not_transposed() -> None:
    config, both = replace(OFF, transpose_semitones=6), ("drums", "bass")
    for seed in range(20):
        made, drawn = augment(SONG, config, np.random.default_rng(seed), SPEC, both)
        assert made["pitch"].tolist() == [15, 10, 80 + drawn.semitones, 40 + drawn.semitones]


def test_a_song_over_the_whole_keyboard_is_not_transposed() -> None:
    whole = events((BASS, 0), (LEAD, 87), (DRUMS, 40))
    for seed in range(20):
        made, drawn = augment(whole, replace(OFF, transpose_semitones=6), np.random.default_rng(seed), SPEC)
        assert (made.tolist(), drawn) == (whole.tolist(), Drawn())


def test_groups_that_are_all_there_is_are_neither_silenced_nor_told_as_silenced() -> None:
    bass = events((BASS, 10), (BASS, 12))
    config = replace(OFF, drop_group_share=0.99)
    made, drawn = augment(bass, config, np.random.default_rng(1), SPEC)
    assert (made.tolist(), drawn.silenced) == (bass.tolist(), ())


def test_nothing_is_drawn_where_all_is_switched_off() -> None:
    assert augment(SONG, OFF, np.random.default_rng(1), SPEC)[1] == Drawn(0, 1.0, ())


def test_a_window_without_notes_is_varied_without_complaint() -> None:
    made, drawn = augment(events(), AugmentConfig(drop_group_share=0.9), np.random.default_rng(1), SPEC)
    assert (len(made), drawn.semitones, drawn.silenced) == (0, 0, ())


def test_intervals_are_symmetric_for_a_song_inside_the_keyboard() -> None:
    ordinary = events((BASS, 7), (LEAD, 75), (DRUMS, 0))  # MIDI 28 to 96: a bass's E to a flute's C
    generator = np.random.default_rng(7)
    drawn = [augment(ordinary, AugmentConfig(), generator, SPEC)[1].semitones for _ in range(2600)]
    found, counts = np.unique(drawn, return_counts=True)
    assert found.tolist() == list(range(-6, 7))
    assert counts.min() > 140  # 200 each; 140 is four standard deviations below
    assert counts.max() < 260


@pytest.mark.parametrize(
    "wrong",
    [{"shift_beats": -1}, {"transpose_semitones": 13}, {"velocity_share": 1.0}, {"drop_group_share": 1.0}],
)
def test_a_share_out_of_range_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(AugmentConfig).validate_python(wrong)
