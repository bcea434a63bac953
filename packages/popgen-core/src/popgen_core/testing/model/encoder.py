"""What an encoder promises: a row for each frame, of any roll and width, and parameters that learn and are saved."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import torch

from popgen_core.analysis.position import POSITION
from popgen_core.contracts.sizes import ControlSpec, Sizes
from popgen_core.errors import PopgenError
from popgen_core.music.roll import RollSpec
from popgen_core.plan.features import control_parts
from popgen_core.testing.maker import Maker
from popgen_core.testing.model.encoder_reach import REACH
from popgen_core.testing.model.encoder_stream import NEAR, STREAMING
from popgen_core.testing.model.hearing import (
    ROLLS,
    ahead_of,
    everything,
    frames_of,
    hears,
    length_of,
    practised,
    rows_of,
    told_inputs,
)
from popgen_core.testing.model.making import SIZES
from popgen_core.testing.model.module import (
    every_parameter_learns,
    half_precision_stays_finite,
    inputs_stay,
    made_otherwise,
    moves_to_another_device,
    saves_and_loads,
    steady_in_eval,
    vectors_are_sound,
)
from popgen_core.testing.model.stream import streamed
from popgen_core.testing.verdict import Check, claim
from popgen_core.testing.world import leaves_no_trace

__all__ = ["CHECKS", "behaviour"]

ROLL_SPECS = (
    RollSpec(("all",), pitches=1),
    RollSpec(tuple("abcdefgh"), pitches=5),
    RollSpec(("drums", "bass"), pitches=88, channels=("onset",)),
    RollSpec(("drums", "bass", "lead"), pitches=7, channels=("active", "velocity")),
)
WIDTHS = (16, 48, 64)


def check_says_what_it_hears(make: Maker) -> None:
    """`context` and `ahead` are frames, 0 or more; the class says by `hears` which of recall and given it reads."""
    encoder = make(everything(make))
    for name, value in (("context", getattr(encoder, "context", None)), ("ahead", ahead_of(encoder))):
        claim(_is_count(value), f"its {name} is {value!r}; it must be a number of frames, 0 or more")
    said = getattr(make.component, "hears", ())
    claim(
        isinstance(said, tuple) and set(said) <= set(ROLLS),
        f"its hears is {said!r}; it may name, in a tuple of the class, 'recall' and 'given'",
    )


def check_each_frame_becomes_a_row(make: Maker) -> None:
    """forward makes (batch, frame, width) of any number of songs and frames, step (batch, width); all are numbers."""
    for sizes in _told(make):
        _rows_are_right(make(sizes), sizes, 1)
        _rows_are_right(make(sizes), sizes, 3)


def check_any_roll_will_do(make: Maker) -> None:
    """It is built for any groups, pitches and channels: one of each, eight groups, 88 pitches."""
    for roll in ROLL_SPECS:
        known = [name for name in ROLLS if name in hears(make)]
        controls = ControlSpec((*POSITION, *control_parts(known, len(roll.groups))))
        sizes = Sizes(roll, controls, SIZES.width)
        try:
            _rows_are_right(make(sizes), sizes, 2)
        except (RuntimeError, ValueError, IndexError, PopgenError) as error:
            said = f"{len(roll.groups)} groups, {roll.pitches} pitches, channels {', '.join(roll.channels)}"
            claim(False, f"it cannot do with {said}: {error}")


def check_any_width_will_do(make: Maker) -> None:
    """It makes rows of any width, save those that it refuses by a PopgenError when it is made."""
    for width in WIDTHS:
        sizes = replace(SIZES, width=width)
        try:
            encoder = make(sizes)
        except PopgenError:
            continue
        _rows_are_right(encoder, sizes, 2)


def check_inputs_stay_as_they_are(make: Maker) -> None:
    """Neither forward nor step changes what it is given: the decoder is given it too."""
    encoder = practised(make, sizes := everything(make))
    inputs = told_inputs(encoder, sizes, 2, length_of(encoder))
    inputs_stay(encoder, inputs)
    state = encoder.start(2)
    inputs_stay(lambda frame: encoder.step(frame, state), frames_of(inputs, ahead_of(encoder))[-1], "step")


def check_its_calls_leave_no_trace(make: Maker) -> None:
    """In eval mode forward and step print and write nothing, move no global chance, and change no setting of the
    process."""
    encoder = practised(make, sizes := everything(make))
    inputs = told_inputs(encoder, sizes, 2, min(length_of(encoder), NEAR))
    frames = frames_of(inputs, ahead_of(encoder))[:3]
    leaves_no_trace(lambda: (encoder(inputs), streamed(encoder, frames, 2)), "forward or step")


def check_every_parameter_gets_a_gradient(make: Maker) -> None:
    """In train mode, over several random batches, each parameter gets a gradient: with all that it hears, and without
    controls beside position."""
    for sizes in _told(make):
        every_parameter_learns(make(sizes), rows_of(sizes))


def check_saves_and_loads(make: Maker) -> None:
    """Its state_dict, written into a checkpoint and loaded into another, makes that other the same."""
    sizes = everything(make)
    saves_and_loads(make(sizes), made_otherwise(make, sizes), rows_of(sizes))


def check_eval_mode_is_steady(make: Maker) -> None:
    """In eval mode the same inputs make the same rows again, and nothing that is saved changes."""
    sizes = everything(make)
    steady_in_eval(make(sizes), rows_of(sizes))


def check_half_precision_stays_finite(make: Maker) -> None:
    """Trained in bfloat16, its rows and gradients are numbers."""
    sizes = everything(make)
    half_precision_stays_finite(make(sizes), rows_of(sizes))


def check_moves_to_another_device(make: Maker) -> None:
    """All that it is goes with it to a GPU: no tensor stays where it was made."""
    sizes = everything(make)
    moves_to_another_device(make(sizes), rows_of(sizes))


def behaviour(make: Maker) -> list[float]:
    """Some rows of the kit's example."""
    encoder = make(sizes := everything(make))
    with torch.no_grad():
        rows = encoder(told_inputs(encoder, sizes, 2, length_of(encoder)))
    return rows[:, -4:].flatten().tolist()  # type: ignore[no-any-return]


def _told(make: Maker) -> Iterator[Sizes]:
    """Sizes with position alone, and with every control that it hears."""
    yield SIZES
    yield everything(make)


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _rows_are_right(encoder: Any, sizes: Sizes, batch: int) -> None:
    for frames in (1, int(encoder.context) + 5):
        inputs = told_inputs(encoder, sizes, batch, frames)
        with torch.no_grad():
            rows = encoder(inputs)
        stepped = streamed(encoder, frames_of(inputs, ahead_of(encoder))[:2], batch)
        for what, made, wanted in (("forward", rows, frames), ("step", stepped, min(frames, 2))):
            shape = (batch, wanted, sizes.width)
            vectors_are_sound(made, shape, what)


CHECKS: tuple[Check, ...] = (
    check_says_what_it_hears,
    check_each_frame_becomes_a_row,
    check_any_roll_will_do,
    check_any_width_will_do,
    *REACH,
    *STREAMING,
    check_inputs_stay_as_they_are,
    check_its_calls_leave_no_trace,
    check_every_parameter_gets_a_gradient,
    check_saves_and_loads,
    check_eval_mode_is_steady,
    check_half_precision_stays_finite,
    check_moves_to_another_device,
)
