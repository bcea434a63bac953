"""Notes of one track made so that MIDI gives them back as they are: it has one switch a pitch."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["fitted", "fitted_between"]

Notes = NDArray[Any]


def fitted(notes: Notes, end_tick: int) -> Notes:
    """Notes of one track that end before the next of their pitch and before the song's end, at least a tick long.

    Of several of one pitch that begin together the longest stays, of equally long ones the loudest; one without a
    length gets one tick of it. Sorted by start, then pitch; nothing else changes.
    """
    notes = notes[notes["start_tick"] < end_tick]
    notes = notes[np.lexsort((notes["velocity"], notes["length_ticks"], notes["start_tick"], notes["pitch"]))]
    following = np.full(len(notes), end_tick)
    same = notes["pitch"][1:] == notes["pitch"][:-1]
    following[:-1][same] = notes["start_tick"][1:][same]
    notes["length_ticks"] = np.minimum(np.maximum(notes["length_ticks"], 1), following - notes["start_tick"])
    return _sorted(notes[notes["length_ticks"] > 0])  # the next begins with it: the next is the longer one


def fitted_between(notes: Notes, kept: Notes, end_tick: int) -> Notes:
    """Notes fitted among kept ones of the same track, together with these, which stay as they are.

    A note ends where a kept one of its pitch begins; one that begins while a kept one of its pitch sounds is left out.
    """
    made, kept_end = fitted(notes, end_tick), kept["start_tick"] + kept["length_ticks"]
    following, free = np.full(len(made), end_tick), np.ones(len(made), dtype=np.bool_)
    for pitch in np.unique(made["pitch"]):
        own, others = np.flatnonzero(made["pitch"] == pitch), kept["pitch"] == pitch
        start, begins = made["start_tick"][own], np.sort(kept["start_tick"][others])
        sounds = (kept["start_tick"][others] <= start[:, None]) & (start[:, None] < kept_end[others])
        free[own] = ~(sounds.any(axis=1) | np.isin(start, begins))
        following[own] = np.append(begins, end_tick)[np.searchsorted(begins, start, side="right")]
    made["length_ticks"] = np.minimum(made["length_ticks"], following - made["start_tick"])
    return _sorted(np.concatenate([kept, made[free]]))


def _sorted(notes: Notes) -> Notes:
    return notes[np.lexsort((notes["pitch"], notes["start_tick"]))]
