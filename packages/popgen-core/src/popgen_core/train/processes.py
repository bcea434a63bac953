"""The processes that train one model together: this one alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

import torch
from torch import Tensor

__all__ = ["Processes", "joined"]

T = TypeVar("T")


class Processes:
    """One process alone; what it shares it has all of."""

    rank, size = 0, 1

    def __init__(self) -> None:
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

    @property
    def leads(self) -> bool:
        """Whether this one writes and prints."""
        return self.rank == 0

    def sum(self, values: Tensor) -> Tensor:
        """Values summed over the processes."""
        return values

    def agree(self, flag: bool) -> bool:
        """Whether any process says so."""
        return flag

    def first(self, value: T) -> T:
        """What the leading process says."""
        return value

    def gather(self, value: T) -> list[T]:
        """What each process says."""
        return [value]

    def share(self, items: Sequence[T]) -> Sequence[T]:
        """This process's part."""
        return items


@contextmanager
def joined() -> Iterator[Processes]:
    """Join the other processes, if there are any."""
    yield Processes()
