"""The scale in force at each half bar: the best of twelve diatonic and twelve harmonic minor ones."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from popgen_core.analysis.chords import from_bass

__all__ = ["AROUND", "MASKS", "key_share", "scales_of"]

AROUND = 4  # half bars on either side that a scale is found from: nine in all
DIATONIC = (0, 2, 4, 5, 7, 9, 11)
HARMONIC_MINOR = (0, 2, 3, 5, 7, 8, 11)


def _masks() -> NDArray[np.bool_]:
    """(24, 12) tones of each scale: the diatonic ones by tonic, then the harmonic minor ones."""
    rows = np.zeros((24, 12), dtype=np.bool_)
    for tonic in range(12):
        rows[tonic, [(tonic + tone) % 12 for tone in DIATONIC]] = True
        rows[12 + tonic, [(tonic + tone) % 12 for tone in HARMONIC_MINOR]] = True
    return rows


MASKS = _masks()


def _around(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Each row with its neighbours added: (rows, 12) -> (rows, 12)."""
    padded = np.pad(rows, ((AROUND + 1, AROUND), (0, 0)))
    sums = np.cumsum(padded, axis=0)
    return np.asarray(sums[2 * AROUND + 1 :] - sums[: -2 * AROUND - 1])


def _lowest_around(bass: NDArray[np.int64]) -> NDArray[np.int64]:
    padded = np.pad(bass, AROUND, constant_values=128)
    return np.asarray(np.lib.stride_tricks.sliding_window_view(padded, 2 * AROUND + 1).min(axis=1))


def scales_of(chroma: NDArray[np.float64], bass: NDArray[np.int64]) -> NDArray[np.bool_]:
    """(half bars, 12) chroma and the lowest pitch of each -> (half bars, 12) tones of the scale; none where none sound.

    Of scales that hold equally much of the nine half bars, the one that holds most of the whole window wins; then
    the one counted first from the lowest pitch, diatonic before harmonic minor: the same in every key.
    """
    if len(chroma) == 0:
        return np.zeros((0, 12), dtype=np.bool_)
    near, lowest = _around(chroma), _lowest_around(bass)
    masks = MASKS.T.astype(np.float64)
    local = from_bass(near, lowest) @ masks  # (half bars, 24), scales counted from the lowest pitch
    whole = from_bass(np.broadcast_to(chroma.sum(axis=0), near.shape), lowest) @ masks
    tied = local == local.max(axis=1, keepdims=True)
    best = np.argmax(np.where(tied, whole, -1.0), axis=1)
    tonic = (best + lowest) % 12 + best // 12 * 12
    return np.asarray(MASKS[tonic] & (near.sum(axis=1) > 0)[:, None])


def key_share(chroma: NDArray[np.float64]) -> float:
    """(half bars, 12) chroma -> share of sounding time inside the best single scale; NaN where nothing sounds."""
    total = chroma.sum(axis=0)
    return float((MASKS @ total).max() / total.sum()) if total.sum() > 0 else float("nan")
