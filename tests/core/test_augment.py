"""Variations of a song: what each changes, and what each must leave alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from pydantic import TypeAdapter, ValidationError

from popgen_core.corpus.augment import AugmentConfig, augment, drop_groups, scale_velocity, transpose
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
    made = [augment(SONG, config, np.random.default_rng(seed), SPEC) for seed in range(40)]
    changed = {name for varied in made for name in SONG.dtype.names if varied[name].tolist() != SONG[name].tolist()}
    assert changed == changes
    assert SONG.tolist() == before.tolist()  # the events given are never written to


def test_dropping_takes_whole_groups() -> None:
    config = replace(OFF, drop_group_share=0.5)
    kinds = set()
    for seed in range(60):
        varied = augment(SONG, config, np.random.default_rng(seed), SPEC)
        kinds.add(tuple(np.unique(varied["group"]).tolist()))
        assert varied.tolist() == SONG[np.isin(SONG["group"], varied["group"])].tolist()
    assert kinds == {(0,), (1,), (2,), (0, 1), (0, 2), (1, 2), (0, 1, 2)}


def test_all_semitones_either_way_are_drawn_alike_often() -> None:
    config = replace(OFF, transpose_semitones=2)
    generator = np.random.default_rng(3)
    shifts = [int(augment(SONG, config, generator, SPEC)["pitch"][1]) - 10 for _ in range(1000)]
    found, counts = np.unique(shifts, return_counts=True)
    assert found.tolist() == [-2, -1, 0, 1, 2]
    assert counts.min() > 150  # 200 each; 150 is four standard deviations below


def test_velocity_changes_by_up_to_the_share_either_way() -> None:
    config = replace(OFF, velocity_share=0.2)
    generator = np.random.default_rng(3)
    factors = [float(augment(SONG, config, generator, SPEC)["velocity"][0]) / 0.5 for _ in range(500)]
    assert 0.8 <= min(factors) < 0.81
    assert 1.19 < max(factors) <= 1.2000001


def test_the_same_seed_makes_the_same_variation() -> None:
    one, same, other = (augment(SONG, AugmentConfig(), np.random.default_rng(seed), SPEC) for seed in (5, 5, 6))
    assert one.tolist() == same.tolist()
    assert one.tolist() != other.tolist()


def test_switching_one_variation_off_leaves_the_others_as_drawn() -> None:
    both = augment(SONG, replace(OFF, transpose_semitones=6, velocity_share=0.2), np.random.default_rng(1), SPEC)
    alone = augment(SONG, replace(OFF, velocity_share=0.2), np.random.default_rng(1), SPEC)
    assert both["velocity"].tolist() == alone["velocity"].tolist()


@pytest.mark.parametrize(
    "wrong",
    [{"shift_beats": -1}, {"transpose_semitones": 13}, {"velocity_share": 1.0}, {"drop_group_share": 1.0}],
)
def test_a_share_out_of_range_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(AugmentConfig).validate_python(wrong)
