"""A training step on a GPU: the same as on the CPU, in bfloat16 too, and going on from a state saved elsewhere."""

from __future__ import annotations

import pytest
import torch
from tiny_recipe import TINY
from training_jobs import batch, window

from popgen_core.assemble import assemble
from popgen_core.checkpoint import Card
from popgen_core.contracts.tensors import Whole
from popgen_core.model import Model
from popgen_core.plugins import catalogue
from popgen_core.recipe import read_recipe
from popgen_core.train.place import Place
from popgen_core.train.processes import Processes
from popgen_core.train.states import Saved, put_into, state_tensors
from popgen_core.train.step import Stepper, Turn, moved
from popgen_core.train.windows import Batch

CARD = Card(recipe="", groups=[], controls=[], components={})
GPU = pytest.param(
    "cuda", marks=[pytest.mark.gpu, pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")]
)
DEVICES = pytest.mark.parametrize("device", ["cpu", GPU])  # on the CPU too, so that the tests stay true without a GPU


def stepper(device: str, precision: str = "float32") -> Stepper:
    """The tiny model, always the same, ready to be trained on a device."""
    torch.manual_seed(3)
    recipe = read_recipe("paper", catalogue(), [*TINY, f"train.precision={precision}"])
    parts = assemble(recipe)
    return Stepper(Model(parts), parts.loss, torch.ones(7), recipe.train, Processes(torch.device(device)))


def windows(model: Model) -> Batch:
    """A batch of three windows."""
    return Batch(*batch([window(number, model) for number in (1, 2, 4)]), ())


@DEVICES
def test_a_batch_arrives_as_it_was(device: str) -> None:
    sent = windows(stepper("cpu").model)
    there = moved(sent, Whole(1.0, 1.0), torch.device(device))
    for found, expected in (
        (there.inputs.past, sent.inputs.past),
        (there.target.onset, sent.target.onset),
        (there.target.where[3], sent.target.where[3]),
    ):
        assert found.device.type == device
        assert torch.equal(found.cpu(), expected.cpu())


@DEVICES
def test_steps_are_those_of_the_processor(device: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.backends.cudnn, "allow_tf32", False)
    here, there = stepper("cpu"), stepper(device)
    for _ in range(3):
        expected, found = (it.step([windows(here.model)], Turn(1e-3)) for it in (here, there))
        assert expected is not None
        assert found is not None
        assert found.loss == pytest.approx(expected.loss, rel=1e-4)
        assert found.gradient_norm == pytest.approx(expected.gradient_norm, rel=1e-3)


@DEVICES
def test_bfloat16_loses_two_digits_at_most(device: str) -> None:
    steps = [it.step([windows(it.model)], Turn(1e-3)) for it in (stepper("cpu"), stepper(device, "bfloat16"))]
    expected, found = (step.loss for step in steps if step)
    assert found == pytest.approx(expected, rel=2e-2)
    assert found != expected


@DEVICES
def test_a_state_saved_on_the_processor_goes_on_elsewhere(device: str) -> None:
    here, there = stepper("cpu"), stepper(device)
    here.step([windows(here.model)], Turn(1e-3))
    put_into(there, Saved(CARD, state_tensors(here, []), Place(steps=1)))
    assert {parameter.device.type for parameter in there.model.parameters()} == {device}
    steps = [it.step([windows(here.model)], Turn(1e-3)) for it in (here, there)]
    expected, found = (step.loss for step in steps if step)
    assert found == pytest.approx(expected, rel=1e-3)


@DEVICES
def test_scheduled_sampling_draws_where_the_model_is(device: str) -> None:
    step = stepper(device).step([windows(stepper("cpu").model)], Turn(1e-3, true_inputs=0.5))
    assert step is not None
    assert step.sound
