"""Every source of chance that a process has, taken down and put back: a run resumed draws what it would have drawn."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

__all__ = ["Chance", "begin_chance", "chance_now", "put_back"]

Chance = dict[str, NDArray[Any]]


def begin_chance(seed: int) -> None:
    """Seed every generator: what a plug-in draws from Python's or NumPy's is then repeatable too."""
    torch.manual_seed(seed)
    np.random.seed(seed % 2**32)
    random.seed(seed)


def chance_now() -> Chance:
    """The states of PyTorch's generators (CPU and this process's GPU), NumPy's global one and Python's, as arrays."""
    _, keys, position, has_normal, normal = np.random.get_state(legacy=True)
    version, words, python_normal = random.getstate()
    state = {
        "torch": torch.get_rng_state().numpy().copy(),
        "numpy": np.append(keys, np.uint32(position)),
        "numpy-normal": np.array([has_normal, normal], dtype=np.float64),
        "python": np.array([version, *words], dtype=np.int64),
        "python-normal": np.array([np.nan if python_normal is None else python_normal], dtype=np.float64),
    }
    if torch.cuda.is_available():
        state["cuda"] = torch.cuda.get_rng_state().numpy().copy()
    return state


def put_back(state: Chance) -> None:
    """Go on drawing from the states that `chance_now` took down. Raises KeyError where one is missing."""
    torch.set_rng_state(torch.from_numpy(state["torch"].copy()))
    keys, (has_normal, normal) = state["numpy"], state["numpy-normal"]
    np.random.set_state(("MT19937", keys[:-1], int(keys[-1]), int(has_normal), float(normal)))
    version, *words = (int(word) for word in state["python"])
    (python_normal,) = (float(value) for value in state["python-normal"])
    random.setstate((version, tuple(words), None if np.isnan(python_normal) else python_normal))
    if torch.cuda.is_available() and "cuda" in state:
        torch.cuda.set_rng_state(torch.from_numpy(state["cuda"].copy()))
