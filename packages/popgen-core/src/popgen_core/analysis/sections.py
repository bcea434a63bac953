"""Where sections begin: bars at which the music turns into something else, found without a model.

Only what bars have in common is looked at, so that moving a song by semitones or playing it faster changes nothing.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["novelty", "section_borders"]

REACHES = (4, 8, 16)  # bars looked at on either side of a bar line: short sections are lost on the long ones
LEAST_SIDE = 2  # bars that a side must have: of one bar it cannot be said how alike it is within
LEAST_NOVELTY = 0.1  # 2.4 borders in 32 bars of 335 real songs, 0.6 in the same bars shuffled (2026-11-23)
SHORTEST = 4  # bars of a section


def novelty(alike: NDArray[np.float64]) -> NDArray[np.float64]:
    """(bars, bars) how alike bars are -> (bars,) how much each bar line parts, -1..1, 0 where nothing changes.

    For the line before each bar: how alike the bars before it are among themselves, and those after it, less how
    alike those before are to those after (a checkerboard kernel of equal weights; Foote 2000), the mean of kernels
    that reach up to 4, 8 and 16 bars either way, both sides equally long. A bar's likeness to itself does not count.
    0 where a side has fewer than two bars.
    """
    bars = len(alike)
    found = np.zeros(bars)
    for line in range(LEAST_SIDE, bars - LEAST_SIDE + 1):
        sides = [min(reach, line, bars - line) for reach in REACHES]
        found[line] = np.mean([_parted(alike, line, side) for side in sides])
    return np.round(found, 9)  # equal but for rounding is equal


def _parted(alike: NDArray[np.float64], line: int, side: int) -> float:
    before, after = slice(line - side, line), slice(line, line + side)
    within = (_among(alike[before, before]) + _among(alike[after, after])) / 2
    return float(within - alike[before, after].mean())


def _among(block: NDArray[np.float64]) -> float:
    """(side, side) -> the mean without the diagonal."""
    side = len(block)
    return float((block.sum() - np.trace(block)) / (side * (side - 1)))


def section_borders(alike: NDArray[np.float64]) -> NDArray[np.int64]:
    """(bars, bars) how alike bars are -> numbers of the bars that begin a new section, in order, without the first.

    Peaks of `novelty` of 0.1 or more, four bars apart at least: the highest is taken first, of equal ones the
    earlier. A section that is repeated at once begins nothing new: A A B A has two borders, before and after B.
    """
    found = novelty(alike)
    beside = np.pad(found, 1)
    peaks = (found >= LEAST_NOVELTY) & (found >= beside[:-2]) & (found >= beside[2:])
    kept: list[int] = []
    for bar in sorted(np.flatnonzero(peaks).tolist(), key=lambda bar: (-found[bar], bar)):
        if all(abs(bar - other) >= SHORTEST for other in kept):
            kept.append(bar)
    return np.array(sorted(kept), dtype=np.int64)
