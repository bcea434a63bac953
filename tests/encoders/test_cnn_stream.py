"""cnn.v1 and cnn.v2 frame by frame: what is looked up for the few cells that sound is what matrices make of all."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from popgen_core.contracts.sizes import ControlSpec, Sizes
from popgen_core.contracts.tensors import Inputs
from popgen_core.music import RollSpec
from popgen_encoders.cnn import GroupCNN, looked_up
from popgen_encoders.hearing import HearingCNN

ROLL = RollSpec(("drums", "bass"), pitches=5)
FRAMES, LOOK = 30, 3


def heard(encoder: GroupCNN) -> GroupCNN:
    """The encoder with a batch norm that is not as it started, in eval mode."""
    encoder.train()
    for _ in range(3):
        controls = torch.randn(2, FRAMES, encoder.place.in_features)
        GroupCNN.forward(encoder, Inputs(torch.rand(2, FRAMES, 2, 3, 5), controls))
    return encoder.eval()


def notes(share: float, frames: int = FRAMES) -> Tensor:
    """(2, frame, 2, 3, 5) at random, a share of the cells not zero."""
    return torch.rand(2, frames, 2, 3, 5) * (torch.rand(2, frames, 2, 3, 5) < share)


def streamed(encoder: GroupCNN, inputs: Inputs, ahead: int = 0) -> Tensor:
    """Inputs frame by frame -> (batch, frame, width)."""
    state, rows = encoder.start(2), []
    for frame in range(FRAMES):
        here = {name: value for name, value in vars(inputs).items() if value is not None}
        here = {name: value[:, frame : frame + 1 + (ahead if name == "given" else 0)] for name, value in here.items()}
        row, state = encoder.step(Inputs(**here), state)
        rows.append(row)
    return torch.stack(rows, 1)


@pytest.mark.parametrize(("layers", "kernel"), [(1, 1), (1, 4), (3, 3)])
@pytest.mark.parametrize("share", [0.0, 0.1, 1.0])
@torch.no_grad()
def test_few_sounding_cells_or_many_the_encoder_hears_the_same(layers: int, kernel: int, share: float) -> None:
    torch.manual_seed(5)
    sizes = Sizes(ROLL, ControlSpec((("beat", 2),)), 16)
    encoder = heard(GroupCNN(GroupCNN.Config(channels=6, layers=layers, kernel=kernel), sizes))
    inputs = Inputs(notes(share), torch.randn(2, FRAMES, 2))
    lead = encoder.context  # `forward` begins with convolved silence, a stream with silence that was convolved
    assert torch.allclose(streamed(encoder, inputs)[:, lead:], encoder(inputs)[:, lead:], atol=1e-5)


@pytest.mark.parametrize("told", [(), ("recall",), ("given",), ("recall", "given")])
@pytest.mark.parametrize("share", [0.0, 0.1, 1.0])
@torch.no_grad()
def test_what_comes_back_and_what_is_given_is_heard_the_same(told: tuple[str, ...], share: float) -> None:
    torch.manual_seed(6)
    sizes = Sizes(ROLL, ControlSpec((("beat", 2), ("recall", 1), ("given", 2))), 16)
    encoder = heard(HearingCNN(HearingCNN.Config(channels=6, look=LOOK), sizes))
    rolls = {"recall": notes(share), "given": notes(share, FRAMES + LOOK)}
    inputs = Inputs(notes(share), torch.randn(2, FRAMES, 5), **{name: rolls[name] for name in told})
    lead = encoder.context
    assert torch.allclose(streamed(encoder, inputs, LOOK)[:, lead:], encoder(inputs)[:, lead:], atol=1e-5)


def test_rows_without_a_note_add_nothing_and_each_note_its_row_of_the_table() -> None:
    table = torch.tensor([[1.0, 10.0], [2.0, 20.0], [4.0, 40.0]])
    x = torch.tensor([[0.0, 0.5, 0.0], [0.0, 0.0, 0.0], [1.0, 0.0, 2.0]])
    assert looked_up(x, table, torch.tensor([0, 3, 6])).tolist() == [[1.0, 10.0], [0.0, 0.0], [9.0, 90.0]]
