"""Chords for a bare melody: the walk through a key's chords that fits its notes best, a chord a bar."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from popgen_core.songwriter.arranging.measures import Measures
from popgen_core.songwriter.harmony import IN_MAJOR, IN_MINOR, Chord, Key
from popgen_core.songwriter.meter import STEP_TICKS
from popgen_core.songwriter.progression import WALK_MAJOR, WALK_MINOR

__all__ = ["harmonised"]

FIT = 4.0  # how much the melody's fit weighs beside how readily one chord follows another
HOME = 1.0  # how much a song likes to begin and end at home
HEAVY = 2.0  # how much more a note counts that begins with the bar or its middle


def harmonised(measures: Measures, melody: NDArray[Any], key: Key) -> tuple[Chord | None, ...]:
    """The chord of each sixteenth of the page under a melody, in its key."""
    numerals, chords = _chords(key)
    weights = _weights(measures, melody)  # (bars, 12)
    tones = np.zeros((len(chords), 12))
    for row, chord in enumerate(chords):
        tones[row, list(chord.tones)] = 1.0
    fits = FIT * (weights @ tones.T) / np.maximum(weights.sum(axis=1, keepdims=True), 1e-9)  # (bars, chords)
    home = np.array([HOME * (numeral in ("I", "i")) for numeral in numerals])
    path = _walked(fits, _moves(numerals, key), home)
    return tuple(chords[at] for at in path for _ in range(measures.meter.steps))


def _chords(key: Key) -> tuple[list[str], list[Chord]]:
    """The triads that belong to a key, without its rare guests."""
    table = IN_MINOR if key.minor else IN_MAJOR
    numerals = [numeral for numeral in table if "/" not in numeral and "b" not in numeral and numeral != "iv"]
    numerals += ["iv"] * key.minor
    made = [(numeral, (key.tonic + table[numeral][0]) % 12, table[numeral][1]) for numeral in numerals]
    return numerals, [Chord(numeral, root, intervals, root) for numeral, root, intervals in made]


def _weights(measures: Measures, melody: NDArray[Any]) -> NDArray[np.float64]:
    """(bars, 12) how much each pitch class weighs in each page bar: its length, more on heavy beats."""
    start = measures.page_ticks(melody["start_tick"]) + STEP_TICKS // 2
    bar = np.clip(start // measures.bar_ticks, 0, measures.bars - 1)
    step = (start % measures.bar_ticks) // STEP_TICKS
    heavy = np.where((step == 0) | (step == measures.meter.half), HEAVY, 1.0)
    length = np.minimum(melody["length_ticks"], measures.bar_ticks) * heavy
    cells = np.bincount(bar * 12 + melody["pitch"] % 12, weights=length, minlength=12 * measures.bars)
    return np.asarray(cells, dtype=np.float64).reshape(measures.bars, 12)


def _moves(numerals: list[str], key: Key) -> NDArray[np.float64]:
    """(chords, chords) logarithm of how readily each chord follows each; staying is as ready as a usual move."""
    walk = WALK_MINOR if key.minor else WALK_MAJOR
    odds = np.array([[walk[one].get(other, 0.15) for other in numerals] for one in numerals])
    np.fill_diagonal(odds, 1.5)
    return np.asarray(np.log(odds / odds.sum(axis=1, keepdims=True)))


def _walked(fits: NDArray[np.float64], moves: NDArray[np.float64], home: NDArray[np.float64]) -> list[int]:
    """The best path (Viterbi): one chord a bar, the first and the last drawn home."""
    best, came = fits[0] + home, []
    for row in fits[1:]:
        reach = best[:, None] + moves  # (before, after)
        came.append(reach.argmax(axis=0))
        best = reach.max(axis=0) + row
    path = [int((best + home).argmax())]
    for before in reversed(came):
        path.append(int(before[path[-1]]))
    return path[::-1]
