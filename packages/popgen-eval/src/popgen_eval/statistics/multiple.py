"""Many tests at once: p corrected, so that chance seldom finds anything (Holm), or few things (Benjamini-Hochberg).

NaN stands for a test that has no p and stays NaN. One that could not be made, for want of songs, does not count; one
that was made but found nothing that varies is no discovery, and counts as if its p were 1: `still` is how many of these
there are. A family that shrank where songs are alike would find the others too easily.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["benjamini_hochberg", "holm"]


def holm(p_values: Sequence[float], still: int = 0) -> list[float]:
    """p of a family -> p after Holm (1979): below .05, at most 5 in 100 such families hold a false one at all."""

    def lifted(ordered: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.maximum.accumulate(ordered * (still + np.arange(len(ordered), 0, -1)))

    return _in_order(p_values, lifted)


def benjamini_hochberg(p_values: Sequence[float], still: int = 0) -> list[float]:
    """p of a family -> q (1995): of those below .05, about 5 in 100 at most are false on average."""

    def lifted(ordered: NDArray[np.float64]) -> NDArray[np.float64]:
        scaled = ordered * (still + len(ordered)) / np.arange(1, len(ordered) + 1)
        return np.minimum.accumulate(scaled[::-1])[::-1]

    return _in_order(p_values, lifted)


def _in_order(p_values: Sequence[float], lifted: Callable[[NDArray[np.float64]], NDArray[np.float64]]) -> list[float]:
    """Sort those defined, lift them, limit them to 1, and put them back where they were."""
    values = np.asarray(p_values, dtype=np.float64)
    defined = np.flatnonzero(~np.isnan(values))
    order = defined[np.argsort(values[defined], kind="stable")]
    values[order] = np.minimum(lifted(values[order]), 1.0)
    return [float(value) for value in values]
