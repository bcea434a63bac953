"""What a run needs to go on where it stopped: weights, optimiser, random state and place, in one atomic file."""

from __future__ import annotations

import io
import pickle
import zipfile
from dataclasses import asdict, dataclass, field
from pathlib import Path

import torch

from popgen_core.errors import CheckpointError, Refused
from popgen_core.files import write_atomically
from popgen_core.train.step import Stepper

__all__ = ["Place", "load_state", "save_state"]

WRONG = (RuntimeError, KeyError, TypeError, ValueError, EOFError, zipfile.BadZipFile, pickle.UnpicklingError)


@dataclass
class Place:
    """How far a run is, and on which dataset: epochs ended, steps done in this one and in all, seconds, last losses."""

    epoch: int = 0
    step_in_epoch: int = 0
    steps: int = 0
    seconds: float = 0.0
    loss: float = float("nan")
    first_loss: float = float("nan")
    valid_loss: float = float("nan")
    dataset: str = ""
    recent: list[float] = field(default_factory=list)


def save_state(path: Path, stepper: Stepper, place: Place) -> None:
    """Write the state of a run atomically."""
    content = io.BytesIO()
    state = {
        "model": stepper.model.state_dict(),
        "optimizer": stepper.optimizer.state_dict(),
        "random": torch.get_rng_state(),
        "place": asdict(place),
    }
    torch.save(state, content)
    write_atomically(path, content.getvalue())


def load_state(path: Path, stepper: Stepper, dataset: str) -> Place:
    """Put a run back into its saved state.

    Raises CheckpointError when the file is damaged, Refused when the run began with another dataset (by its digest).
    """
    try:
        if damaged := zipfile.ZipFile(path).testzip():  # torch.load checks no sums: a flipped bit would go on training
            raise ValueError(f"its part {damaged} is damaged")
        state = torch.load(path, weights_only=True, map_location=stepper.device)
        stepper.model.load_state_dict(state["model"])
        stepper.optimizer.load_state_dict(state["optimizer"])
        torch.set_rng_state(state["random"].cpu())
        place = Place(**state["place"])
    except (*WRONG, OSError) as error:
        why = " ".join(str(error).split())
        raise CheckpointError(f"the run cannot go on from {path}: {why}", hint="start a new run") from error
    if place.dataset != dataset:
        raise Refused(f"{path.parent} was begun with another dataset", hint="give the one that it was begun with")
    return place
