"""Losses that break one promise each; GOOD is the paper's."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from mutants import sample
from popgen_core.contracts.tensors import LossParts
from popgen_core.losses.paper import PaperLoss


class Asked(PaperLoss):
    """It is asked of something else, or its answer is changed."""

    def forward(self, prediction: Any, target: Any, weights: Tensor) -> LossParts:
        return self.answered(super().forward(*self.asked(prediction, target, weights)), prediction, target)

    def asked(self, prediction: Any, target: Any, weights: Tensor) -> Any:
        return prediction, target, weights

    def answered(self, parts: LossParts, prediction: Any, target: Any) -> LossParts:
        return parts


def _with(parts: LossParts, extra: Tensor) -> LossParts:
    """The same with a part more."""
    return replace(parts, total=parts.total + extra, parts={**parts.parts, "extra": extra.detach()})


class Misnamed(PaperLoss):
    form = "events"


class OfTwoForms(PaperLoss):
    def __init__(self, config: Any, sizes: Any) -> None:
        super().__init__(config, sizes)
        self.form = "events"


class LooksBetweenNotes(Asked):
    def answered(self, parts: LossParts, prediction: Any, target: Any) -> LossParts:
        return _with(parts, prediction.rhythm.velocity.square().mean())


class OfThreeGroups(Asked):
    def asked(self, prediction: Any, target: Any, weights: Tensor) -> Any:
        return prediction, target, weights * torch.ones(3)


class ForgetsAPart(Asked):
    def answered(self, parts: LossParts, prediction: Any, target: Any) -> LossParts:
        return replace(parts, parts={name: part for name, part in parts.parts.items() if name != "onset"})


class Attached(Asked):
    def answered(self, parts: LossParts, prediction: Any, target: Any) -> LossParts:
        return replace(parts, parts={"all": parts.total})


class NoGradient(Asked):
    def answered(self, parts: LossParts, prediction: Any, target: Any) -> LossParts:
        return replace(parts, total=parts.total.detach())


class ManyNumbers(Asked):
    def answered(self, parts: LossParts, prediction: Any, target: Any) -> LossParts:
        return replace(parts, total=parts.total[None])


class TellsMeans(Asked):
    def answered(self, parts: LossParts, prediction: Any, target: Any) -> LossParts:
        return replace(parts, by_group={name: values / 3 for name, values in parts.by_group.items()})


class TellsOneNumber(Asked):
    def answered(self, parts: LossParts, prediction: Any, target: Any) -> LossParts:
        return replace(parts, by_group={name: values.sum()[None] for name, values in parts.by_group.items()})


class CountsBehindTheEnd(Asked):
    def asked(self, prediction: Any, target: Any, weights: Tensor) -> Any:
        return prediction, replace(target, whole=target.counted(), mask=torch.ones_like(target.mask)), weights


class SlopesBehindTheEnd(Asked):
    def answered(self, parts: LossParts, prediction: Any, target: Any) -> LossParts:
        nothing = prediction.onset.sum() - prediction.onset.sum().detach()
        return replace(parts, total=parts.total + nothing)


class Sums(Asked):
    def answered(self, parts: LossParts, prediction: Any, target: Any) -> LossParts:
        return _scaled(parts, len(target.onset))


class FirstSongTwice(Asked):
    def answered(self, parts: LossParts, prediction: Any, target: Any) -> LossParts:
        first = functional.binary_cross_entropy_with_logits(prediction.onset[0], target.onset[0], reduction="none")
        inside = (first.mean((1, 2)) * target.mask[0]).sum()
        return _with(parts, inside / max(target.counted().frames, 1.0))


class DividesByItsOwn(Asked):
    def asked(self, prediction: Any, target: Any, weights: Tensor) -> Any:
        return prediction, replace(target, whole=None), weights


class DividesByNothing(Asked):
    def answered(self, parts: LossParts, prediction: Any, target: Any) -> LossParts:
        frames = target.mask.sum()
        return _scaled(parts, frames / frames)


class NeedsAnOnset(Asked):
    def answered(self, parts: LossParts, prediction: Any, target: Any) -> LossParts:
        errors = prediction.rhythm.at(target.where).velocity - target.rhythm.velocity
        return _with(parts, errors.square().mean())


class NeverNothing(Asked):
    def answered(self, parts: LossParts, prediction: Any, target: Any) -> LossParts:
        return _with(parts, prediction.onset.square().mean())


class Backwards(Asked):
    def answered(self, parts: LossParts, prediction: Any, target: Any) -> LossParts:
        return _scaled(parts, -1)


class OnsetsAlone(Asked):
    def asked(self, prediction: Any, target: Any, weights: Tensor) -> Any:
        return replace(prediction, active=prediction.active * 0), target, weights


class RewardsWrongVelocities(Asked):
    def answered(self, parts: LossParts, prediction: Any, target: Any) -> LossParts:
        errors = prediction.rhythm.at(target.where).velocity - target.rhythm.velocity
        return _with(parts, -2 * errors.square().sum() / max(target.counted().onsets, 1.0))


class HalfTheSlope(Asked):
    def asked(self, prediction: Any, target: Any, weights: Tensor) -> Any:
        return replace(prediction, active=prediction.active / 2 + prediction.active.detach() / 2), target, weights


class NoSlopeOfVelocities(Asked):
    def asked(self, prediction: Any, target: Any, weights: Tensor) -> Any:
        rhythm = replace(prediction.rhythm, velocity=prediction.rhythm.velocity.detach())
        return replace(prediction, rhythm=rhythm), target, weights


class LogarithmOfNothing(Asked):
    def answered(self, parts: LossParts, prediction: Any, target: Any) -> LossParts:
        silent = (1 - target.onset) * -(1 - prediction.onset.sigmoid()).log()
        return _with(parts, (silent.mean((2, 3)) * target.mask).sum() / max(target.counted().frames, 1.0))


class AddsUpInHalfPrecision(Asked):
    def answered(self, parts: LossParts, prediction: Any, target: Any) -> LossParts:
        return replace(parts, total=parts.total.to(prediction.onset.dtype))


class CalculatesInHalfPrecision(Asked):
    def answered(self, parts: LossParts, prediction: Any, target: Any) -> LossParts:
        costs = functional.softplus(prediction.onset).mean((2, 3)) * target.mask.to(prediction.onset.dtype)
        added = torch.zeros((), dtype=costs.dtype)
        for cost in costs.flatten():
            added = added + cost
        return _with(parts, added.float() / max(target.counted().frames, 1.0))


class NeverWeighs(Asked):
    def asked(self, prediction: Any, target: Any, weights: Tensor) -> Any:
        return prediction, target, torch.ones_like(weights)


class WeighsOrNot(Asked):
    def asked(self, prediction: Any, target: Any, weights: Tensor) -> Any:
        return prediction, target, (weights > 0).to(weights.dtype)


class DropsOut(Asked):
    def asked(self, prediction: Any, target: Any, weights: Tensor) -> Any:
        return replace(prediction, onset=functional.dropout(prediction.onset, training=self.training)), target, weights


class ChangesTheTarget(Asked):
    def answered(self, parts: LossParts, prediction: Any, target: Any) -> LossParts:
        target.onset.clamp_(0.1, 0.9)
        return parts


class LearnsItsWeights(Asked):
    def __init__(self, config: Any, sizes: Any) -> None:
        super().__init__(config, sizes)
        self.certain = torch.nn.Parameter(torch.zeros(()))

    def answered(self, parts: LossParts, prediction: Any, target: Any) -> LossParts:
        return _scaled(parts, self.certain.exp())


class LeavesWeightsBehind(Asked):
    def __init__(self, config: Any, sizes: Any) -> None:
        super().__init__(config, sizes)
        self.importance = torch.ones(len(sizes.roll.groups))

    def asked(self, prediction: Any, target: Any, weights: Tensor) -> Any:
        return prediction, target, weights * self.importance


def _scaled(parts: LossParts, by: Any) -> LossParts:
    scaled = ({name: value * by for name, value in each.items()} for each in (parts.parts, parts.by_group))
    return LossParts(parts.total * by, *scaled)


def _these(*names: type) -> list[Any]:
    return [sample("loss", f"loss:{each.__name__}") for each in names]


GOOD = sample("loss", "loss:PaperLoss")
MUTANTS = {
    "check_it_takes_its_form": _these(Misnamed, OfTwoForms, LooksBetweenNotes),
    "check_it_takes_any_roll": _these(OfThreeGroups),
    "check_parts_sum_to_the_total": _these(ForgetsAPart, Attached, NoGradient, ManyNumbers),
    "check_groups_sum_to_their_part": _these(TellsMeans, TellsOneNumber),
    "check_frames_outside_the_mask_do_not_count": _these(CountsBehindTheEnd, SlopesBehindTheEnd),
    "check_a_doubled_batch_leaves_it_equal": _these(Sums),
    "check_the_order_of_songs_does_not_matter": _these(FirstSongTwice),
    "check_parts_of_a_batch_sum_to_it": _these(DividesByItsOwn),
    "check_an_empty_target_adds_nothing": _these(DividesByNothing, NeedsAnOnset, NeverNothing),
    "check_a_better_prediction_costs_less": _these(Backwards, OnsetsAlone, RewardsWrongVelocities),
    "check_its_gradient_is_its_slope": _these(HalfTheSlope, NoSlopeOfVelocities),
    "check_extreme_logits_stay_finite": _these(LogarithmOfNothing),
    "check_half_precision_loses_little": _these(AddsUpInHalfPrecision, CalculatesInHalfPrecision),
    "check_a_group_counts_by_its_weight": _these(NeverWeighs, WeighsOrNot),
    "check_it_is_the_same_every_time": _these(DropsOut, ChangesTheTarget),
    "check_it_has_no_parameters_to_learn": _these(LearnsItsWeights),
    "check_moves_to_another_device": _these(LeavesWeightsBehind),
}
