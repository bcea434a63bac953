"""Notes of one track made so that MIDI gives them back as they are: it has one switch a pitch."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["fitted"]


def fitted(notes: NDArray[Any], end_tick: int) -> NDArray[Any]:
    """Notes of one track that end before the next of their pitch and before the song's end, at least a tick long."""
    notes = notes[notes["start_tick"] < end_tick]
    order = np.lexsort((notes["start_tick"], notes["pitch"]))
    notes = notes[order]
    following = np.full(len(notes), end_tick)
    same = notes["pitch"][1:] == notes["pitch"][:-1]
    following[:-1][same] = notes["start_tick"][1:][same]
    notes["length_ticks"] = np.minimum(notes["length_ticks"], following - notes["start_tick"])
    notes = notes[notes["length_ticks"] > 0]  # two onsets of one pitch on one tick are one note
    return notes[np.lexsort((notes["pitch"], notes["start_tick"]))]
