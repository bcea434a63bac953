"""Windows for training: what a model reads is the song one frame before what it should write."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from popgen_core.analysis.position import POSITION, position_controls
from popgen_core.contracts.sizes import ControlSpec, Sizes
from popgen_core.contracts.tensors import Inputs, Target
from popgen_core.corpus.augment import AugmentConfig, Drawn
from popgen_core.corpus.dataset import Dataset
from popgen_core.errors import RecipeError
from popgen_core.music import BeatGrid, RollSpec, Song, Track, notes_from, roll_from_song
from popgen_core.music.quantise import QuantiseConfig
from popgen_core.plugins import catalogue
from popgen_core.recipe import Recipe, built_in, read_recipe, recipe_from_toml
from popgen_core.train.processes import Share
from popgen_core.train.songs import load_songs
from popgen_core.train.windows import Batch, Cutting, TrainingSong, Window, Windows

pytest_plugins = ("tiny_run",)

SPEC = RollSpec(("drums", "bass"))
SIZES = Sizes(SPEC, ControlSpec(POSITION), 16)
GRID = BeatGrid(4)  # a frame is 120 ticks


def song_of(*bass: tuple[int, int, int, int]) -> Song:
    drums = notes_from([(0, 60, 36, 127), (480, 60, 38, 64)])
    return Song(480, (Track("drums", 0, True, drums), Track("bass", 33, False, notes_from(bass))))


CUT = Cutting(3, 3, Share)


def pair(batch: Batch) -> tuple[Inputs, Target]:
    return batch.inputs, batch.target


def windows_of(song: Song, window: int, context: int, augment: AugmentConfig | None = None) -> Windows:
    roll = roll_from_song(song, GRID, SPEC)
    return Windows([TrainingSong.of("one", song, roll, window)], SIZES, window, context, augment)


BASS = (240, 360, 40, 100)  # a note over frames 2, 3, 4 at pitch 40, cell 19


def test_the_past_is_the_roll_one_frame_later_with_its_left_context() -> None:
    inputs, target = pair(windows_of(song_of(BASS), 4, 2).batch([Window(0, 2)]))
    assert inputs.past.shape == (1, 6, 2, 3, 88)
    assert target.onset.shape == (1, 4, 2, 88)
    onset, active, velocity = inputs.past[0, :, 1, :, 40 - 21].unbind(1)
    # rows stand for frames 0..5 and hold frames -1..4
    assert onset.tolist() == [0, 0, 0, 1, 0, 0]
    assert active.tolist() == [0, 0, 0, 1, 1, 1]
    assert torch.allclose(velocity, torch.tensor([0, 0, 0, 100 / 127, 0, 0]))
    assert target.onset[0, :, 1, 19].tolist() == [1, 0, 0, 0]  # frames 2..5
    assert target.active[0, :, 1, 19].tolist() == [1, 1, 1, 0]


def test_a_note_begun_before_the_window_is_active_in_it_without_an_onset() -> None:
    _, target = pair(windows_of(song_of(BASS), 2, 0).batch([Window(0, 3)]))
    assert target.onset.sum() == 1  # the drum at frame 4
    assert target.active[0, :, 1, 19].tolist() == [1, 1]


def test_rhythm_values_stand_at_onsets_by_event() -> None:
    _, target = pair(windows_of(song_of(BASS), 8, 0).batch([Window(0, 0)]))
    assert [index.tolist() for index in target.where] == [[0, 0, 0], [0, 2, 4], [0, 1, 0], [15, 19, 17]]
    assert torch.allclose(target.rhythm.velocity, torch.tensor([1.0, 100 / 127, 64 / 127]))
    assert torch.allclose(target.rhythm.duration, torch.log1p(torch.tensor([0.0625, 0.375, 0.0625])))
    assert target.rhythm.offset.tolist() == [0, 0, 0]


def test_onsets_of_the_left_context_are_heard_and_not_to_be_written() -> None:
    _, target = pair(windows_of(song_of(BASS), 4, 2).batch([Window(0, 2)]))
    assert [index.tolist() for index in target.where] == [[0, 0], [0, 2], [1, 0], [19, 17]]


def test_frames_behind_the_end_of_the_song_do_not_count() -> None:
    _, target = pair(windows_of(song_of(BASS), 8, 0).batch([Window(0, 0)]))
    assert target.mask.tolist() == [[1, 1, 1, 1, 1, 0, 0, 0]]  # the drum at frame 4 is the last


def test_controls_are_those_of_the_frame_to_write_and_zero_before_the_song() -> None:
    song = song_of(BASS)
    inputs, _ = pair(windows_of(song, 4, 2).batch([Window(0, 0)]))
    assert inputs.controls[0, :2].abs().sum() == 0
    assert np.array_equal(inputs.controls[0, 2:].numpy(), position_controls(song, GRID, 0, 4))


def test_of_two_onsets_in_one_cell_the_louder_is_learned_once() -> None:
    _, target = pair(windows_of(song_of((0, 10, 40, 30), (20, 10, 40, 90)), 2, 0).batch([Window(0, 0)]))
    bass = target.where[2] == 1
    assert target.rhythm.velocity[bass].tolist() == [np.float32(90 / 127)]


def test_an_epoch_depends_on_seed_and_number_alone() -> None:
    song = song_of(*[(480 * n, 100, 40 + n % 3, 80) for n in range(40)])
    windows = windows_of(song, 16, 2, AugmentConfig())
    first = [batch.inputs.past for (batch,) in windows.epoch(5, 1, CUT)]
    again = [batch.inputs.past for (batch,) in windows.epoch(5, 1, CUT)]
    other = [batch.inputs.past for (batch,) in windows.epoch(5, 2, CUT)]
    assert all(torch.equal(a, b) for a, b in zip(first, again, strict=True))
    assert not all(a.shape == b.shape and torch.equal(a, b) for a, b in zip(first, other, strict=True))


def test_an_epoch_taken_up_in_the_middle_goes_on_with_the_same_batches() -> None:
    song = song_of(*[(480 * n, 100, 40, 80) for n in range(40)])
    windows = windows_of(song, 16, 2, AugmentConfig())
    whole = [batch.inputs.past for (batch,) in windows.epoch(5, 0, CUT)]
    rest = [batch.inputs.past for (batch,) in windows.epoch(5, 0, CUT, skip=2)]
    assert len(rest) == len(whole) - 2
    assert all(torch.equal(a, b) for a, b in zip(whole[2:], rest, strict=True))


NOTHING = AugmentConfig(shift_beats=0, transpose_semitones=0, velocity_share=0, drop_group_share=0)


def test_a_window_is_shifted_by_up_to_two_beats_either_way_and_stays_in_its_song() -> None:
    windows = windows_of(song_of((0, 480 * 20, 40, 80)), 16, 2, replace(NOTHING, shift_beats=2.0))
    starts = {windows.cut(Window(0, 32), np.random.default_rng(n)).start for n in range(300)}
    assert starts == set(range(32 - 8, 32 + 8 + 1))
    assert {windows.cut(Window(0, 0), np.random.default_rng(n)).start for n in range(300)} == set(range(9))
    assert {windows.cut(Window(0, 78), np.random.default_rng(n)).start for n in range(300)} == set(range(70, 80))


def test_a_shifted_window_is_the_window_that_begins_there() -> None:
    windows = windows_of(
        song_of(*[(480 * n, 100, 40 + n, 80) for n in range(12)]), 16, 2, replace(NOTHING, shift_beats=2.0)
    )
    generator, same = np.random.default_rng(4), np.random.default_rng(4)
    start = windows.cut(Window(0, 16), same).start
    assert start != 16
    (moved, wanted), (plain, also) = (
        pair(windows.batch([Window(0, 16)], [generator])),
        pair(windows.batch([Window(0, start)])),
    )
    assert torch.equal(moved.past, plain.past)
    assert torch.equal(moved.controls, plain.controls)
    assert torch.equal(wanted.onset, also.onset)
    assert torch.equal(wanted.mask, also.mask)


def test_a_cut_tells_what_was_drawn_for_it() -> None:
    song = song_of(BASS, (960, 120, 45, 90))
    windows = windows_of(song, 16, 2, replace(NOTHING, transpose_semitones=6, velocity_share=0.2))
    plain = windows.cut(Window(0, 0))
    assert plain.drawn == Drawn()
    varied = windows.cut(Window(0, 0), np.random.default_rng(3))
    assert varied.drawn.semitones != 0
    pitched = plain.events["group"] == 1
    assert (varied.events["pitch"] - plain.events["pitch"]).tolist() == (pitched * varied.drawn.semitones).tolist()
    for name in ("frame", "last", "duration", "offset", "group"):
        assert varied.events[name].tolist() == plain.events[name].tolist()


def test_without_augmentation_generators_change_nothing() -> None:
    windows = windows_of(song_of(BASS), 8, 2)
    one, other = (windows.batch([Window(0, 0)], drawn).inputs.past for drawn in (None, [np.random.default_rng(1)]))
    assert torch.equal(one, other)


def test_the_songs_themselves_are_never_written_to() -> None:
    windows = windows_of(song_of(BASS, (960, 120, 45, 90)), 8, 2, AugmentConfig(drop_group_share=0.5))
    before = windows.songs[0].roll.events.copy()
    for _ in windows.epoch(1, 1, Cutting(2, 2, Share)):
        pass
    assert windows.songs[0].roll.events.tolist() == before.tolist()


def test_each_window_of_a_batch_has_its_own_row() -> None:
    windows = windows_of(song_of(BASS, (1200, 120, 45, 90)), 4, 1)
    chosen = [Window(0, 8), Window(0, 0), Window(0, 4)]
    inputs, target = pair(windows.batch(chosen))
    for row, window in enumerate(chosen):
        alone, wanted = pair(windows.batch([window]))
        assert torch.equal(inputs.past[row : row + 1], alone.past)
        assert torch.equal(target.active[row : row + 1], wanted.active)
        mine = target.where[0] == row
        assert [index[mine].tolist() for index in target.where[1:]] == [index.tolist() for index in wanted.where[1:]]
        assert target.rhythm.velocity[mine].tolist() == wanted.rhythm.velocity.tolist()


def test_of_onsets_alike_loud_in_a_cell_the_first_is_learned() -> None:
    _, target = pair(windows_of(song_of((0, 10, 40, 90), (20, 30, 40, 90)), 2, 0).batch([Window(0, 0)]))
    bass = target.where[2] == 1
    assert target.rhythm.duration[bass].tolist() == [np.float32(np.log1p(np.float32(10 / 960)))]


def recipe(*changes: str) -> Recipe:
    return read_recipe("paper", catalogue(), ["grid.kind=beats", "train.window=64", "backbone.window=64", *changes])


def test_songs_are_quantised_as_the_recipe_says(tiny_dataset: Path) -> None:
    dataset = Dataset.open(tiny_dataset)
    played, stored = load_songs(dataset, recipe())
    snapped, _ = load_songs(dataset, recipe("quantise.strength=1.0"))
    assert played[0].roll.events.tolist() == stored[0].roll(BeatGrid(4), stored[0].spec).events.tolist()
    assert any(np.abs(song.roll.events["offset"]).max() > 0.05 for song in played)
    for song, before in zip(snapped, played, strict=True):
        assert np.abs(song.roll.events["offset"]).max() < 0.005  # half a tick of 480 is .004 frames
        assert len(song.roll.events) == len(before.roll.events)


def test_a_recipe_without_the_section_keeps_the_timing_and_a_completed_one_says_so() -> None:
    assert "quantise" not in built_in()["paper"]
    assert recipe().quantise == QuantiseConfig(resolution=4, strength=0.0)
    assert recipe().table()["quantise"] == {"resolution": 4, "strength": 0.0, "keep_swing": True}
    chosen = recipe("quantise.strength=0.5", "quantise.resolution=12")
    assert recipe_from_toml(chosen.toml(), catalogue()).quantise == QuantiseConfig(12, 0.5)
    with pytest.raises(RecipeError, match=r"quantise\.resolution: "):
        recipe("quantise.resolution=49")


def test_every_frame_of_a_song_is_in_one_window() -> None:
    song = song_of(*[(480 * n, 100, 40, 80) for n in range(10)])  # 37 frames
    assert [window.start for window in windows_of(song, 16, 0).tiles()] == [0, 16, 32]
