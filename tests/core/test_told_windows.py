"""Windows of a model with controls: what comes back in them, and whose notes are given."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from told_song import FORM, GIVING, GRID, SPEC, WIDTH, batch_of, cells, control, song, windows_of
from torch import Tensor

from popgen_core.analysis.position import POSITION
from popgen_core.contracts.controls import ControlConfig
from popgen_core.contracts.sizes import ControlSpec, Sizes
from popgen_core.corpus.augment import AugmentConfig
from popgen_core.music import RollSpec, roll_from_song
from popgen_core.plan.features import CONTROLS
from popgen_core.plan.told import Told
from popgen_core.train.processes import Share
from popgen_core.train.windows import Cutting, TrainingSong, Window, Windows


def test_what_comes_back_are_the_notes_that_begin_in_the_recalled_bar_cut_at_its_end() -> None:
    recall = batch_of(windows_of(context=0), 32).inputs.recall
    assert recall is not None
    assert recall.shape == (1, 16, 2, 3, 88)
    assert cells(recall[0], 0) == [(0, 0, 36), (0, 1, 40), (8, 0, 38), (12, 1, 43)]
    sounding = [(frame, pitch) for frame, group, pitch in cells(recall[0], 1) if group == 1]
    assert sounding == [*((frame, 40) for frame in range(8)), *((frame, 43) for frame in range(12, 16))]
    assert recall[0, 12, 1, 2, 43 - 21].item() == pytest.approx(50 / 127)
    # of the bar after only what begins in it: the bass that is held into it is not heard again
    assert not batch_of(windows_of(24, 0), 48).inputs.recall.any()  # type: ignore[union-attr]


def test_a_window_that_begins_inside_a_recalled_bar_hears_its_notes_where_they_stand() -> None:
    recall = batch_of(windows_of(4, 2), 38).inputs.recall
    assert recall is not None  # rows stand for frames 36..41
    assert cells(recall[0], 0) == [(4, 0, 38)]  # the drum of frame 8 at frame 40
    assert [frame for frame, group, _ in cells(recall[0], 1) if group == 1] == [0, 1, 2, 3]  # the bass up to frame 39


def test_nothing_comes_back_where_no_bar_is_recalled_nor_before_the_song() -> None:
    windows = windows_of(16, 4)
    assert not batch_of(windows, 0).inputs.recall.any()  # type: ignore[union-attr]
    recall = batch_of(windows, 28).inputs.recall
    assert recall is not None
    assert not recall[0, :8].any()  # frames 24..31
    assert recall[0, 8].any()
    assert [row[0] for row in control(windows, batch_of(windows, 28), "recall")[6:10]] == [0, 0, 1, 1]


def test_what_comes_back_is_varied_as_the_window_is() -> None:
    varying = AugmentConfig(shift_beats=0, transpose_semitones=6, velocity_share=0.2, drop_group_share=0.3)
    windows, plain = windows_of(context=0, augment=varying), windows_of(context=0)
    whole = plain.cut(Window(0, 32))
    seen = set()
    for seed in range(40):
        cut = windows.cut(Window(0, 32), np.random.default_rng(seed))
        kept = [event for event in whole.recalled.tolist() if SPEC.groups[event[2]] not in cut.drawn.silenced]
        expected = [
            (frame, last, group, pitch + cut.drawn.semitones * group, np.float32(velocity))
            for frame, last, group, pitch, velocity, *_ in kept
        ]
        found = [(frame, last, group, pitch) for frame, last, group, pitch, *_ in cut.recalled.tolist()]
        assert found == [event[:4] for event in expected]
        loud = np.clip([event[4] * cut.drawn.velocity_factor for event in expected], 1 / 127, 1)
        assert np.allclose(cut.recalled["velocity"], loud)
        seen.add((cut.drawn.semitones != 0, cut.drawn.silenced))
    assert len(seen) > 3
    assert plain.songs[0].roll.events["pitch"].tolist() == roll_from_song(song(), GRID, SPEC).events["pitch"].tolist()


def test_recalled_notes_that_leave_the_range_are_dropped() -> None:
    spec = RollSpec(("drums", "bass"), pitches=12, lowest=40)  # the recalled bass notes are its cells 0 and 3
    roll = roll_from_song(song(), GRID, spec, pitches="drop")
    told = Told.of(FORM, song(), GRID, ("recall",), spec.groups, roll.frames + 16)
    laid = TrainingSong("one", roll, np.zeros((roll.frames + 16, WIDTH), dtype=np.float32), 4.0, told)
    sizes = Sizes(spec, ControlSpec((*POSITION, ("recall", 2))), 16)
    lower = AugmentConfig(shift_beats=0, transpose_semitones=6, velocity_share=0, drop_group_share=0)
    windows = Windows([laid], sizes, 16, 0, lower, controls=ControlConfig(("recall",), drop=0, drop_all=0))
    for seed in range(20):
        cut = windows.cut(Window(0, 32), np.random.default_rng(seed))
        bass = [event[3] for event in cut.recalled.tolist() if event[2] == 1]
        assert bass == [pitch + cut.drawn.semitones for pitch in (0, 3) if 0 <= pitch + cut.drawn.semitones < 12]


def test_the_plan_is_told_as_the_window_is_varied() -> None:
    varying = AugmentConfig(shift_beats=0, transpose_semitones=6, velocity_share=0.2, drop_group_share=0.3)
    windows = windows_of(context=0, augment=varying)
    seen = set()
    for seed in range(30):
        cut, batch = windows.cut(Window(0, 0), np.random.default_rng(seed)), batch_of(windows, 0, seed)
        silent = "bass" in cut.drawn.silenced
        tonic = cut.drawn.semitones % 12
        assert control(windows, batch, "key")[0][12:].index(1) == tonic
        assert control(windows, batch, "chord")[0][:12].index(1) == tonic
        assert control(windows, batch, "groups")[0][1] == (-1 if silent else 1)
        loud = 2 * min(0.6 * cut.drawn.velocity_factor, 1) - 1
        assert control(windows, batch, "dynamics")[0][2:] == [1, pytest.approx(-1 if silent else loud, abs=1e-4)]
        seen.add((tonic, silent))
    assert {silent for _, silent in seen} == {True, False}
    assert len(seen) > 5


def seeds_of(windows: Windows, start: int, wanted: Any) -> list[int]:
    """Seeds whose cut is as wanted."""
    return [seed for seed in range(60) if wanted(windows.cut(Window(0, start), np.random.default_rng(seed)).kept)]


def test_given_notes_are_those_of_the_song_and_nothing_is_asked_of_them() -> None:
    windows = windows_of(16, 2, controls=GIVING, ahead=3)
    [seed, *_] = seeds_of(windows, 4, lambda kept: kept[:, 1].all() and not kept[:, 0].any())
    batch, plain = batch_of(windows, 4, seed), batch_of(windows, 4)
    given, kept = batch.inputs.given, batch.inputs.kept
    assert given is not None
    assert kept is not None
    assert given.shape == (1, 2 + 16 + 3, 2, 3, 88)
    assert kept.shape == (1, 21, 2)
    # rows stand for frames 2..22: the bass sounds up to frame 7, and again from 12 to 19
    assert cells(given[0], 0) == [(10, 1, 43)]
    assert [frame for frame, _, _ in cells(given[0], 1)] == [*range(6), *range(10, 18)]
    assert control(windows, batch, "given") == [[0, 1]] * 18
    # the bass is still in the target, and of the two onsets from frame 4 on that of the drums alone is asked for
    assert torch.equal(batch.target.onset, plain.target.onset)
    assert torch.equal(batch.target.active, plain.target.active)
    assert [index.tolist() for index in batch.target.where] == [[0], [4], [0], [38 - 21]]
    assert batch.target.rhythm.velocity.tolist() == [np.float32(64 / 127)]
    assert [index.tolist() for index in plain.target.where[1:3]] == [[4, 8], [0, 1]]


def test_a_group_may_be_given_for_a_stretch_and_is_written_outside_of_it() -> None:
    windows = windows_of(16, 2, controls=GIVING, ahead=3)
    inside = seeds_of(windows, 4, lambda kept: kept[10, 1] and not kept.all(axis=0).any())
    outside = seeds_of(windows, 4, lambda kept: kept[:, 1].any() and not kept[10, 1])
    for seeds, asked in ((inside, [4]), (outside, [4, 8])):
        for seed in seeds:
            batch = batch_of(windows, 4, seed)
            kept = windows.cut(Window(0, 4), np.random.default_rng(seed)).kept
            assert set(batch.target.where[1].tolist()) == set(asked)
            assert batch.inputs.kept is not None
            assert batch.inputs.given is not None
            assert torch.equal(batch.inputs.kept[0], torch.from_numpy(kept))
            assert not batch.inputs.given[0][batch.inputs.kept[0] == 0].any()
    assert inside
    assert outside


def test_one_group_at_least_is_left_to_write_and_one_alone_is_never_given() -> None:
    windows = windows_of(16, 2, controls=GIVING)
    for seed in range(60):
        kept = windows.cut(Window(0, 4), np.random.default_rng(seed)).kept
        assert not kept.all(axis=1).any()
    assert not any(windows.cut(Window(0, 48), np.random.default_rng(seed)).kept.any() for seed in range(20))


def test_controls_change_nothing_of_what_a_model_without_them_would_read_and_write() -> None:
    varying = AugmentConfig()
    plain = windows_of(known=(), controls=ControlConfig(), augment=varying)
    told = windows_of(controls=ControlConfig(CONTROLS), augment=varying, ahead=5)
    for start in (0, 16, 32):
        for seed in range(5):
            one, other = batch_of(plain, start, seed), batch_of(told, start, seed)
            assert one.inputs.recall is one.inputs.given is one.inputs.kept is None
            assert torch.equal(one.inputs.past, other.inputs.past)
            assert torch.equal(one.inputs.controls, other.inputs.controls[..., :WIDTH])
            assert torch.equal(one.target.onset, other.target.onset)
            assert torch.equal(one.target.active, other.target.active)
            assert torch.equal(one.target.mask, other.target.mask)


CUT = Cutting(3, 3, Share)


def test_an_epoch_with_controls_depends_on_seed_and_number_alone() -> None:
    windows = windows_of(8, controls=ControlConfig(CONTROLS), augment=AugmentConfig())

    def heard(seed: int, epoch: int, skip: int = 0) -> list[list[Tensor]]:
        return [
            [value for value in vars(batch.inputs).values() if value is not None]
            for (batch,) in windows.epoch(seed, epoch, CUT, skip)
        ]

    def same(one: list[list[Tensor]], other: list[list[Tensor]]) -> bool:
        return all(torch.equal(a, b) for x, y in zip(one, other, strict=True) for a, b in zip(x, y, strict=True))

    first = heard(5, 1)
    torch.rand(3), np.random.rand(3)  # chance elsewhere
    assert same(first, heard(5, 1))
    assert same(first[1:], heard(5, 1, skip=1))
    assert not same(first[:1], heard(5, 2)[:1])
    assert not same(first[:1], heard(6, 1)[:1])
