"""A song counted by context: how often a cell rests or sounds, given its place and what sounded before."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from popgen_core.baselines.canonical import PITCHES, CanonicalRoll

__all__ = ["AXES", "PLACES", "tally"]

AXES = ("group", "pitch", "place", "sixteenth", "bar")  # what a baseline may know of a cell: the axes of a tally
PLACES = 32  # sixteenths of a bar that are told apart: two whole notes; what lies later in a bar counts as the last


def tally(roll: CanonicalRoll) -> NDArray[np.int64]:
    """A canonical roll -> its cells counted (group, pitch, place, sixteenth, bar, onset).

    `place`: sixteenth of the bar, 0..31. `sixteenth`, `bar`: 1 where the same cell had an onset a sixteenth ago, or at
    the same place of the bar before; what lies before the song rested. `onset`: 0 counts the cells that rest, 1 those
    with an onset. The counts of songs add up, and the sum over all axes is frames x groups x pitches.
    """
    place = np.minimum(roll.place, PLACES - 1)  # (frame,)
    now, sixteenth, bar = _sounding(roll)
    heard = np.union1d(now, np.union1d(sixteenth, bar))  # all cells but those where nothing sounds, now or before
    frame, cell = np.divmod(heard, roll.cells)
    known = [np.isin(heard, one, assume_unique=True) for one in (sixteenth, bar, now)]
    shape = (roll.cells, PLACES, 2, 2, 2)
    index = np.ravel_multi_index((cell, place[frame], *(one.astype(np.int64) for one in known)), shape)
    counts = np.bincount(index, minlength=int(np.prod(shape))).reshape(shape)
    counts[..., 0, 0, 0] = np.bincount(place, minlength=PLACES) - counts.sum(axis=(2, 3, 4))  # the others rest
    return counts.reshape(len(roll.groups), PITCHES, PLACES, 2, 2, 2)


def _sounding(roll: CanonicalRoll) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Numbers frame x cells + cell of the cells with an onset now, with one a sixteenth ago, with one a bar ago."""
    frame, group, pitch = roll.onsets.T
    cell = group * PITCHES + pitch
    bar_later = np.full(roll.frames, -1)  # (frame,) the frame whose bar ago is this
    has_bar_ago = np.flatnonzero(roll.bar_ago >= 0)
    bar_later[roll.bar_ago[has_bar_ago]] = has_bar_ago
    return (
        frame * roll.cells + cell,
        (frame * roll.cells + cell + roll.cells)[frame + 1 < roll.frames],
        (bar_later[frame] * roll.cells + cell)[bar_later[frame] >= 0],
    )
