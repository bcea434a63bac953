"""Encoder and backbone, frame by frame and as a whole: the same values, and no look ahead."""

from __future__ import annotations

import pytest
import torch

from popgen_core.assemble import assemble
from popgen_core.contracts.tensors import Inputs
from popgen_core.model import Model
from popgen_core.plugins import catalogue
from popgen_core.recipe import read_recipe

SMALL = ("width=32", "backbone.layers=2", "backbone.heads=4", "backbone.feed_forward=64")
FRAMES = 40


def model_of(*changes: str) -> Model:
    """A small model whose batch norm has seen something, in eval mode."""
    torch.manual_seed(3)
    small = (
        () if "encoder.name=linear.v1" in changes else ("encoder.channels=8", "encoder.layers=2", "encoder.kernel=3")
    )
    model = Model(assemble(read_recipe("paper", catalogue(), [*SMALL, *small, *changes])))
    model.train()
    for _ in range(3):
        model.encoder(inputs_of(model, 2))
    return model.eval()


def inputs_of(model: Model, batch: int, frames: int = FRAMES, seed: int = 0) -> Inputs:
    generator = torch.Generator().manual_seed(seed)
    roll, width = model.sizes.roll, model.sizes.controls.width
    past = (
        torch.rand(batch, frames, len(roll.groups), len(roll.channels), roll.pitches, generator=generator) < 0.05
    ).float()
    return Inputs(past, torch.randn(batch, frames, width, generator=generator))


def with_silence_before(inputs: Inputs, frames: int) -> Inputs:
    pad = [torch.cat([torch.zeros_like(x[:, :frames]), x], dim=1) for x in (inputs.past, inputs.controls)]
    return Inputs(*pad)


@pytest.mark.parametrize("encoder", ["cnn.v1", "linear.v1"])
@torch.no_grad()
def test_a_song_step_by_step_equals_the_whole_window(encoder: str) -> None:
    model = model_of(f"encoder.name={encoder}")
    inputs = inputs_of(model, 2)
    whole = model.hidden(with_silence_before(inputs, model.context))
    stream = model.start(2)
    steps = [
        model.step(Inputs(inputs.past[:, t : t + 1], inputs.controls[:, t : t + 1]), stream) for t in range(FRAMES)
    ]
    assert torch.allclose(torch.stack(steps, dim=1), whole, atol=1e-5)


@torch.no_grad()
def test_a_full_cache_is_rebuilt_from_its_newest_inputs() -> None:
    backbone = model_of("backbone.window=16", "backbone.keep=12", "train.window=16").backbone
    x = torch.randn(1, 21, 32, generator=torch.Generator().manual_seed(1))
    cache, rows = backbone.start(1), []
    for t in range(21):
        row, cache = backbone.step(x[:, t], cache)
        rows.append(row)
    assert torch.allclose(torch.stack(rows[:16], dim=1), backbone(x[:, :16]), atol=1e-5)
    # frame 16 finds the cache full: frames 4..15 stay, at positions 0..11, and 16..19 follow them
    assert torch.allclose(torch.stack(rows[16:20], dim=1), backbone(x[:, 4:20])[:, 12:], atol=1e-5)
    # frame 20 finds it full again
    assert torch.allclose(rows[20], backbone(x[:, 8:21])[:, 12], atol=1e-5)


@pytest.mark.parametrize("encoder", ["cnn.v1", "linear.v1"])
@torch.no_grad()
def test_a_row_does_not_see_its_own_frame_or_a_later_one(encoder: str) -> None:
    model = model_of(f"encoder.name={encoder}")
    inputs, t = inputs_of(model, 1), 20
    changed = Inputs(inputs.past.clone(), inputs.controls.clone())
    changed.past[:, t + 1 :] = 1 - changed.past[:, t + 1 :]  # row t + 1 of `past` is frame t
    changed.controls[:, t + 1 :] += 1
    before, after = model.hidden(inputs), model.hidden(changed)
    place = t - model.context
    assert torch.equal(before[:, : place + 1], after[:, : place + 1])
    assert not torch.equal(before[:, place + 1], after[:, place + 1])


@pytest.mark.parametrize("encoder", ["cnn.v1", "linear.v1"])
def test_no_gradient_flows_from_a_row_to_its_own_frame_or_a_later_one(encoder: str) -> None:
    model = model_of(f"encoder.name={encoder}")
    inputs, t = inputs_of(model, 1), 20
    past = inputs.past.requires_grad_()
    model.hidden(Inputs(past, inputs.controls))[:, t - model.context].square().sum().backward()
    assert past.grad is not None
    assert past.grad[:, t + 1 :].abs().max() == 0
    assert past.grad[:, t].abs().max() > 0


@torch.no_grad()
def test_songs_of_a_batch_do_not_hear_each_other() -> None:
    model = model_of()
    inputs = inputs_of(model, 3)
    together = model.hidden(inputs)
    alone = model.hidden(Inputs(inputs.past[1:2], inputs.controls[1:2]))
    assert torch.allclose(together[1:2], alone, atol=1e-5)


@torch.no_grad()
def test_attention_rows_sum_to_one_and_look_back_only() -> None:
    backbone = model_of().backbone
    weights = backbone.attention(torch.randn(1, 9, 32))
    assert weights.shape == (2, 1, 4, 9, 9)
    assert torch.allclose(weights.sum(-1), torch.ones(2, 1, 4, 9), atol=1e-5)
    assert weights.triu(1).abs().max() == 0


def test_every_parameter_of_the_paper_model_gets_a_gradient() -> None:
    model = model_of()
    prediction = model(inputs_of(model, 1))
    values = [prediction.onset, prediction.active, *vars(prediction.rhythm).values()]
    torch.stack([value.square().mean() for value in values]).sum().backward()
    assert [name for name, parameter in model.named_parameters() if parameter.grad is None] == []
