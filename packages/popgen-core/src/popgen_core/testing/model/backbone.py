"""What a backbone promises: vectors that learn what came before them and nothing of what comes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import torch

from popgen_core.errors import PopgenError
from popgen_core.testing.maker import Maker
from popgen_core.testing.model.backbone_stream import FEW, STREAMING, practised, rows_at_random, vectors_of
from popgen_core.testing.model.making import SIZES
from popgen_core.testing.model.module import (
    SAME,
    difference,
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
from popgen_core.testing.verdict import Check, NotApplicable, claim
from popgen_core.testing.world import leaves_no_trace

__all__ = ["CHECKS", "behaviour"]

WIDTHS = (16, 48, 64, 80, 128)
SUM = 1e-4  # by which a row of attention may miss 1


def check_window_is_a_number_of_frames(make: Maker) -> None:
    """`window` is a number of frames, 1 or more; `keep`, where it has one, 1 or more and less than `window`."""
    backbone = make()
    window: Any = getattr(backbone, "window", None)
    keep: Any = getattr(backbone, "keep", None)
    claim(_is_count(window) and window > 0, f"its window is {window!r}; it must be a number of frames, 1 or more")
    claim(
        keep is None or (_is_count(keep) and 0 < keep < window),
        f"its keep is {keep!r}; it must be a number of frames, 1 or more and less than its window, {window}",
    )


def check_each_frame_becomes_a_vector(make: Maker) -> None:
    """forward makes (batch, frame, width) of one frame, of a few and of `window`, step (batch, width)."""
    for batch in (1, 3):
        _vectors_are_right(make(), SIZES.width, batch, FEW)
    _vectors_are_right(make(), SIZES.width, 1, make().window)


def check_any_width_will_do(make: Maker) -> None:
    """It takes vectors of any width, save those that it refuses by a PopgenError when it is made."""
    for width in WIDTHS:
        try:
            backbone = make(replace(SIZES, width=width))
        except PopgenError:
            continue
        _vectors_are_right(backbone, width, 2, FEW)


def check_rows_do_not_see_later_ones(make: Maker) -> None:
    """In eval mode row t is the same whatever rows after t are."""
    backbone, frames = practised(make), _few(make)
    x, other = rows_at_random(2, frames), rows_at_random(2, frames, seed=2)
    with torch.no_grad():
        before = backbone(x)
        for row in sorted({0, frames // 2, max(0, frames - 2)}):
            after = backbone(torch.cat([x[:, : row + 1], other[:, row + 1 :]], dim=1))
            apart = difference(before[:, : row + 1], after[:, : row + 1])
            claim(apart <= SAME, f"in rows up to {row} values change by {apart:.2g} with rows from {row + 1} on")


def check_no_gradient_comes_from_later(make: Maker) -> None:
    """In eval mode no gradient flows from row t to rows after t, and one flows to row t."""
    backbone, frames = practised(make), _few(make)
    for row in sorted({0, frames // 2, max(0, frames - 2)}):
        x = rows_at_random(1, frames).requires_grad_()
        slope = torch.autograd.grad((backbone(x)[:, row] * rows_at_random(1, 1, seed=4)[:, 0]).sum(), x)[0]
        own, leak = float(slope.abs().max()), float(slope[:, row + 1 :].abs().max())
        claim(slope[:, row].any(), f"no gradient flows from row {row} to the row that it is made of")
        claim(leak <= SAME * own, f"a gradient of {leak:.2g} flows from row {row} to rows from {row + 1} on")


def check_attention_rows_sum_to_one(make: Maker) -> None:
    """attention makes weights (layer, batch, head, frame, frame), 0 or more, 0 for later frames, each row of sum 1."""
    backbone, frames = practised(make), _few(make)
    claim(callable(getattr(backbone, "attention", None)), "it has no method attention; let it return None")
    with torch.no_grad():
        weights = backbone.attention(rows_at_random(2, frames))
    if weights is None:
        raise NotApplicable("it has no attention")
    shape = tuple(weights.shape)
    claim(
        len(shape) == 5 and shape[1] == 2 and shape[3:] == (frames, frames),
        f"attention makes {shape} of 2 songs and {frames} frames; it must be (layer, 2, head, {frames}, {frames})",
    )
    wrong = float((weights.sum(-1) - 1).abs().max())
    claim(wrong <= SUM, f"rows of attention sum to 1 only within {wrong:.2g}")
    claim(float(weights.min()) >= 0, f"attention has a weight of {float(weights.min()):.2g}, less than 0")
    later = float(weights.triu(1).max())
    claim(later == 0, f"attention has a weight of {later:.2g} on a later frame")


def check_inputs_stay_as_they_are(make: Maker) -> None:
    """Neither forward nor step changes the vectors that it is given."""
    backbone, x = practised(make), rows_at_random(2, _few(make))
    inputs_stay(backbone, x)
    cache = backbone.start(2)
    inputs_stay(lambda row: backbone.step(row, cache), x[:, 0].clone(), "step")


def check_its_calls_leave_no_trace(make: Maker) -> None:
    """In eval mode forward and step print and write nothing, move no global chance, and change no setting of the
    process."""
    backbone, x = practised(make), rows_at_random(2, _few(make))
    leaves_no_trace(lambda: (backbone(x), streamed(backbone, x[:, :3].unbind(1), 2)), "forward or step")


def check_every_parameter_gets_a_gradient(make: Maker) -> None:
    """In train mode, over several random batches, each parameter gets a gradient."""
    every_parameter_learns(make(), vectors_of())


def check_saves_and_loads(make: Maker) -> None:
    """Its state_dict, written into a checkpoint and loaded into another, makes that other the same."""
    saves_and_loads(make(), made_otherwise(make), vectors_of())


def check_eval_mode_is_steady(make: Maker) -> None:
    """In eval mode the same vectors make the same rows again, and nothing that is saved changes."""
    steady_in_eval(make(), vectors_of())


def check_half_precision_stays_finite(make: Maker) -> None:
    """Trained in bfloat16, its rows and gradients are numbers, whether an encoder makes bfloat16 or float32."""
    for kind in (torch.bfloat16, torch.float32):
        half_precision_stays_finite(make(), vectors_of(dtype=kind))


def check_moves_to_another_device(make: Maker) -> None:
    """All that it is goes with it to a GPU: no tensor stays where it was made."""
    moves_to_another_device(make(), vectors_of())


def behaviour(make: Maker) -> list[float]:
    """Some rows of the kit's example."""
    with torch.no_grad():
        return make()(rows_at_random(1, _few(make)))[:, -4:].flatten().tolist()  # type: ignore[no-any-return]


def _few(make: Maker) -> int:
    return min(FEW, int(make().window))


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _vectors_are_right(backbone: Any, width: int, batch: int, most: int) -> None:
    for frames in (1, min(most, backbone.window)):
        x = rows_at_random(batch, frames, width=width)
        with torch.no_grad():
            made = backbone(x)
        stepped = streamed(backbone, x[:, :2].unbind(1), batch)
        for what, rows, wanted in (("forward", made, frames), ("step", stepped, min(frames, 2))):
            shape = (batch, wanted, width)
            vectors_are_sound(rows, shape, what)


CHECKS: tuple[Check, ...] = (
    check_window_is_a_number_of_frames,
    check_each_frame_becomes_a_vector,
    check_any_width_will_do,
    check_rows_do_not_see_later_ones,
    check_no_gradient_comes_from_later,
    check_attention_rows_sum_to_one,
    *STREAMING,
    check_inputs_stay_as_they_are,
    check_its_calls_leave_no_trace,
    check_every_parameter_gets_a_gradient,
    check_saves_and_loads,
    check_eval_mode_is_steady,
    check_half_precision_stays_finite,
    check_moves_to_another_device,
)
