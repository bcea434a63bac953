"""Two processes, and one alone beside them: fixtures of several test files."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch
from pair import Pair

from popgen_core.train.processes import Processes


@pytest.fixture(scope="session")
def pair() -> Iterator[Pair]:
    """Two processes for all tests that ask for them."""
    made = Pair()
    yield made
    made.close()


@pytest.fixture
def alone() -> Iterator[Processes]:
    """One process, on one thread as the two."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield Processes(torch.device("cpu"))
    torch.set_num_threads(before)
