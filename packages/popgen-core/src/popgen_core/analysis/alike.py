"""Which bars are alike, and how much more than chance their order comes back."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["bars_alike", "cosines", "null_contrast", "returns"]

SHUFFLES, SEED = 24, 20261101
LEAST_ROOM = 0.08  # between chance and 1, so that a piece of equal bars does not divide by nothing


def cosines(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """(bars, features) -> (bars, bars) cosine of each two rows: 1 where both are empty, 0 where one is."""
    dots = rows @ rows.T
    squares = np.diag(dots)
    empty = squares == 0
    norms = np.sqrt(np.where(empty, 1.0, squares))
    return np.where(empty[:, None] & empty[None, :], 1.0, dots / (norms[:, None] * norms[None, :]))


def bars_alike(parts: Sequence[tuple[NDArray[np.float64], NDArray[np.float64]]]) -> NDArray[np.float64]:
    """(content (bars, features), onsets (bars, steps)) of each group -> (bars, bars) how alike each two bars are, 0..1.

    The mean, over the groups that are active in either bar, of half the cosine of content and half that of onset
    pattern; a group that is active in one of the two only counts 0; two bars without any notes are 0 alike.
    """
    bars = len(parts[0][0]) if parts else 0
    total, groups = np.zeros((bars, bars)), np.zeros((bars, bars))
    for content, onsets in parts:
        active = np.asarray(content.any(axis=1) | onsets.any(axis=1))
        together = active[:, None] & active[None, :]
        total += np.where(together, 0.5 * cosines(content) + 0.5 * cosines(onsets), 0.0)
        groups += active[:, None] | active[None, :]
    return total / np.maximum(groups, 1)


def returns(alike: NDArray[np.float64], width: int, lag: int) -> NDArray[np.float64]:
    """(..., bars, bars) -> (...) mean over all stretches of `width` bars of how alike the stretch most like it is.

    Only stretches that begin at least `lag` bars before or after count.
    """
    windows = alike.shape[-1] - width + 1
    diagonals = [alike[..., shift : shift + windows, shift : shift + windows] for shift in range(width)]
    along = np.mean(diagonals, axis=0)  # (..., windows, windows)
    place = np.arange(windows)
    far = np.abs(place[:, None] - place[None, :]) >= lag
    return np.asarray(np.where(far, along, 0.0).max(axis=-1).mean(axis=-1))


def null_contrast(alike: NDArray[np.float64], width: int, lag: int) -> float:
    """How much more stretches of bars come back than in 24 fixed shuffles of the same bars: 0 chance .. 1.

    One bar repeated throughout comes back as much when shuffled, and so scores 0. NaN where there are too few bars
    for every stretch to have another one that far away.
    """
    if len(alike) < width - 1 + 2 * lag:
        return math.nan
    random = np.random.default_rng(SEED)
    orders = np.stack([random.permutation(len(alike)) for _ in range(SHUFFLES)])
    shuffled = alike[orders[:, :, None], orders[:, None, :]]  # (shuffles, bars, bars)
    real, chance = float(returns(alike, width, lag)), float(returns(shuffled, width, lag).mean())
    return float(np.clip((real - chance) / max(1 - chance, LEAST_ROOM), 0.0, 1.0))
