"""paper.v1: the paper's loss, against values computed by hand."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import torch
from torch import Tensor

from popgen_core.contracts.sizes import ControlSpec, Sizes
from popgen_core.contracts.tensors import LossParts, Prediction, RhythmValues, Target
from popgen_core.losses.paper import PaperLoss
from popgen_core.music import RollSpec

LN2 = math.log(2)
LOSS = PaperLoss(PaperLoss.Config(), Sizes(RollSpec(("a", "b")), ControlSpec(()), 4))


def predicted(*shape: int, onset: float = 0.0, active: float = 0.0, rhythm: float = 0.0) -> Prediction:
    """The same values in every cell; shape (batch, frame, group, pitch)."""
    values = RhythmValues(*(torch.full(shape, rhythm) for _ in range(3)))
    return Prediction(torch.full(shape, onset), torch.full(shape, active), values)


def wanted(*shape: int, events: dict[tuple[int, int, int, int], tuple[float, float, float]] | None = None) -> Target:
    """Silence but for the given onsets: their cell -> velocity, duration, offset."""
    onset = torch.zeros(shape)
    for cell in events or {}:
        onset[cell] = 1.0
    where = tuple(torch.tensor([cell[axis] for cell in events or {}], dtype=torch.int64) for axis in range(4))
    rhythm = RhythmValues(*(torch.tensor([values[n] for values in (events or {}).values()]) for n in range(3)))
    return Target(onset, onset.clone(), torch.ones(shape[:2]), where, rhythm)  # type: ignore[arg-type]


def loss(prediction: Prediction, target: Target, *weights: float) -> LossParts:
    return LOSS(prediction, target, torch.tensor(weights or [1.0] * prediction.onset.shape[2]))  # type: ignore[no-any-return]


def test_an_untrained_model_of_seven_groups_scores_seven_ln_2_and_half_the_rhythm_error() -> None:
    shape, event = (2, 4, 7, 88), {(0, 1, 2, 30): (0.6, 0.9, 0.3)}
    found = loss(predicted(*shape), wanted(*shape, events=event))
    error = (0.6**2 + 0.9**2 + 0.3**2) / 3  # 0.42, as the paper's start of 5.06 has it
    assert found.total.item() == pytest.approx(4.852030 + 0.5 * error, abs=1e-5)
    assert found.total.item() == pytest.approx(5.06, abs=5e-3)


def test_onset_and_active_enter_by_their_mean() -> None:
    # at logit 2 a silent cell costs ln(1 + e^2) = 2.126928, at logit -1 ln(1 + e^-1) = 0.313262
    found = loss(predicted(1, 1, 1, 5, onset=2.0, active=-1.0), wanted(1, 1, 1, 5))
    assert found.parts["onset"].item() == pytest.approx(2.126928 / 2, abs=1e-6)
    assert found.parts["active"].item() == pytest.approx(0.313262 / 2, abs=1e-6)


def test_cells_are_averaged_over_pitches_and_frames_and_summed_over_groups() -> None:
    assert loss(predicted(3, 5, 1, 10), wanted(3, 5, 1, 10)).total.item() == pytest.approx(LN2, abs=1e-6)
    assert loss(predicted(3, 5, 4, 10), wanted(3, 5, 4, 10)).total.item() == pytest.approx(4 * LN2, abs=1e-6)


def test_a_group_counts_by_its_weight() -> None:
    prediction = predicted(1, 1, 2, 4)
    prediction.onset[:, :, 0] = prediction.active[:, :, 0] = 2.0  # group a costs 2.126928, group b ln 2
    assert loss(prediction, wanted(1, 1, 2, 4), 0.5, 1.5).total.item() == pytest.approx(
        0.5 * 2.126928 + 1.5 * LN2, abs=1e-5
    )


def test_frames_outside_the_mask_do_not_count() -> None:
    prediction = predicted(1, 3, 2, 4)
    prediction.onset[:, 2], prediction.active[:, 2] = 9.0, -9.0
    target = replace(wanted(1, 3, 2, 4), mask=torch.tensor([[1.0, 1.0, 0.0]]))
    assert loss(prediction, target).total.item() == pytest.approx(2 * LN2, abs=1e-6)


def test_rhythm_is_compared_at_onsets_alone() -> None:
    prediction = predicted(1, 2, 1, 3, rhythm=50.0)
    for name, value in (("velocity", 0.5), ("duration", 1.0), ("offset", -0.25)):
        getattr(prediction.rhythm, name)[0, 1, 0, 2] = value
    found = loss(prediction, wanted(1, 2, 1, 3, events={(0, 1, 0, 2): (0.75, 1.0, 0.25)}))
    # squares 0.0625, 0, 0.25; their mean, halved
    assert found.parts["rhythm"].item() == pytest.approx(0.5 * 0.3125 / 3, abs=1e-7)


def test_the_rhythm_weight_scales_the_rhythm_part_alone() -> None:
    double = PaperLoss(PaperLoss.Config(rhythm_weight=1.0), Sizes(RollSpec(("a",)), ControlSpec(()), 4))
    target = wanted(1, 1, 1, 3, events={(0, 0, 0, 0): (1.0, 1.0, 1.0)})
    found = double(predicted(1, 1, 1, 3), target, torch.ones(1))
    assert found.parts["rhythm"].item() == pytest.approx(1.0)
    assert (found.parts["onset"] + found.parts["active"]).item() == pytest.approx(LN2, abs=1e-6)


def random_pair(batch: int) -> tuple[Prediction, Target]:
    generator = torch.Generator().manual_seed(2)
    shape = (batch, 6, 2, 8)
    onset, active, *rhythm = (torch.randn(shape, generator=generator) for _ in range(5))
    events = {(b, f, b % 2, f): (0.5, 0.7, -0.1) for b in range(batch) for f in range(0, 6, 2)}
    return Prediction(onset, active, RhythmValues(*rhythm)), wanted(*shape, events=events)


def doubled(x: Tensor) -> Tensor:
    return torch.cat([x, x])


def test_a_doubled_batch_leaves_the_loss_equal() -> None:
    prediction, target = random_pair(3)
    first, *others = target.where
    twice = loss(
        Prediction(
            doubled(prediction.onset),
            doubled(prediction.active),
            RhythmValues(*(doubled(value) for value in vars(prediction.rhythm).values())),
        ),
        Target(
            doubled(target.onset),
            doubled(target.active),
            doubled(target.mask),
            (torch.cat([first, first + 3]), *(doubled(index) for index in others)),  # type: ignore[arg-type]
            RhythmValues(*(doubled(value) for value in vars(target.rhythm).values())),
        ),
    )
    assert twice.total.item() == pytest.approx(loss(prediction, target).total.item(), rel=1e-6)


def test_the_parts_sum_to_the_total_and_carry_no_gradient() -> None:
    prediction, target = random_pair(3)
    prediction.onset.requires_grad_()
    found = loss(prediction, target, 0.4, 1.6)
    assert sum(part.item() for part in found.parts.values()) == pytest.approx(found.total.item(), rel=1e-6)
    assert found.parts.keys() == {"onset", "active", "rhythm"}
    assert not any(part.requires_grad for part in found.parts.values())


@pytest.mark.parametrize("logit", [1e4, -1e4])
def test_extreme_logits_give_a_finite_loss_and_gradient(logit: float) -> None:
    prediction = predicted(1, 2, 2, 3, onset=logit, active=logit)
    prediction.onset.requires_grad_()
    total = loss(prediction, wanted(1, 2, 2, 3, events={(0, 0, 0, 0): (1.0, 0.0, 0.0)})).total
    total.backward()
    assert total.isfinite()
    assert prediction.onset.grad is not None
    assert prediction.onset.grad.isfinite().all()


def test_a_batch_without_any_onset_has_a_finite_loss_and_gradient() -> None:
    prediction = predicted(1, 2, 2, 3)
    for value in (prediction.onset, *vars(prediction.rhythm).values()):
        value.requires_grad_()
    found = loss(prediction, wanted(1, 2, 2, 3))
    found.total.backward()
    assert found.parts["rhythm"].item() == 0.0
    assert prediction.onset.grad is not None
    assert prediction.onset.grad.abs().min() > 0
    assert prediction.rhythm.velocity.grad is not None  # whoever checks for unused weights finds none
    assert prediction.rhythm.velocity.grad.abs().max() == 0


def test_a_batch_that_is_all_behind_the_end_of_its_song_costs_nothing() -> None:
    target = replace(wanted(1, 2, 2, 3), mask=torch.zeros(1, 2))
    assert loss(predicted(1, 2, 2, 3), target).total.item() == 0.0
