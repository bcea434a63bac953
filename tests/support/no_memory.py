"""A run whose process may hold no more memory from its first step on: what the allocator says then is no stub.

python no_memory.py DATASET RUN CHANGE...
"""

from __future__ import annotations

import resource
import sys
from pathlib import Path
from typing import Any

import torch

from popgen_core import api
from popgen_core.errors import PopgenError

SPARE = 8 << 20  # bytes: enough to save, too little for a step


def no_more(place: Any, *others: Any) -> None:
    """Let this process hold little more than it does after its first step."""
    if place.steps > 1:
        return
    size = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (size + SPARE, size + SPARE))


if __name__ == "__main__":
    torch.set_num_threads(1)
    try:
        api.train(sys.argv[1], sys.argv[2], "paper", changes=sys.argv[3:], progress=no_more)
    except PopgenError as error:
        print(f"{error}|{type(error.__cause__).__name__}: {str(error.__cause__).splitlines()[0]}")
