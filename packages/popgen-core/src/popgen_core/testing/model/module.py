"""What every torch part of a model promises, whatever its kind: its parameters learn, its weights are saved whole.

A kind says by a `Run` how its part is called: a module and a seed give the outputs for the kit's example of that seed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import is_dataclass, replace
from typing import Any, TypeVar

import numpy as np
import torch
from safetensors.numpy import load, save
from torch import Tensor, nn

from popgen_core.contracts.sizes import Sizes
from popgen_core.testing.maker import Maker
from popgen_core.testing.model.making import SIZES, generator_of
from popgen_core.testing.verdict import Failed, NotApplicable, claim

__all__ = [
    "SAME",
    "Run",
    "device_of",
    "difference",
    "every_parameter_learns",
    "half_precision_stays_finite",
    "inputs_stay",
    "made_otherwise",
    "moved",
    "moves_to_another_device",
    "practise",
    "saves_and_loads",
    "steady_in_eval",
    "vectors_are_sound",
]

Run = Callable[[nn.Module, int], Sequence[Tensor]]
Value = TypeVar("Value")

SAME = 1e-5  # what another order of sums may change, of 1 + the largest value
STEPS, RATE = 4, 3e-3  # of the little training before a check: gates open that begin at zero, batch norms hear
MOST = 64  # steps in which every parameter has its turn, where chance or a router chooses
APART = ("same device", "expected device", "two devices")  # how PyTorch tells that tensors lie on different devices
FILLED = "Expected `value` to be on same device"  # masked_fill by a CPU tensor of one number: a GPU takes it


def difference(one: Tensor, other: Tensor) -> float:
    """The largest difference of two tensors as a share of 1 + the largest value; infinite where one is no number."""
    if one.shape != other.shape:
        return float("inf")
    if not one.numel():
        return 0.0
    apart = (one - other).abs().max() / (1 + torch.maximum(one.abs().max(), other.abs().max()))
    return float(apart.detach()) if bool(torch.isfinite(apart)) else float("inf")


def device_of(module: nn.Module) -> torch.device:
    """Where a module lies."""
    return next((tensor.device for tensor in (*module.parameters(), *module.buffers())), torch.device("cpu"))


def moved(value: Value, where: torch.device | Callable[[Tensor], Tensor]) -> Value:
    """A tensor, or a dataclass or tuple of such, on a device, or with a function applied to each tensor."""
    if isinstance(value, Tensor):
        return value.to(where) if isinstance(where, torch.device) else where(value)  # type: ignore[return-value]
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{name: moved(part, where) for name, part in vars(value).items()})
    if isinstance(value, tuple):
        return tuple(moved(part, where) for part in value)  # type: ignore[return-value]
    return value


def made_otherwise(make: Maker, sizes: Sizes | None = None) -> Any:
    """The same component by another chance, in eval mode: what its weights were before others are loaded."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        return make.component(make.config(), sizes or SIZES).eval()


def practise(module: Any, run: Run, steps: int = STEPS, most: int = 0) -> dict[str, bool]:
    """Train a module a little, towards chance; it ends in eval mode -> whether each parameter got a gradient.

    So a check sees what training makes: batch norms have heard something, and gates that begin at zero are open. With
    `most` it goes on to so many steps while some parameter got none.
    """
    learnt = {name: False for name, parameter in module.named_parameters() if parameter.requires_grad}
    parameters = [parameter for parameter in module.parameters() if parameter.requires_grad]
    optimiser = torch.optim.Adam(parameters, RATE) if parameters else None
    module.train()
    with torch.random.fork_rng(devices=[]), torch.enable_grad():
        for step in range(max(steps, most)):
            if step >= steps and all(learnt.values()):
                break
            torch.manual_seed(step)
            module.zero_grad()
            slopes = _backward(run(module, step), step)
            for name, parameter in module.named_parameters():
                if name in learnt and parameter.grad is not None:
                    claim(parameter.grad.isfinite().all(), f"the gradient of its parameter {name} is no number")
                    learnt[name] |= bool(parameter.grad.any())
            if optimiser and slopes:
                optimiser.step()
    module.zero_grad()
    module.eval()
    return learnt


def every_parameter_learns(module: Any, run: Run) -> None:
    """Each parameter that wants a gradient gets one, of several random batches, in train mode: of the first few, or of
    many more where chance chooses which of them are asked."""
    learnt = practise(module, run, most=MOST)
    if not learnt:
        raise NotApplicable("it has no parameters")
    missed = [name for name, got in learnt.items() if not got]
    claim(
        not missed,
        f"in {MOST} random batches no gradient reaches {len(missed)} of its {len(learnt)} parameters, the first "
        f"{missed[:1]}",
    )


def saves_and_loads(module: Any, other: Any, run: Run) -> None:
    """The weights of a module, loaded into one that was made by another chance, make it the same.

    They go through what a checkpoint file is: names and plain numbers.
    """
    practise(module, run)
    other.load_state_dict(_written_and_read(module.state_dict()))
    apart = max(map(difference, _quietly(module, run), _quietly(other, run)), default=0.0)
    claim(
        apart <= SAME,
        f"with its saved weights another one gives other values, by {apart:.2g}: something that it needs is no "
        "parameter and no persistent buffer",
    )


def steady_in_eval(module: Any, run: Run) -> None:
    """In eval mode the same inputs give the same values again, and change no weight and no buffer."""
    practise(module, run)
    before = {name: value.clone() for name, value in module.state_dict().items()}
    once = [value.clone() for value in _quietly(module, run)]
    _quietly(module, run, seed=1)
    apart = max(map(difference, once, _quietly(module, run, chance=1)), default=0.0)
    claim(apart <= SAME, f"in eval mode the same inputs give other values the second time, by {apart:.2g}")
    for name, value in module.state_dict().items():
        claim(torch.equal(value, before[name]), f"in eval mode its {name} changes")


def half_precision_stays_finite(module: Any, run: Run) -> None:
    """Trained in bfloat16 (train.precision), its values and gradients are numbers."""
    module.train()
    with torch.random.fork_rng(devices=[]), torch.enable_grad():
        torch.manual_seed(0)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            made = list(run(module, 0))
        claim(all(value.isfinite().all() for value in made), "in bfloat16 it makes values that are no numbers")
        _backward(made, 0)
    for name, parameter in module.named_parameters():
        finite = parameter.grad is None or bool(parameter.grad.isfinite().all())
        claim(finite, f"in bfloat16 the gradient of its parameter {name} is no number")


@torch.no_grad()
def moves_to_another_device(module: Any, run: Run) -> None:
    """Moved to another device, it leaves no tensor behind: seen without a GPU, on PyTorch's device without numbers."""
    module = module.to("meta")
    try:
        made = run(module, 0)
    except (RuntimeError, NotImplementedError) as error:
        if FILLED not in str(error) and any(words in str(error) for words in APART):
            raise Failed(f"moved to another device, it leaves a tensor behind (register_buffer): {error}") from error
        raise NotApplicable("it cannot be tried without numbers, only on a GPU") from error
    stayed = [str(value.device) for value in made if value.device.type != "meta"]
    claim(not stayed, f"moved to another device, it still makes values on {stayed[:1]}")


def vectors_are_sound(made: Tensor, shape: tuple[int, int, int], what: str) -> None:
    """What `what` made of float32 has this shape (batch, frame, width), in float32 numbers."""
    seen = tuple(made.shape)
    claim(seen == shape, f"{what} makes {seen} of {shape[0]} songs and {shape[1]} frames; it must be {shape}")
    claim(made.dtype == torch.float32, f"{what} makes {made.dtype} of float32 values")
    claim(made.isfinite().all(), f"{what} makes values that are no numbers")


@torch.no_grad()
def inputs_stay(call: Callable[[Any], Any], given: Any, what: str = "forward") -> None:
    """A call leaves the tensors that it is given as they are: the part that comes next is given them too."""
    before = moved(given, Tensor.clone)
    call(given)
    for name, one, other in zip(_names(given), _tensors(given), _tensors(before), strict=True):
        claim(torch.equal(one, other), f"{what} changes {name}, which others are given too")


def _names(value: Any) -> list[str]:
    if isinstance(value, Tensor):
        return ["its input"]
    return [name for name, part in vars(value).items() if isinstance(part, Tensor)]


def _tensors(value: Any) -> list[Tensor]:
    return [value] if isinstance(value, Tensor) else [part for part in vars(value).values() if isinstance(part, Tensor)]


def _backward(made: Sequence[Tensor], seed: int) -> bool:
    """Gradients of how far outputs are from chance -> whether there are any; values that are not finite stay out."""
    chance, total = generator_of(seed), torch.zeros(())
    for value in made:
        if value.requires_grad and value.is_floating_point():
            wanted = torch.randn(value.shape, generator=chance)
            total = total + torch.where(value.isfinite(), value.float() - wanted, 0.0).square().mean()
    if total.requires_grad:
        total.backward()  # type: ignore[no-untyped-call]
    return total.requires_grad


@torch.no_grad()
def _quietly(module: Any, run: Run, seed: int = 0, chance: int = 0) -> list[Tensor]:
    """Outputs for the example of a seed; what draws from PyTorch's chance all the same begins at another place."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(chance)
        return list(run(module, seed))


def _written_and_read(state: Mapping[str, Any]) -> dict[str, Tensor]:
    """Weights as a checkpoint file holds them, and back; it cannot hold everything that PyTorch can."""
    arrays = {}
    for name, value in state.items():
        try:
            arrays[name] = np.array(value.numpy(), order="C")
        except (AttributeError, TypeError, RuntimeError) as error:
            raise Failed(f"a checkpoint cannot hold its weight {name}: {error}") from error
    return {name: torch.from_numpy(value.copy()) for name, value in load(save(arrays)).items()}
