"""numpy's matrix products, quicker than PyTorch's where rows are few, held to one thread."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

__all__ = ["may_be_numpy", "numpy_on_one_thread", "threads"]

PREFIXES, SUFFIXES = ("scipy_openblas", "openblas"), ("64_", "")  # OpenBLAS as numpy's wheels name its functions


@dataclass(frozen=True)
class Threads:
    """Two functions of the library that multiplies matrices for numpy: tell and set its number of threads."""

    count: Callable[[], int]
    choose: Callable[[int], None]


@cache
def threads() -> Threads | None:
    """How numpy's OpenBLAS is asked for its threads; None where numpy brings another library, or none of its own."""
    home = Path(np.__file__).parent
    for file in (*home.parent.glob("numpy.libs/*openblas*"), *home.glob(".dylibs/*openblas*")):
        library = ctypes.CDLL(str(file))  # loaded already: numpy's own
        for prefix in PREFIXES:
            for suffix in SUFFIXES:
                names = [f"{prefix}_{verb}_num_threads{suffix}" for verb in ("get", "set")]
                if all(hasattr(library, name) for name in names):
                    return Threads(*(getattr(library, name) for name in names))
    return None


@contextmanager
def numpy_on_one_thread() -> Iterator[None]:
    """numpy multiplies on one thread: one frame is too little work to share, and its sums stay the same."""
    found = threads()
    before = found.count() if found else 1
    if found and before != 1:
        found.choose(1)
    try:
        yield
    finally:
        if found and before != 1:
            found.choose(before)


def may_be_numpy(weight: Tensor) -> bool:
    """Whether numpy may multiply by a weight: in float32 on the CPU, where its library can be held to one thread."""
    return weight.device.type == "cpu" and weight.dtype == torch.float32 and threads() is not None
