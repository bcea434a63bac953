"""What a loss promises: it sums as training adds it up, its gradient is its slope, and better predictions cost less."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import torch
from torch import Tensor, nn

from popgen_core.contracts.tensors import Prediction, RhythmValues, Target, Whole
from popgen_core.music.roll import RollSpec
from popgen_core.testing.maker import Maker
from popgen_core.testing.model.decoder_frames import sizes_of
from popgen_core.testing.model.loss_sums import SUMS, WEIGHTS, lossy, near, number, with_slopes
from popgen_core.testing.model.making import SIZES, generator_of
from popgen_core.testing.model.module import inputs_stay, moved, moves_to_another_device
from popgen_core.testing.model.targets import VALUES, believed, everywhere, predicted, target_of
from popgen_core.testing.verdict import Check, claim
from popgen_core.testing.world import state_of_the_process

__all__ = ["CHECKS", "behaviour"]

SURE = 3.0  # logit of a prediction that is nearly certain, not so that labels smoothed a little count against it
STEP = 3e-3  # by which predictions are moved to measure a slope
WAYS = (1, 2, 3, 4, 5)  # seeds of the directions in which they are moved
SLOPE = 0.1  # of the gradient's length: how far a measured slope may be off
OTHERS = (RollSpec(("all",), pitches=1, lowest=0), RollSpec(tuple("abcdefghi")))


def check_it_takes_its_form(make: Maker) -> None:
    """It takes the rhythm values that `form` says: dense ones everywhere or at the onsets alone with one result, or
    logits of classes."""
    loss, target = make(), target_of(SIZES)
    told = str(getattr(make.config(), "form", None) or getattr(make.component, "form", None))
    claim(told in ("dense", "events"), f"its form is {told}; it must be 'dense' or 'events'")
    claim(loss.form == told, f"its class or config says form {told!r}, made it says {loss.form!r}")
    found = lossy(loss, predicted(target, told), target).total
    claim(found.isfinite(), f"of a prediction of form {told!r} it is {number(found)}")
    if told == "dense":
        prediction = predicted(target, told)
        by_event = replace(prediction, rhythm=prediction.rhythm.at(target.where))
        one, other = (lossy(loss, each, target).total for each in (by_event, everywhere(by_event, target)))
        claim(
            near(one, other), f"it is {float(one):.6g} of values by event, {float(other):.6g} of the same values dense"
        )


def check_it_takes_any_roll(make: Maker) -> None:
    """Built for one cell or for nine groups of 88 pitches, it gives a finite loss."""
    for roll in OTHERS:
        sizes = sizes_of(roll)
        loss, target = make(sizes), target_of(sizes)
        total = lossy(loss, predicted(target, loss.form), target, torch.ones(len(roll.groups))).total
        claim(total.isfinite(), f"for {len(roll.groups)} groups of {roll.pitches} pitches it is {number(total)}")


def check_a_better_prediction_costs_less(make: Maker) -> None:
    """To be sure of what the target says costs less than to know nothing, that less than to be sure of the
    contrary; so of onsets and of active cells alone, and of rhythm it costs no more."""
    loss, target = make(), target_of(SIZES)
    right, nothing, wrong = (believed(target, loss.form, certain) for certain in (SURE, 0.0, -SURE))
    _in_order(loss, [right, nothing, wrong], "all of it")
    for name in ("onset", "active"):
        _in_order(loss, [replace(nothing, **{name: getattr(each, name)}) for each in (right, nothing, wrong)], name)
    for name in VALUES:
        alone = [
            replace(nothing, rhythm=replace(nothing.rhythm, **{name: getattr(each.rhythm, name)}))
            for each in (right, nothing, wrong)
        ]
        _in_order(loss, alone, name, strictly=False)


def check_its_gradient_is_its_slope(make: Maker) -> None:
    """Moved a little, predictions change the loss by as much as its gradient says, each kind of value by itself."""
    loss, target = make(), target_of(SIZES)
    prediction, leaves = with_slopes(_double(predicted(target, loss.form)))
    lossy(loss, prediction, target, WEIGHTS.double()).total.backward()  # type: ignore[no-untyped-call]
    for name, leaf in leaves.items():
        slope = torch.zeros_like(leaf) if leaf.grad is None else leaf.grad
        pairs = []
        for seed in WAYS:
            way = torch.randn(leaf.shape, generator=generator_of(seed), dtype=leaf.dtype)
            up, down = (_moved(loss, leaves, name, way * step) for step in (STEP, -STEP))
            pairs.append(((up - down) / (2 * STEP), float((slope * way).sum())))
        pairs.sort(key=lambda pair: abs(pair[0] - pair[1]))
        measured, told = pairs[len(pairs) // 2]  # a step may cross a corner of the loss: the one in the middle counts
        claim(
            abs(measured - told) <= SLOPE * float(slope.norm()) + 1e-5,
            f"moved a little, its {name} values change it by {measured:.4g}, its gradient says {told:.4g}",
        )


def check_extreme_logits_stay_finite(make: Maker) -> None:
    """Predictions of +-10000 have a finite loss and gradient."""
    loss, target = make(), target_of(SIZES)
    for certain in (1e4, -1e4):
        prediction = believed(target, loss.form, certain)
        if loss.form == "dense":
            far = RhythmValues(*(torch.full_like(target.onset, certain) for _ in VALUES))
            prediction = replace(prediction, rhythm=far)
        prediction, leaves = with_slopes(prediction)
        total = lossy(loss, prediction, target).total
        claim(total.isfinite(), f"of predictions of +-10000 it is {number(total)}")
        total.backward()  # type: ignore[no-untyped-call]
        for name, leaf in leaves.items():
            claim(leaf.grad is None or leaf.grad.isfinite().all(), f"at +-10000 its gradient of {name} is no number")


def check_half_precision_loses_little(make: Maker) -> None:
    """Of predictions in bfloat16 or float16 its total is a float32 near that of the same ones in float32."""
    loss, target = make(), target_of(SIZES, 8, 40)
    prediction = predicted(target, loss.form)
    for kind in (torch.bfloat16, torch.float16):
        half = _as(prediction, kind)
        found, wanted = lossy(loss, half, target).total, lossy(loss, _as(half, torch.float32), target).total
        claim(found.dtype == torch.float32, f"of {kind} its total is {found.dtype}, it must be float32")
        claim(
            near(found, wanted, 2e-3),
            f"of {kind} it is {number(found):.6g}, of the same in float32 {float(wanted):.6g}",
        )


def check_a_group_counts_by_its_weight(make: Maker) -> None:
    """No gradient goes to the note logits of a group of weight 0, and a greater weight makes that of others greater."""
    loss, target = make(), target_of(SIZES)
    slopes = []
    for weights in (torch.ones(3), torch.tensor([0.0, 1.0, 2.0])):
        prediction, leaves = with_slopes(predicted(target, loss.form))
        lossy(loss, prediction, target, weights).total.backward()  # type: ignore[no-untyped-call]
        slopes.append({name: _lengths(leaves[name]) for name in ("onset", "active")})
    for name in ("onset", "active"):
        plain, weighted = slopes[0][name], slopes[1][name]
        claim(weighted[0] == 0, f"a group of weight 0 has a gradient in its {name} logits")
        claim(
            weighted[2] > 1.2 * plain[2],
            f"a group of weight 2 has a gradient of {weighted[2]:.3g} in its {name} logits, of weight 1 {plain[2]:.3g}",
        )


def check_it_is_the_same_every_time(make: Maker) -> None:
    """The same prediction and target are the same loss, in train mode too; it draws nothing and changes nothing."""
    loss = make().train()

    def example() -> tuple[Prediction, Target]:
        target = target_of(SIZES)
        return predicted(target, loss.form), target

    first = number(lossy(loss, *example()).total)
    before = state_of_the_process()
    again = number(lossy(loss, *example()).total)
    claim(first == again, f"the same prediction and target are {first:.6g} the first time and {again:.6g} the second")
    for what, value in state_of_the_process().items():
        claim(value == before[what], f"it changes {what}")
    prediction, target = example()
    inputs_stay(lambda given: lossy(loss, given, example()[1]), prediction, "its call")
    inputs_stay(
        lambda given: lossy(loss, replace(prediction, rhythm=given), example()[1]), prediction.rhythm, "its call"
    )
    inputs_stay(lambda given: lossy(loss, example()[0], given), target, "its call")


def check_it_has_no_parameters_to_learn(make: Maker) -> None:
    """None of its parameters wants a gradient: training moves the model's alone, and saves no others."""
    wanting = [name for name, parameter in make().named_parameters() if parameter.requires_grad]
    claim(
        not wanting,
        f"its parameter {', '.join(wanting[:1])} wants a gradient, but training learns those of the model alone; let a "
        "setting say what it is (a buffer holds numbers that stay)",
    )


def check_moves_to_another_device(make: Maker) -> None:
    """All that it is goes with it to a GPU: no tensor stays where it was made."""

    def run(loss: nn.Module, seed: int) -> list[Tensor]:
        target = replace(target_of(SIZES), whole=Whole(15.0, 100.0))
        given = moved((predicted(target, make().form), target, WEIGHTS), torch.device("meta"))
        found = loss(*given)
        return [found.total, *found.parts.values(), *found.by_group.values()]

    moves_to_another_device(make(), run)


def behaviour(make: Maker) -> list[float]:
    """Total and parts of the kit's example, and the gradient of its first cells."""
    loss, target = make(), target_of(SIZES)
    prediction, leaves = with_slopes(predicted(target, loss.form))
    found = lossy(loss, prediction, target)
    found.total.backward()  # type: ignore[no-untyped-call]
    slopes = [leaf.grad.flatten()[:40].tolist() for leaf in leaves.values() if leaf.grad is not None]
    return [
        number(found.total),
        *(float(part) for part in found.parts.values()),
        *(value for each in slopes for value in each),
    ]


def _in_order(loss: Any, predictions: list[Prediction], what: str, strictly: bool = True) -> None:
    target = target_of(SIZES)
    right, nothing, wrong = (float(lossy(loss, each, target).total) for each in predictions)
    slack = -1e-6 if strictly else 1e-6
    claim(
        right <= nothing + slack and nothing <= wrong + slack,
        f"of {what} it is {right:.4g} where the prediction is right, {nothing:.4g} where it knows nothing and "
        f"{wrong:.4g} where it is wrong: it must rise",
    )


def _moved(loss: Any, leaves: dict[str, Tensor], name: str, by: Tensor) -> float:
    """The loss with one kind of value moved."""
    values = {each: leaf.detach() for each, leaf in leaves.items()}
    values[name] = values[name] + by
    rhythm = RhythmValues(*(values[each] for each in VALUES))
    target = target_of(SIZES)
    return float(lossy(loss, Prediction(values["onset"], values["active"], rhythm), target, WEIGHTS.double()).total)


def _double(prediction: Prediction) -> Prediction:
    return _as(prediction, torch.float64)


def _as(prediction: Prediction, kind: torch.dtype) -> Prediction:
    """The same in another precision."""
    rhythm = RhythmValues(*(value.to(kind) for value in vars(prediction.rhythm).values()))
    return Prediction(prediction.onset.to(kind), prediction.active.to(kind), rhythm)


def _lengths(leaf: Tensor) -> list[float]:
    """The length of a gradient (batch, frame, group, pitch) in each group."""
    slope = torch.zeros_like(leaf) if leaf.grad is None else leaf.grad
    return slope.square().sum((0, 1, 3)).sqrt().tolist()


CHECKS: tuple[Check, ...] = (
    check_it_takes_its_form,
    check_it_takes_any_roll,
    *SUMS,
    check_a_better_prediction_costs_less,
    check_its_gradient_is_its_slope,
    check_extreme_logits_stay_finite,
    check_half_precision_loses_little,
    check_a_group_counts_by_its_weight,
    check_it_is_the_same_every_time,
    check_it_has_no_parameters_to_learn,
    check_moves_to_another_device,
)
