"""The saved states of a run: weights, optimiser, chance and place, each state one file written whole with its sha256.

The newest few are kept, so that a damaged one costs only the way from the one before.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import torch
from numpy.typing import NDArray

from popgen_core.checkpoint import Card, read_checkpoint, write_checkpoint
from popgen_core.errors import CheckpointError
from popgen_core.files import flush_folder
from popgen_core.train.chance import Chance, put_back
from popgen_core.train.place import Place
from popgen_core.train.spread import full_state, load_full_state
from popgen_core.train.step import Stepper

__all__ = ["Saved", "newest_state", "put_into", "save_state", "set_aside", "state_tensors", "states_of"]

FOLDER = "states"
WRONG = (RuntimeError, KeyError, TypeError, ValueError)
Tensors = dict[str, NDArray[Any]]


@dataclass(frozen=True)
class Saved:
    """A state that was read: what it says of its run, its tensors, the newer files that were damaged, and how."""

    card: Card
    tensors: Mapping[str, NDArray[Any]]
    place: Place
    damaged: Sequence[tuple[Path, str]] = ()


def states_of(run: Path) -> list[Path]:
    """The files of a run's states, the newest first."""
    return sorted((run / FOLDER).glob("step-*.safetensors"), reverse=True)


def save_state(run: Path, tensors: Tensors, card: Card, place: Place, keep: int) -> None:
    """Write the state of a run whole or not at all, then take away all but the newest `keep`."""
    folder = run / FOLDER
    folder.mkdir(exist_ok=True)
    told = {**card.trained, "place": _plain(place)}
    write_checkpoint(folder / f"step-{place.steps:08}.safetensors", tensors, replace(card, trained=told))
    flush_folder(folder)
    for old in [*states_of(run)[keep:], *folder.glob(".step-*")]:
        old.unlink(missing_ok=True)


def newest_state(run: Path) -> Saved | None:
    """The newest state of a run that is whole; None where none was ever saved.

    Raises CheckpointError when there are states and all are damaged.
    """
    damaged: list[tuple[Path, str]] = []
    for path in states_of(run):
        try:
            card, tensors = read_checkpoint(path)
            return Saved(card, tensors, _place(card.trained["place"]), damaged)
        except (CheckpointError, *WRONG) as error:
            damaged.append((path, " ".join(str(error).split())))
    if damaged:
        raise CheckpointError(
            f"no state of {run} is whole: {'; '.join(why for _, why in damaged)}", hint="start a new run"
        )
    return None


def set_aside(saved: Saved) -> None:
    """Rename the states that were damaged, so that they count no more among those that are kept."""
    for path, _ in saved.damaged:
        path.rename(path.with_name(f"damaged-{path.name}"))


def state_tensors(stepper: Stepper, chances: Sequence[Chance]) -> Tensors:
    """Everything of a stepper that training changes, and the chance of each process, under names of their own.

    To be called by all processes; each gets the whole.
    """
    state, names = full_state(stepper.learner, stepper.optimizer), _names(stepper)
    moments = {
        f"optimizer/{names[number]}/{kind}": value.numpy()
        for number, values in state["optimizer"]["state"].items()
        for kind, value in values.items()
    }
    weights = {f"model/{name}": value.numpy() for name, value in state["model"].items()}
    chance = {f"chance/{rank}/{kind}": value for rank, state in enumerate(chances) for kind, value in state.items()}
    return weights | moments | chance


def put_into(stepper: Stepper, saved: Saved) -> None:
    """Put a stepper, and the chance of this process, back into a saved state. Raises CheckpointError if it does not
    fit. To be called by all processes; the tensors of the leading one are taken."""
    processes, names = stepper.processes, _names(stepper)
    try:
        state = {
            "model": {name: torch.from_numpy(value.copy()) for name, value in _under("model", saved).items()},
            "optimizer": {
                "state": {number: _moments(saved, name) for number, name in enumerate(names) if _moments(saved, name)},
                "param_groups": stepper.optimizer.state_dict()["param_groups"],
            },
        }
        load_full_state(stepper.learner, stepper.optimizer, state if processes.leads else None, processes)
        if chance := _under(f"chance/{processes.rank}", saved):
            put_back(chance)
    except WRONG as error:
        why = " ".join(str(error).split())
        raise CheckpointError(f"the run cannot go on from its state: {why}", hint="start a new run") from error


def _names(stepper: Stepper) -> list[str]:
    """Names of the weights in the order of the optimiser."""
    return [name for name, parameter in stepper.model.named_parameters() if parameter.requires_grad]


def _moments(saved: Saved, name: str) -> dict[str, torch.Tensor]:
    """What the optimiser remembers of one weight."""
    return {kind: torch.from_numpy(value.copy()) for kind, value in _under(f"optimizer/{name}", saved).items()}


def _under(name: str, saved: Saved) -> Tensors:
    return {key.removeprefix(f"{name}/"): v for key, v in saved.tensors.items() if key.startswith(f"{name}/")}


def _plain(place: Place) -> dict[str, Any]:
    """A place as JSON knows it: null for a loss that was not measured."""
    return {name: None if isinstance(v, float) and not math.isfinite(v) else v for name, v in asdict(place).items()}


def _place(plain: Mapping[str, Any]) -> Place:
    return Place(**{name: value for name, value in plain.items() if value is not None})
