"""How much of a piece one stretch of its bars explains by its repetitions: the fitness of audio thumbnailing.

After Müller, Jiang and Grosche 2013 (A robust fitness measure for capturing repetitions in music recordings): the
best set of paths through the bars that are like the stretch, no two of which share a bar, weighs how well they match
against how much they cover. Paths may lag or lead by half, so that a phrase played slower still counts.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["fitness", "strictly_alike"]

ENOUGH = 0.8  # how alike two bars must be to count as one played again
PENALTY = -2.0  # for a step on bars less alike
NOWHERE = -1e9  # the score of a path that cannot be


def strictly_alike(alike: NDArray[np.float64]) -> NDArray[np.float64]:
    """(bars, bars) 0..1 -> what is above .8 stretched to 0..1, all below -2, each bar wholly like itself."""
    stretched = np.where(alike >= ENOUGH, (alike - ENOUGH) / (1 - ENOUGH), PENALTY)
    np.fill_diagonal(stretched, 1.0)
    return stretched


def fitness(alike: NDArray[np.float64], lengths: range) -> NDArray[np.float64]:
    """(bars, bars) 0..1 -> (segments,) fitness 0..1 of each stretch of these many bars, by length, then start.

    Harmonic mean of how well the stretch's repetitions match it, a step on the mean, and how much of the rest of the
    piece they cover. What the stretch says of itself is left out of both, so that one bar repeated reaches 1 and
    bars that never come back 0.
    """
    bars = len(alike)
    found = [(start, length) for length in lengths if length < bars for start in range(bars - length + 1)]
    if not found:
        return np.zeros(0)
    start, length = np.array(found).T
    score, cells, covered = _best_paths(strictly_alike(alike), start, length).T
    matched = (score - length) / np.maximum(cells - length, 1)
    explained = (covered - length) / (bars - length)
    both = matched + explained
    return np.asarray(np.where(both > 0, 2 * matched * explained / np.where(both > 0, both, 1.0), 0.0))


def _best_paths(alike: NDArray[np.float64], start: NDArray[np.int64], length: NDArray[np.int64]) -> NDArray[np.float64]:
    """-> (segments, 3): score, steps and covered bars of the best set of paths of each stretch over the whole piece.

    A path begins on the first bar of its stretch and ends on the last; from step to step it goes on by one bar on
    both sides, or by two on one of them.
    """
    widest, segments = int(length.max()), np.arange(len(start))
    place = start[:, None] + np.arange(widest)
    cells = np.where(np.arange(widest) < length[:, None], alike[:, np.minimum(place, len(alike) - 1)], NOWHERE)
    none = np.zeros((len(start), widest + 2, 3))  # two columns before the first bar, which no path comes from
    none[:, :, 0] = NOWHERE
    before, last, done = none, none, np.zeros((len(start), 3))
    for row in cells:  # (segments, widest)
        here = _step(row, before, last, done)
        ended = here[segments, length + 1]
        done = np.where((ended[:, 0] > done[:, 0])[:, None], ended, done)
        before, last = last, here
    return done


def _step(
    row: NDArray[np.float64], before: NDArray[np.float64], last: NDArray[np.float64], done: NDArray[np.float64]
) -> NDArray[np.float64]:
    """All paths one bar on: states (segments, 2 + widest, 3) of the two bars before, and of what ended before them."""
    ways = np.stack([last[:, 1:-1], before[:, 1:-1], last[:, :-2]])  # (ways, segments, widest, 3)
    best = np.argmax(ways[..., 0], axis=0)
    came = np.take_along_axis(ways, best[None, :, :, None], axis=0)[0]
    came[:, 0], best[:, 0] = done, 0  # on the first bar of a stretch paths begin
    here = np.full_like(last, 0.0)
    here[:, :2, 0] = NOWHERE
    here[:, 2:, 0] = np.maximum(came[..., 0] + row, NOWHERE)
    here[:, 2:, 1] = came[..., 1] + 1
    here[:, 2:, 2] = came[..., 2] + 1 + (best == 1)
    return here
