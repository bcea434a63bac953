"""Bits of a model's logits and values: laws of likelihoods, and small stretches worked out by hand."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor

from popgen_core.baselines import bernoulli_bits
from popgen_core.contracts.tensors import Prediction, RhythmValues, Target
from popgen_core.score.bits import (
    VelocityErrors,
    VelocitySpread,
    length_bits,
    logit_bits,
    onset_bits,
    velocity_bits,
    velocity_errors,
)
from popgen_core.score.stretches import Stretch

GROUPS, PITCHES = 2, 3


def stretch_of(onset: Tensor, active: Tensor, mask: list[int], logits: float = 0.0) -> Stretch:
    """One stretch of (frame, group, pitch) rolls, every logit and velocity the same; silence before it."""
    frames = len(onset)
    where = (onset[None] > 0).nonzero(as_tuple=True)
    values = torch.full((len(where[0]),), 90 / 127)
    everywhere = torch.full((1, frames, GROUPS, PITCHES), logits)
    return Stretch(
        starts=(0,),
        target=Target(onset[None], active[None], torch.tensor([mask]).float(), where, RhythmValues(*[values] * 3)),
        before=torch.cat([torch.zeros(1, 1, GROUPS, PITCHES), active[None, :-1]], dim=1) > 0,
        prediction=Prediction(everywhere, everywhere, RhythmValues(*[everywhere] * 3)),
    )


def rolls(frames: int, *notes: tuple[int, int, int]) -> tuple[Tensor, Tensor]:
    """(first frame, frame after the last, pitch) of the second group -> onset and active (frame, group, pitch)."""
    onset, active = torch.zeros(2, frames, GROUPS, PITCHES)
    for first, after, pitch in notes:
        onset[first, 1, pitch] = 1
        active[first:after, 1, pitch] = 1
    return onset, active


def test_bits_of_logits_are_those_of_their_chances() -> None:
    generator = torch.Generator().manual_seed(1)
    logits = torch.randn(4, 7, 88, generator=generator) * 5
    truth = (torch.rand(4, 7, 88, generator=generator) < 0.3).float()
    assert float(logit_bits(logits, truth).sum()) == pytest.approx(
        bernoulli_bits(truth.numpy(), torch.sigmoid(logits.double()).numpy()), rel=1e-9
    )


def test_a_logit_far_out_costs_what_it_says_and_never_infinity() -> None:
    bits = logit_bits(torch.tensor([200.0, -200.0]), torch.tensor([0.0, 1.0]))
    assert bits.tolist() == pytest.approx([200 / math.log(2)] * 2)
    assert bits.dtype == torch.float64


def test_every_cell_inside_the_song_is_told_and_none_behind_its_end() -> None:
    stretch = stretch_of(*rolls(5, (0, 2, 1)), mask=[1, 1, 1, 0, 0])
    assert onset_bits(stretch).tolist() == pytest.approx([3 * PITCHES] * GROUPS)


def test_the_bits_of_onsets_are_parted_by_group() -> None:
    stretch = stretch_of(*rolls(4, (0, 2, 1), (3, 4, 1)), mask=[1, 1, 1, 1], logits=math.log(3))  # chances of 3/4
    rest, onset = 2.0, -math.log2(3 / 4)
    assert onset_bits(stretch).tolist() == pytest.approx([12 * rest, 10 * rest + 2 * onset])


@pytest.mark.parametrize(
    ("notes", "coins"),
    [
        ([(0, 3, 1)], 3),  # goes on twice, then ends
        ([(0, 1, 1)], 1),  # ends
        ([(0, 3, 1), (3, 4, 1)], 2 + 1),  # cut off by the next, whose end is told
        ([(0, 6, 1)], 5),  # cut off by the end
        ([(0, 3, 0), (1, 2, 2)], 3 + 1),
        ([], 0),
    ],
)
def test_a_length_is_a_coin_a_frame_while_a_note_might_end(notes: list[tuple[int, int, int]], coins: int) -> None:
    assert length_bits(stretch_of(*rolls(6, *notes), mask=[1] * 6)) == pytest.approx(coins)


def test_no_coin_of_a_length_falls_behind_the_end() -> None:
    assert length_bits(stretch_of(*rolls(6, (0, 6, 1)), mask=[1, 1, 1, 0, 0, 0])) == pytest.approx(2)


def test_a_length_costs_the_logarithm_of_its_likelihood() -> None:
    stretch = stretch_of(*rolls(6, (0, 3, 1)), mask=[1] * 6, logits=math.log(3))
    assert length_bits(stretch) == pytest.approx(-math.log2(3 / 4 * 3 / 4 * 1 / 4))


def test_velocities_are_compared_at_onsets_only() -> None:
    errors = velocity_errors(stretch_of(*rolls(6, (0, 3, 1), (4, 5, 0)), mask=[1] * 6, logits=0.25))
    assert errors.group.tolist() == [1, 1]
    assert errors.velocity.tolist() == [90, 90]
    assert errors.expected.tolist() == [0.25, 0.25]


def errors_of(group: int, velocities: list[int], expected: float) -> VelocityErrors:
    count = len(velocities)
    return VelocityErrors(np.full(count, group), np.array(velocities, dtype=np.int64), np.full(count, expected))


@pytest.mark.parametrize("expected", [-3.0, 0.0, 0.5, 1.0, 40.0])
@pytest.mark.parametrize("sd", [0.5 / 127, 0.1, 3.0])
def test_the_chances_of_all_127_velocities_sum_to_one(expected: float, sd: float) -> None:
    spread = VelocitySpread(np.array([sd]))
    bits = [spread.bits(errors_of(0, [velocity], expected)) for velocity in range(1, 128)]
    assert all(math.isfinite(one) for one in bits)
    assert sum(2**-one for one in bits) == pytest.approx(1, abs=1e-9)


def test_a_velocity_costs_the_mass_of_its_step() -> None:
    # the step 63.5 .. 64.5 of 127 around its middle, one sd wide; the other steps hold the rest of the curve
    spread = VelocitySpread(np.array([1 / 127]))
    assert spread.bits(errors_of(0, [64], 64 / 127)) == pytest.approx(-math.log2(math.erf(0.5 / math.sqrt(2))))


def test_the_spread_is_the_root_mean_square_of_each_groups_errors() -> None:
    errors = VelocityErrors.joined([errors_of(0, [127, 127], 0.9), errors_of(2, [127], 0.6)])
    overall = math.sqrt((0.01 + 0.01 + 0.16) / 3)
    assert VelocitySpread.fit(errors, 4).sd.tolist() == pytest.approx([0.1, overall, 0.4, overall])


def test_a_spread_of_nothing_is_wide_and_one_of_no_errors_half_a_step() -> None:
    assert VelocitySpread.fit(VelocityErrors.joined([]), 2).sd.tolist() == [1.0, 1.0]
    assert VelocitySpread.fit(errors_of(0, [127], 1.0), 1).sd.tolist() == [0.5 / 127]


def test_velocities_told_by_chances_cost_what_the_chance_of_each_says() -> None:
    stretch = stretch_of(*rolls(4, (0, 2, 1), (3, 4, 1)), mask=[1, 1, 1, 1])
    logits = torch.zeros(2, 127)
    logits[1, 89] = math.log(126)  # velocity 90 of the second note: a chance of 126 in 252
    told = RhythmValues(logits, logits, logits)
    stretch = replace(stretch, prediction=replace(stretch.prediction, rhythm=told))
    assert velocity_bits(stretch) == pytest.approx(math.log2(127) + 1)
