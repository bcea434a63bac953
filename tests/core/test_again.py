"""What comes back: ordered.v1 is told where the recalled bar has notes, and trusts it as far as it has learnt to."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from popgen_core.contracts.sizes import ControlSpec, Sizes
from popgen_core.contracts.tensors import Constraints, Inputs, Prediction, RhythmValues, Sampling, Target
from popgen_core.decoders.known import Again
from popgen_core.decoders.ordered import Ordered
from popgen_core.music import RollSpec

SPEC = RollSpec(("bass", "drums"), pitches=3)
SIZES = Sizes(SPEC, ControlSpec((("beat", 1), ("recall", 2))), 2)
HIDDEN = torch.tensor([[[1.0, 0.0]]])  # (batch, frame, width)


def inputs_of(*, flag: float = 1.0, frames: int = 1) -> Inputs:
    """The bass's low pitch begins in the bar that comes back, and its middle one sounds on."""
    recall = torch.zeros(1, frames, 2, 3, 3)
    recall[:, :, 0, 0, 0] = 1.0  # onset
    recall[:, :, 0, 1, :2] = 1.0  # active
    controls = torch.tensor([0.5, flag, 0.8]).expand(1, frames, 3)
    return Inputs(torch.zeros(1, frames, 2, 3, 3), controls, recall)


def trusting() -> Again:
    """Trust by hand, where the first hidden feature is 1: onset 3 where a note is and -1 where none, active 2 and -4;
    for drums a half of each."""
    again = Again(SIZES)
    with torch.no_grad():
        yes_and_no = torch.tensor([[3.0, -1.0], [2.0, -4.0]])  # (head, yes or no)
        again.trust.weight[:, 0] = torch.stack([yes_and_no, yes_and_no / 2], dim=-1).flatten()
    return again


def test_before_training_nothing_is_added() -> None:
    made = Again(SIZES)(HIDDEN, inputs_of())
    assert made is not None
    assert not made[0].any()
    assert not made[1].any()


def test_it_adds_what_it_trusts_where_a_note_comes_back_and_where_none_does() -> None:
    made = trusting()(HIDDEN, inputs_of())
    assert made is not None
    assert made[0][0, 0].tolist() == [[3, -1, -1], [-0.5, -0.5, -0.5]]
    assert made[1][0, 0].tolist() == [[2, 2, -4], [-2, -2, -2]]


def test_it_trusts_as_the_hidden_vector_says() -> None:
    made = trusting()(2 * HIDDEN, inputs_of())
    assert made is not None
    assert made[0][0, 0, 0].tolist() == [6, -2, -2]


def test_where_no_bar_is_recalled_nothing_is_added() -> None:
    made = trusting()(HIDDEN, inputs_of(flag=0.0))
    assert made is not None
    assert not made[0].any()
    assert not made[1].any()
    assert trusting()(HIDDEN, Inputs(torch.zeros(1, 1, 2, 3, 3), torch.ones(1, 1, 3))) is None


def decoder_of() -> Ordered:
    torch.manual_seed(1)
    made = Ordered(Ordered.Config(bias="zero", rank=2), SIZES)
    with torch.no_grad():
        for weights in made.parameters():
            weights.copy_(torch.randn_like(weights))
        made.hints["again"].load_state_dict(trusting().state_dict())
    return made.eval()


def told(decoder: Ordered, inputs: Inputs | None, onset: Tensor) -> Prediction:
    where = onset.nonzero(as_tuple=True)
    nothing = torch.zeros(len(where[0]))
    target = Target(onset, onset, torch.ones(onset.shape[:2]), where, RhythmValues(nothing, nothing, nothing))  # type: ignore[arg-type]
    return decoder(HIDDEN, target, inputs)  # type: ignore[no-any-return]


def test_a_decoder_adds_it_to_its_logits() -> None:
    decoder, onset = decoder_of(), torch.tensor([[[[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]]]])
    plain, again = told(decoder, None, onset), told(decoder, inputs_of(), onset)
    assert (again.onset - plain.onset)[0, 0, 0].tolist() == pytest.approx([3, -1, -1], abs=1e-5)
    assert (again.active - plain.active)[0, 0, 1].tolist() == pytest.approx([-2, -2, -2], abs=1e-5)


def test_what_comes_back_is_drawn_as_often_as_it_is_likely() -> None:
    decoder, generator = decoder_of(), torch.Generator().manual_seed(1)
    first = torch.sigmoid(told(decoder, inputs_of(), torch.zeros(1, 1, 2, 3)).onset[0, 0, 1, 0])  # the first cell drawn
    without = torch.sigmoid(told(decoder, None, torch.zeros(1, 1, 2, 3)).onset[0, 0, 1, 0])
    one = inputs_of()
    assert one.recall is not None
    many = Inputs(*(value.expand(20_000, *value.shape[1:]) for value in (one.past, one.controls, one.recall)))
    with torch.no_grad():
        frame = decoder.sample(
            HIDDEN[0].expand(20_000, 2), many, Constraints(torch.ones(2, 3, dtype=torch.bool)), Sampling(1.0), generator
        )
    assert frame.onset[:, 1, 0].float().mean().item() == pytest.approx(first.item(), abs=0.018)
    assert abs(first - without) > 0.05


def test_it_learns_from_what_comes_back_and_from_what_does_not() -> None:
    decoder = decoder_of()
    made = told(decoder, inputs_of(), torch.zeros(1, 1, 2, 3))
    (made.onset.square().sum() + made.active.square().sum()).backward()  # type: ignore[no-untyped-call]
    slope = decoder.hints["again"].trust.weight.grad
    assert slope is not None
    learns = (slope[:, 0] != 0).view(2, 2, 2)  # (head, yes or no, group)
    assert learns[:, 0].tolist() == [[True, False]] * 2  # no drums come back
    assert learns[:, 1].all()
