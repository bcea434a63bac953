"""What the rows of an encoder may hear, and must."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from popgen_core.contracts.tensors import Inputs
from popgen_core.testing.maker import Maker
from popgen_core.testing.model.hearing import (
    ROLLS,
    ahead_of,
    changed,
    everything,
    hears,
    length_of,
    practised,
    told_inputs,
)
from popgen_core.testing.model.making import generator_of
from popgen_core.testing.model.module import SAME, difference
from popgen_core.testing.verdict import Check, NotApplicable, claim

__all__ = ["REACH"]

HEARD = 1e-7  # a row that changes by less does not hear what was changed


def check_rows_do_not_hear_what_comes(make: Maker) -> None:
    """In eval mode row t hears rolls of frames before t, recalled frames and controls up to t, and given notes up to
    `ahead` frames after t: whatever comes later may be anything."""
    encoder = practised(make, sizes := everything(make))
    inputs = told_inputs(encoder, sizes, 2, length_of(encoder))
    with torch.no_grad():
        before = encoder(inputs)
        for row in _some_rows(before):
            for name, first in _later(inputs, row, ahead_of(encoder)):
                after = encoder(changed(inputs, name, lambda value, first=first: value[:, first:]))  # type: ignore[misc]
                apart = difference(before[:, : row + 1], after[:, : row + 1])
                claim(apart <= SAME, f"in rows up to {row} values change by {apart:.2g} with {_said(name, first)}")


def check_no_gradient_comes_from_later(make: Maker) -> None:
    """In eval mode no gradient flows from row t to what it must not hear."""
    encoder = practised(make, sizes := everything(make))
    inputs = told_inputs(encoder, sizes, 1, length_of(encoder))
    for row in _some_rows(inputs.past):
        slopes = _slopes(encoder, inputs, row)
        for name, first in _later(inputs, row, ahead_of(encoder)):
            leak, size = _largest(slopes[name][:, first:]), _largest(slopes[name])
            claim(leak <= SAME * size, f"a gradient of {leak:.2g} flows from row {row} to {_said(name, first)}")


def check_context_is_true(make: Maker) -> None:
    """In eval mode a row depends on nothing that lies more than `context` frames before it."""
    encoder = practised(make, sizes := everything(make))
    frames, context = length_of(encoder), int(encoder.context)
    inputs = told_inputs(encoder, sizes, 2, frames)
    with torch.no_grad():
        before = encoder(inputs)[:, -1]
        for name in _there(inputs):
            after = encoder(changed(inputs, name, lambda value: value[:, : frames - 1 - context]))[:, -1]
            apart = difference(before, after)
            claim(
                apart <= SAME, f"a row changes by {apart:.2g} with {name} more than {context} frames (context) before"
            )


def check_notes_are_heard(make: Maker) -> None:
    """Its rows change with the notes of the past, and with notes that come back and are given if `hears` says so."""
    encoder = practised(make, sizes := everything(make))
    inputs = told_inputs(encoder, sizes, 2, length_of(encoder))
    with torch.no_grad():
        before = encoder(inputs)
        for name in ("past", *hears(make)):
            after = encoder(changed(inputs, name, lambda value: value))
            claim(difference(before, after) > HEARD, f"its rows are the same whatever {name} is")


def check_controls_are_heard(make: Maker) -> None:
    """Its rows change with each control that a recipe may tell it: none is taken and ignored."""
    encoder = practised(make, sizes := everything(make))
    inputs = told_inputs(encoder, sizes, 2, length_of(encoder))
    with torch.no_grad():
        before = encoder(inputs)
        for name, _ in sizes.controls.parts:
            if name in ROLLS:  # heard as notes
                continue
            features = sizes.controls.features(name)
            after = encoder(changed(inputs, "controls", lambda value, at=features: value[..., at]))  # type: ignore[misc]
            claim(
                difference(before, after) > HEARD,
                f"its rows are the same whatever the control {name} is: put inputs.controls into the rows",
            )


def check_nothing_told_is_silence(make: Maker) -> None:
    """Where nothing comes back or is given (None), it makes the same as of silence that comes back or is given."""
    if not hears(make):
        raise NotApplicable("it hears neither notes that come back nor given ones")
    encoder = practised(make, sizes := everything(make))
    inputs = told_inputs(encoder, sizes, 2, length_of(encoder))
    silence = {
        name: torch.zeros_like(getattr(inputs, name)) for name in ("recall", "given", "kept") if _has(inputs, name)
    }
    with torch.no_grad():
        silent, without = Inputs(inputs.past, inputs.controls, **silence), Inputs(inputs.past, inputs.controls)
        apart = difference(encoder(silent), encoder(without))
    claim(apart <= SAME, f"with recall and given None its rows are others than with silence there, by {apart:.2g}")


def _has(inputs: Inputs, name: str) -> bool:
    return getattr(inputs, name) is not None


def _there(inputs: Inputs) -> list[str]:
    return [name for name, value in vars(inputs).items() if value is not None]


def _some_rows(rows: Tensor) -> list[int]:
    """The first, one in the middle, and the last but one of (batch, frame, ...)."""
    return [0, rows.shape[1] // 2, rows.shape[1] - 2]


def _later(inputs: Inputs, row: int, ahead: int) -> Iterator[tuple[str, int]]:
    """Of each kind of inputs the first frame that a row must not hear."""
    for name in _there(inputs):
        yield name, row + 1 + (ahead if name in ("given", "kept") else 0)


def _said(name: str, first: int) -> str:
    note = f", which hold the notes of frames from {first - 1} on" if name == "past" else ""
    return f"rows of {name} from {first} on{note}"


def _slopes(encoder: torch.nn.Module, inputs: Inputs, row: int) -> dict[str, Tensor]:
    """Gradients of one row by everything that the encoder is given, zeros where none flows."""
    values = {name: getattr(inputs, name).clone().requires_grad_() for name in _there(inputs)}
    rows = encoder(Inputs(**values))[:, row]
    made = (rows * torch.randn(rows.shape, generator=generator_of(7))).sum()  # squares may be the same for all rows
    if not made.requires_grad:
        raise NotApplicable("no gradient flows from its rows to its inputs")
    slopes = torch.autograd.grad(made, list(values.values()), allow_unused=True)
    return {
        name: torch.zeros_like(values[name]) if slope is None else slope
        for name, slope in zip(values, slopes, strict=True)
    }


def _largest(slope: Tensor) -> float:
    return float(slope.abs().max()) if slope.numel() else 0.0


REACH: tuple[Check, ...] = (
    check_rows_do_not_hear_what_comes,
    check_no_gradient_comes_from_later,
    check_context_is_true,
    check_notes_are_heard,
    check_controls_are_heard,
    check_nothing_told_is_silence,
)
