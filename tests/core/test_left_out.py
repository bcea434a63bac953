"""Controls are left out of some training windows, one by one or all, so that a model can do without them."""

from __future__ import annotations

import pytest
from told_song import GIVING, WIDTH, batch_of, control, windows_of

from popgen_core.contracts.controls import ControlConfig
from popgen_core.plan.features import CONTROLS
from popgen_core.train.windows import Windows


def told_of(windows: Windows, seed: int) -> set[str]:
    """Which controls beside position something is said of in a window, where the plan says something of each."""
    batch = batch_of(windows, 32, seed)
    return {name for name in CONTROLS if any(any(row) for row in control(windows, batch, name))}


PLAN_CONTROLS = set(CONTROLS) - {"given", "density"}  # of densities the plan says nothing


def test_without_leaving_anything_out_everything_is_told_and_nothing_given() -> None:
    assert all(told_of(windows_of(), seed) == PLAN_CONTROLS for seed in range(10))


def test_a_window_without_a_generator_is_told_the_whole_plan_and_given_nothing() -> None:
    windows = windows_of(controls=ControlConfig(CONTROLS, drop=1, drop_all=1, given=1))
    batch = batch_of(windows, 32)
    assert {name for name in CONTROLS if any(any(row) for row in control(windows, batch, name))} == PLAN_CONTROLS
    assert batch.inputs.recall is not None
    assert batch.inputs.recall.any()
    assert batch.inputs.kept is not None
    assert not batch.inputs.kept.any()
    assert batch.inputs.given is not None
    assert not batch.inputs.given.any()


def test_leaving_everything_out_leaves_the_position() -> None:
    windows = windows_of(controls=ControlConfig(CONTROLS, drop=0, drop_all=1, given=1))
    for seed in range(10):
        batch = batch_of(windows, 32, seed)
        assert batch.inputs.controls[..., :WIDTH].any()
        assert not batch.inputs.controls[..., WIDTH:].any()
        for roll in (batch.inputs.recall, batch.inputs.given, batch.inputs.kept):
            assert roll is not None
            assert not roll.any()


def test_controls_are_left_out_one_by_one_the_next_chord_with_the_chord() -> None:
    windows = windows_of(controls=ControlConfig(CONTROLS, drop=0.3, drop_all=0.2, given=0))
    found = [told_of(windows, seed) for seed in range(400)]
    assert all(("next" in told) == ("chord" in told) for told in found)
    for name in PLAN_CONTROLS - {"next"}:  # .8 x .7 = .56; five standard deviations of 400 draws are .124
        assert sum(name in told for told in found) / 400 == pytest.approx(0.56, abs=0.124)
    assert len({frozenset(told) for told in found}) > 60
    assert sum(not told for told in found) / 400 == pytest.approx(0.2, abs=0.1)


def test_what_comes_back_is_left_out_with_what_is_said_of_it() -> None:
    windows = windows_of(controls=ControlConfig(CONTROLS, drop=0.5, drop_all=0))
    for seed in range(20):
        batch = batch_of(windows, 32, seed)
        assert batch.inputs.recall is not None
        assert bool(batch.inputs.recall.any()) == ("recall" in told_of(windows, seed))


def test_a_song_without_a_plan_is_told_nothing_by_windows_that_could() -> None:
    windows = windows_of(told=False, controls=GIVING, ahead=3)
    batch = batch_of(windows, 32, 1)
    assert not batch.inputs.controls[..., WIDTH:].any()
    assert batch.inputs.recall is not None
    assert not batch.inputs.recall.any()
    assert batch.inputs.given is not None
    assert batch.inputs.given.shape == (1, 21, 2, 3, 88)
    assert not batch.inputs.given.any()
