"""A model spread over two processes learns what it would learn alone, and its state goes from one to the other."""

from __future__ import annotations

import pytest
import torch
from pair import Pair
from training_jobs import Trained, begun, made_ready, save_and_go_on, tiny_model, train_step, train_tiny

from popgen_core.train.processes import Processes
from popgen_core.train.spread import Kind, full_state, load_full_state, spread

pytest_plugins = ("two_processes",)

KINDS: tuple[Kind, ...] = ("ddp", "fsdp")
# Adam divides each gradient by its size. Where that is 0 but for rounding (a bias that a norm takes away again, a
# key's bias in a softmax) it makes steps out of rounding, which no loss sees.
NEVER_SEEN = ("convolution.bias", "running_mean", "query_key_value.bias")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("optimizer", "tolerance"), [("sgd", 1e-6), ("adamw", 1e-5)])
def test_two_processes_train_as_one(pair: Pair, alone: Processes, kind: Kind, optimizer: str, tolerance: float) -> None:
    found: list[Trained] = pair.run(train_tiny, kind, optimizer)
    expected = train_tiny(alone, kind, optimizer)
    assert found[0].losses == found[1].losses
    assert found[0].losses == pytest.approx(expected.losses, rel=1e-6)
    assert found[0].norms == pytest.approx(expected.norms, rel=1e-6)
    for name, weight in expected.weights.items():
        assert torch.equal(found[0].weights[name], found[1].weights[name])
        if optimizer == "sgd" or not name.endswith(NEVER_SEEN):
            apart = (found[0].weights[name] - weight).abs() / (tolerance * (1 + weight.abs()))
            rounded = 0.01 if optimizer == "adamw" else 0.0  # cells that hardly ever sound: their slope is rounding too
            assert float((apart > 1).double().mean()) <= rounded, name
            assert float(apart.max()) < (5 if rounded else 1), name


@pytest.mark.parametrize("kind", KINDS)
def test_all_begin_with_what_the_first_has(pair: Pair, kind: Kind) -> None:
    for found in pair.run(begun, kind):
        assert same(found, tiny_model().state_dict())


def flat(state: dict[str, object], path: str = "") -> dict[str, object]:
    """A state as one value a path."""
    found: dict[str, object] = {}
    for name, value in state.items():
        found |= flat(value, f"{path}{name}.") if isinstance(value, dict) else {f"{path}{name}": value}
    return found


def same(one: dict[str, object], other: dict[str, object]) -> bool:
    """Whether two states hold the same to the last bit."""
    one, other = flat(one), flat(other)
    return one.keys() == other.keys() and all(
        torch.equal(value, other[name]) if isinstance(value, torch.Tensor) else value == other[name]  # type: ignore[arg-type]
        for name, value in one.items()
    )


@pytest.mark.parametrize("kind", KINDS)
def test_a_state_is_put_back_to_the_last_bit_and_training_goes_on_alike(pair: Pair, kind: Kind) -> None:
    for saved, loaded, alike in pair.run(save_and_go_on, kind):
        assert same(saved, loaded)
        assert alike


@pytest.mark.parametrize("kind", KINDS)
def test_a_state_of_two_processes_is_that_of_one_alone(pair: Pair, alone: Processes, kind: Kind) -> None:
    saved = pair.run(save_and_go_on, kind)[0][0]
    model, plain, moves = made_ready(alone, kind, "adamw")
    empty = full_state(model, moves)
    train_step(model, plain, moves, alone, 0, (3, 2))
    own = full_state(model, moves)
    assert flat(saved).keys() == flat(own).keys()
    assert {type(value) for value in flat(saved).values()} == {type(value) for value in flat(own).values()}
    assert saved["model"].keys() == tiny_model().state_dict().keys()
    assert not same(saved, empty)
    load_full_state(model, moves, saved, alone)
    assert same(full_state(model, moves), saved)


def test_a_full_state_does_not_change_as_training_goes_on(alone: Processes) -> None:
    model, plain, moves = made_ready(alone, "ddp", "adamw")
    train_step(model, plain, moves, alone, 0, (1, 1))
    saved = full_state(model, moves)
    before = {name: value.clone() for name, value in saved["model"].items()}, saved["optimizer"]["state"][0]["step"] + 0
    train_step(model, plain, moves, alone, 5, (1, 1))
    assert all(torch.equal(value, before[0][name]) for name, value in saved["model"].items())
    assert saved["optimizer"]["state"][0]["step"] == before[1] == 1


def test_alone_a_model_is_left_as_it_is(alone: Processes) -> None:
    model = tiny_model()
    assert spread(model, alone, "fsdp") is model
    assert not model._forward_hooks


@pytest.mark.gpu
@pytest.mark.skipif(torch.cuda.device_count() < 2, reason="needs two CUDA devices")
@pytest.mark.parametrize("kind", KINDS)
def test_two_gpus_train_as_one_processor(alone: Processes, kind: Kind) -> None:
    pair = Pair(gpus=True)
    try:
        found: list[Trained] = pair.run(train_tiny, kind, "sgd")
    finally:
        pair.close()
    expected = train_tiny(alone, kind, "sgd")
    assert found[0].losses == found[1].losses
    assert found[0].losses == pytest.approx(expected.losses, rel=1e-3)  # convolutions on GPUs are TF32
