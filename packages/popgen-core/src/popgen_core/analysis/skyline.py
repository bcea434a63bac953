"""The top line of a part: its highest note at each sixteenth."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["skyline"]


def skyline(step: NDArray[np.int64], pitch: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Steps and pitches of notes -> (steps, pitches) of the highest note at each step, in order."""
    order = np.lexsort((pitch, step))
    last = np.append(np.diff(step[order]) > 0, True) if len(order) else np.zeros(0, dtype=np.bool_)
    top = order[last]
    return step[top], pitch[top]
