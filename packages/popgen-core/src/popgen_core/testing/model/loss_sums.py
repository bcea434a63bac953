"""How a loss adds up: over frames inside the song, over songs and parts of a batch, over parts and groups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from popgen_core.contracts.tensors import LossParts, Prediction, RhythmValues, Target
from popgen_core.testing.maker import Maker
from popgen_core.testing.model.making import SIZES
from popgen_core.testing.model.targets import VALUES, predicted, songs_of, target_of
from popgen_core.testing.verdict import Check, NotApplicable, claim

__all__ = ["SUMS", "WEIGHTS", "lossy", "near", "number", "with_slopes"]

WEIGHTS = torch.tensor([0.5, 1.0, 1.5])  # of the kit's three groups, mean 1
SAME = 1e-4  # share of a loss that another order of sums may change


def lossy(loss: Any, prediction: Prediction, target: Target, weights: Tensor = WEIGHTS) -> LossParts:
    """A loss of the kit's example."""
    parts: LossParts = loss(prediction, target, weights)
    return parts


def near(one: Tensor | float, other: Tensor | float, share: float = SAME) -> bool:
    """Whether two losses are equal but for rounding."""
    return abs(number(one) - number(other)) <= share * max(abs(number(one)), abs(number(other))) + 1e-6


def number(loss: Tensor | float) -> float:
    """A loss as a number."""
    return float(loss.detach()) if isinstance(loss, Tensor) else loss


def with_slopes(prediction: Prediction) -> tuple[Prediction, dict[str, Tensor]]:
    """The same prediction with leaves that take a gradient, and these by name."""
    leaves = {"onset": prediction.onset, "active": prediction.active, **vars(prediction.rhythm)}
    leaves = {name: value.detach().clone().requires_grad_() for name, value in leaves.items()}
    rhythm = RhythmValues(*(leaves[name] for name in VALUES))
    return Prediction(leaves["onset"], leaves["active"], rhythm), leaves


def check_parts_sum_to_the_total(make: Maker) -> None:
    """The total is one number to differentiate; its named parts, detached, sum to it."""
    loss, target = make(), target_of(SIZES)
    prediction, _ = with_slopes(predicted(target, loss.form))
    found = lossy(loss, prediction, target)
    claim(found.total.shape == (), f"its total is of shape {tuple(found.total.shape)}, it must be one number")
    claim(found.total.requires_grad, "its total has no gradient")
    claim(found.parts, "it names no parts")
    for name, part in found.parts.items():
        claim(part.shape == (), f"its part {name} is of shape {tuple(part.shape)}, it must be one number")
        claim(not part.requires_grad, f"its part {name} is not detached")
    added = sum(float(part) for part in found.parts.values())
    claim(near(added, found.total), f"its parts sum to {added:.6g}, its total is {number(found.total):.6g}")


def check_groups_sum_to_their_part(make: Maker) -> None:
    """What it tells of each group, one number a group, detached, sums to the part."""
    loss, target = make(), target_of(SIZES)
    found = lossy(loss, with_slopes(predicted(target, loss.form))[0], target)
    if not found.by_group:
        raise NotApplicable("it tells nothing of groups")
    for name, values in found.by_group.items():
        claim(name in found.parts, f"it tells of groups for {name!r}, which is no part of it")
        claim(
            values.shape == (3,), f"by_group[{name!r}] is of shape {tuple(values.shape)}, it must be one number a group"
        )
        claim(not values.requires_grad, f"by_group[{name!r}] is not detached")
        added, part = float(values.sum()), float(found.parts[name])
        claim(near(added, part), f"by_group[{name!r}] sums to {added:.6g}, the part {name} is {part:.6g}")


def check_frames_outside_the_mask_do_not_count(make: Maker) -> None:
    """Whatever is predicted or said of frames outside the mask, the loss is the same, and no gradient goes there."""
    loss, target = make(), target_of(SIZES)
    outside = target.mask < 0.5  # (batch, frame)
    prediction, leaves = with_slopes(predicted(target, loss.form))
    plain = lossy(loss, prediction, target)
    plain.total.backward()  # type: ignore[no-untyped-call]
    for name in ("onset", "active", *(VALUES if loss.form == "dense" else ())):
        slope = leaves[name].grad
        none = slope is None or not slope[outside].any()
        claim(none, f"a gradient goes to {name} of frames outside the mask")
    other = _changed(prediction, target, outside, loss.form)
    found = lossy(loss, *other).total
    claim(
        near(found, plain.total),
        f"it is {number(found):.6g} with other frames outside the mask, not {number(plain.total):.6g}",
    )


def check_a_doubled_batch_leaves_it_equal(make: Maker) -> None:
    """Every song twice is the same loss: a mean over frames and onsets, not a sum."""
    _as_whole(make, [[0, 1, 2, 0, 1, 2]], "with every song twice", alone=True)


def check_the_order_of_songs_does_not_matter(make: Maker) -> None:
    """The songs of a batch in another order are the same loss."""
    _as_whole(make, [[2, 0, 1]], "with the songs in another order", alone=True)


def check_parts_of_a_batch_sum_to_it(make: Maker) -> None:
    """Told of the whole batch, the losses of its parts sum to that of all: target.counted() is what is divided by."""
    _as_whole(make, [[0], [1, 2]], "of micro-batches of one song and two, summed,")
    _as_whole(make, [[0], [1], [2]], "of micro-batches of one song each, summed,")


def check_an_empty_target_adds_nothing(make: Maker) -> None:
    """A target without onsets, or without a frame inside the mask, has a finite loss; without a frame it is 0 and so
    is its gradient: a process that is there for company changes nothing."""
    loss = make()
    for whole in (None, target_of(SIZES).counted()):
        quiet = replace(target_of(SIZES, share=0.0), whole=whole)
        nothing = replace(quiet, mask=torch.zeros_like(quiet.mask))
        for target, what in ((quiet, "no onset"), (nothing, "no frame inside the mask")):
            prediction, leaves = with_slopes(predicted(target, loss.form))
            total = lossy(loss, prediction, target).total
            claim(total.isfinite(), f"of a target with {what} it is {number(total)}")
            claim(total.requires_grad, f"of a target with {what} it has no gradient")
            total.backward()  # type: ignore[no-untyped-call]
            slopes = [leaf.grad for leaf in leaves.values() if leaf.grad is not None]
            claim(all(slope.isfinite().all() for slope in slopes), f"of a target with {what} its gradient is no number")
            moved = target is nothing and (number(total) != 0 or any(slope.any() for slope in slopes))
            claim(not moved, f"of a target with {what} it is {number(total):.3g} with a gradient; both must be 0")


def _as_whole(make: Maker, parts: Sequence[list[int]], when: str, alone: bool = False) -> None:
    """Claim that these songs' losses sum to that of the batch; told of it as a whole unless `alone`."""
    loss, target = make(), target_of(SIZES)
    prediction = predicted(target, loss.form)
    wanted = lossy(loss, prediction, target)
    found, named = 0.0, dict.fromkeys(wanted.parts, 0.0)
    for songs in parts:
        some, asked = songs_of(prediction, target, songs)
        told = lossy(loss, some, asked if alone else replace(asked, whole=target.counted()))
        found += float(told.total)
        for name in named:
            named[name] += float(told.parts[name])
    claim(near(found, wanted.total), f"{when} it is {found:.6g}, that of the batch {float(wanted.total):.6g}")
    for name, value in named.items():
        part = float(wanted.parts[name])
        claim(near(value, part), f"{when} its part {name} is {value:.6g}, that of the batch {part:.6g}")


def _changed(prediction: Prediction, target: Target, outside: Tensor, form: str) -> tuple[Prediction, Target]:
    """Another prediction and other notes in the frames outside (batch, frame) bool."""

    def other(values: Tensor, change: Tensor | float) -> Tensor:
        return torch.where(outside[..., None, None], change, values.detach())

    rhythm = prediction.rhythm
    if form == "dense":
        rhythm = RhythmValues(*(other(value, 9.0) for value in vars(rhythm).values()))
    cells = {name: other(getattr(prediction, name), 9.0) for name in ("onset", "active")}
    notes = {name: other(getattr(target, name), 1 - getattr(target, name)) for name in ("onset", "active")}
    return Prediction(**cells, rhythm=rhythm), replace(target, **notes)  # type: ignore[arg-type]


SUMS: tuple[Check, ...] = (
    check_parts_sum_to_the_total,
    check_groups_sum_to_their_part,
    check_frames_outside_the_mask_do_not_count,
    check_a_doubled_batch_leaves_it_equal,
    check_the_order_of_songs_does_not_matter,
    check_parts_of_a_batch_sum_to_it,
    check_an_empty_target_adds_nothing,
)
