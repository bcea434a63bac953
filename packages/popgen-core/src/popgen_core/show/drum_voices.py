"""The lines of a drum lane: General MIDI percussion by the thing that is struck, from the floor upward."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["VOICES", "voice_of"]

# General MIDI System Level 1 (1991), table 3; 22, 26 and 58 are rims and edges of Roland's electronic kits
_PITCHES = {
    "kick": (35, 36),
    "snare": (38, 40),
    "stick, clap": (37, 39),
    "low tom": (41, 43, 45, 58),
    "high tom": (47, 48, 50),
    "closed hat": (22, 42, 44),
    "open hat": (26, 46),
    "ride": (51, 53, 59),
    "crash": (49, 52, 55, 57),
}
VOICES = (*_PITCHES, "percussion")


def voice_of(pitch: NDArray[np.uint8]) -> NDArray[np.int64]:
    """(note,) drum pitches -> the number in `VOICES` of what each strikes; what is not named is percussion."""
    table = np.full(128, len(VOICES) - 1)
    for number, pitches in enumerate(_PITCHES.values()):
        table[list(pitches)] = number
    return np.asarray(table[pitch])
