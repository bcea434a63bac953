"""cnn.v1: each group through its own convolution, and no further back than it says."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from popgen_core.contracts.sizes import ControlSpec, Sizes
from popgen_core.contracts.tensors import Inputs
from popgen_core.music import RollSpec
from popgen_encoders.cnn import GroupCNN, convolved

CONTROLS = ControlSpec((("beat", 2), ("tempo", 1)))
SMALL = RollSpec(("drums", "bass", "lead"), pitches=5)


def encoder_of(spec: RollSpec = SMALL, width: int = 6, **options: int) -> GroupCNN:
    torch.manual_seed(1)
    return GroupCNN(GroupCNN.Config(**{"channels": 4, **options}), Sizes(spec, CONTROLS, width)).eval()  # type: ignore[arg-type]


def inputs_of(spec: RollSpec = SMALL, batch: int = 1, frames: int = 30) -> Inputs:
    generator = torch.Generator().manual_seed(2)
    past = torch.rand(batch, frames, len(spec.groups), len(spec.channels), spec.pitches, generator=generator)
    return Inputs(past, torch.rand(batch, frames, 3, generator=generator))


def reach(encoder: GroupCNN, inputs: Inputs, row: int) -> list[int]:
    """The frames of `past` that a row of the result depends on."""
    past = inputs.past.clone().requires_grad_()
    encoder(Inputs(past, inputs.controls))[:, row].square().sum().backward()
    assert past.grad is not None
    return torch.nonzero(past.grad.abs().sum((0, 2, 3, 4))).flatten().tolist()


@pytest.mark.parametrize(("layers", "kernel", "context"), [(1, 1, 0), (1, 3, 2), (2, 3, 4), (3, 2, 3), (2, 5, 8)])
def test_the_context_is_the_receptive_field(layers: int, kernel: int, context: int) -> None:
    # wide, lest no feature that a ReLU lets through reaches the earliest frame
    encoder = encoder_of(layers=layers, kernel=kernel, channels=32)
    assert encoder.context == context
    assert reach(encoder, inputs_of(), 20) == list(range(20 - context, 21))


@pytest.mark.parametrize("width", [1, 6, 256])
@pytest.mark.parametrize(
    "spec",
    [
        RollSpec(("drums", "bass", "lead"), pitches=40, lowest=36),
        RollSpec(("all",), pitches=1),
        RollSpec(("drums", "bass"), channels=("onset", "active")),
        RollSpec(tuple("abcdefgh")),
    ],
)
def test_any_roll_and_any_width_will_do(spec: RollSpec, width: int) -> None:
    encoder, inputs = encoder_of(spec, width), inputs_of(spec, batch=2, frames=7)
    assert encoder(inputs).shape == (2, 7, width)
    row, _ = encoder.step(Inputs(inputs.past[:, :1], inputs.controls[:, :1]), encoder.start(2))
    assert row.shape == (2, width)


@pytest.mark.parametrize("layers", [1, 2])
def test_training_equals_convolutions_of_features_before_frames(layers: int) -> None:
    encoder, inputs = encoder_of(layers=layers, dropout=0).train(), inputs_of(batch=2)
    made = encoder(inputs)
    x = inputs.past.flatten(2).transpose(1, 2)  # (batch, feature, frame), as PyTorch convolves over time
    for block in encoder.blocks():
        x = functional.relu(block.norm(block.convolution(functional.pad(x, (block.lead, 0)))))
    plain = encoder.mix(x.transpose(1, 2)) + encoder.place(inputs.controls)
    assert torch.allclose(made, plain, atol=1e-5)
    leaves = list(encoder.parameters())
    ours, theirs = (torch.autograd.grad(y.square().mean(), leaves) for y in (made, plain))
    assert all(torch.allclose(left, right, atol=1e-5) for left, right in zip(ours, theirs, strict=True))


@pytest.mark.parametrize("device", ["cpu", "meta"])
def test_a_convolution_pads_before_and_behind_on_any_device(device: str) -> None:
    convolution = torch.nn.Conv1d(6, 4, 3, groups=2, device=device)
    made = convolved(torch.zeros(2, 7, 6, device=device), convolution, 2)
    assert made.shape == (2, 9, 4)  # (batch, frame, feature): 7 + 2 + 2 frames, each result from three


def features(encoder: GroupCNN, inputs: Inputs) -> Tensor:
    """What the convolutions hand to the mix: (batch, frame, group, feature)."""
    seen: list[Tensor] = []
    handle = encoder.mix.register_forward_pre_hook(lambda _, given: seen.append(given[0].detach()))
    encoder(inputs)
    handle.remove()
    return seen[0].unflatten(-1, (len(SMALL.groups), -1))


@pytest.mark.parametrize("group", [0, 1, 2])
def test_each_group_goes_through_its_own_convolution(group: int) -> None:
    encoder, inputs = encoder_of(), inputs_of()
    changed = inputs.past.clone()
    changed[:, :, group] = 1 - changed[:, :, group]
    before, after = features(encoder, inputs), features(encoder, Inputs(changed, inputs.controls))
    others = [other for other in range(3) if other != group]
    assert torch.equal(before[:, :, others], after[:, :, others])
    assert not torch.equal(before[:, :, group], after[:, :, group])


def test_groups_have_weights_of_their_own() -> None:
    encoder, inputs = encoder_of(), inputs_of()
    same = Inputs(inputs.past[:, :, :1].expand_as(inputs.past).clone(), inputs.controls)
    made = features(encoder, same)
    assert not torch.allclose(made[:, :, 0], made[:, :, 1])


def test_the_mix_hears_every_group_and_every_control() -> None:
    encoder, inputs = encoder_of(channels=32), inputs_of()
    past, controls = inputs.past.clone().requires_grad_(), inputs.controls.clone().requires_grad_()
    encoder(Inputs(past, controls))[:, 20].square().sum().backward()
    assert past.grad is not None
    assert controls.grad is not None
    assert (past.grad.abs().sum((0, 1, 3, 4)) > 0).all()
    assert (controls.grad[0, 20].abs() > 0).all()
    assert controls.grad[0, [19, 21]].abs().max() == 0  # the controls of a frame are those of its own row


def test_batch_norm_and_dropout_are_in_every_block() -> None:
    encoder = encoder_of(layers=3)
    for block in encoder.blocks():
        assert isinstance(block.norm, torch.nn.BatchNorm1d)
        assert block.dropout.p == 0.1
    encoder.train()
    assert not torch.equal(encoder(inputs_of()), encoder(inputs_of()))
    assert [int(block.norm.num_batches_tracked) for block in encoder.blocks()] == [2, 2, 2]  # type: ignore[arg-type]
