"""Windows for training: what a model reads is the song one frame before what it should write."""

from __future__ import annotations

import numpy as np
import torch

from popgen_core.analysis.position import POSITION, position_controls
from popgen_core.contracts.sizes import ControlSpec, Sizes
from popgen_core.corpus.augment import AugmentConfig
from popgen_core.music import BeatGrid, RollSpec, Song, Track, notes_from, roll_from_song
from popgen_core.train.windows import TrainingSong, Window, Windows

SPEC = RollSpec(("drums", "bass"))
SIZES = Sizes(SPEC, ControlSpec(POSITION), 16)
GRID = BeatGrid(4)  # a frame is 120 ticks


def song_of(*bass: tuple[int, int, int, int]) -> Song:
    drums = notes_from([(0, 60, 36, 127), (480, 60, 38, 64)])
    return Song(480, (Track("drums", 0, True, drums), Track("bass", 33, False, notes_from(bass))))


def windows_of(song: Song, window: int, context: int, augment: AugmentConfig | None = None) -> Windows:
    roll = roll_from_song(song, GRID, SPEC)
    return Windows([TrainingSong.of("one", song, roll, window)], SIZES, window, context, augment)


BASS = (240, 360, 40, 100)  # a note over frames 2, 3, 4 at pitch 40, cell 19


def test_the_past_is_the_roll_one_frame_later_with_its_left_context() -> None:
    inputs, target = windows_of(song_of(BASS), 4, 2).batch([Window(0, 2)])
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
    _, target = windows_of(song_of(BASS), 2, 0).batch([Window(0, 3)])
    assert target.onset.sum() == 1  # the drum at frame 4
    assert target.active[0, :, 1, 19].tolist() == [1, 1]


def test_rhythm_values_stand_at_onsets_by_event() -> None:
    _, target = windows_of(song_of(BASS), 8, 0).batch([Window(0, 0)])
    assert [index.tolist() for index in target.where] == [[0, 0, 0], [0, 2, 4], [0, 1, 0], [15, 19, 17]]
    assert torch.allclose(target.rhythm.velocity, torch.tensor([1.0, 100 / 127, 64 / 127]))
    assert torch.allclose(target.rhythm.duration, torch.log1p(torch.tensor([0.0625, 0.375, 0.0625])))
    assert target.rhythm.offset.tolist() == [0, 0, 0]


def test_frames_behind_the_end_of_the_song_do_not_count() -> None:
    _, target = windows_of(song_of(BASS), 8, 0).batch([Window(0, 0)])
    assert target.mask.tolist() == [[1, 1, 1, 1, 1, 0, 0, 0]]  # the drum at frame 4 is the last


def test_controls_are_those_of_the_frame_to_write_and_zero_before_the_song() -> None:
    song = song_of(BASS)
    inputs, _ = windows_of(song, 4, 2).batch([Window(0, 0)])
    assert inputs.controls[0, :2].abs().sum() == 0
    assert np.array_equal(inputs.controls[0, 2:].numpy(), position_controls(song, GRID, 0, 4))


def test_of_two_onsets_in_one_cell_the_louder_is_learned_once() -> None:
    _, target = windows_of(song_of((0, 10, 40, 30), (20, 10, 40, 90)), 2, 0).batch([Window(0, 0)])
    bass = target.where[2] == 1
    assert target.rhythm.velocity[bass].tolist() == [np.float32(90 / 127)]


def test_an_epoch_depends_on_seed_and_number_alone() -> None:
    song = song_of(*[(480 * n, 100, 40 + n % 3, 80) for n in range(40)])
    windows = windows_of(song, 16, 2, AugmentConfig())
    first = [inputs.past for inputs, _ in windows.epoch(5, 1, 3)]
    again = [inputs.past for inputs, _ in windows.epoch(5, 1, 3)]
    other = [inputs.past for inputs, _ in windows.epoch(5, 2, 3)]
    assert all(torch.equal(a, b) for a, b in zip(first, again, strict=True))
    assert not all(a.shape == b.shape and torch.equal(a, b) for a, b in zip(first, other, strict=True))


def test_an_epoch_taken_up_in_the_middle_goes_on_with_the_same_batches() -> None:
    song = song_of(*[(480 * n, 100, 40, 80) for n in range(40)])
    windows = windows_of(song, 16, 2, AugmentConfig())
    whole = [inputs.past for inputs, _ in windows.epoch(5, 0, 3)]
    rest = [inputs.past for inputs, _ in windows.epoch(5, 0, 3, skip=2)]
    assert len(rest) == len(whole) - 2
    assert all(torch.equal(a, b) for a, b in zip(whole[2:], rest, strict=True))


def test_every_frame_of_a_song_is_in_one_window() -> None:
    song = song_of(*[(480 * n, 100, 40, 80) for n in range(10)])  # 37 frames
    assert [window.start for window in windows_of(song, 16, 0).tiles()] == [0, 16, 32]
