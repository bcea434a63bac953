"""What a group plays in every two bars, whatever its key: sets of (sixteenth, pitch above the first note)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from popgen_core.analysis.piece import Part

__all__ = ["PAIR_BARS", "Kind", "Pairs", "Telling", "VOCABULARY", "pairs_of"]

PAIR_BARS = 2
PITCHES = 256  # room for pitches from 128 below the first note to 127 above it
VOCABULARY = 1 << 16  # of tokens: two bars have 64 sixteenths at most
Kind = tuple[bool, int]  # drums or not, sixteenths a bar: only pairs of one kind are compared

MIXERS = np.random.default_rng(20261123).integers(1, 2**63, VOCABULARY, dtype=np.uint64)


@dataclass(frozen=True)
class Telling:
    """What two bars must have before finding them elsewhere says anything; common material is found everywhere.

    notes: notes of different onset or pitch, 1 or more; onsets: different onsets; pitches: different pitches (drums:
    different drums); changes: whether the second bar must differ from the first.
    """

    notes: int
    onsets: int
    pitches: int
    changes: bool


@dataclass(frozen=True)
class Pairs:
    """Every two neighbouring bars of one group: for each, where its tokens begin in `tokens`, which number (sixteenth,
    pitch) and rise; `start` (pairs + 1,), `hash` (pairs,) of the whole set, 0 for silence, `telling` (pairs,).
    """

    kind: Kind
    tokens: NDArray[np.int64]
    start: NDArray[np.int64]
    hash: NDArray[np.uint64]
    telling: NDArray[np.bool_]

    def set_of(self, pair: int) -> NDArray[np.int64]:
        """The tokens of one pair of bars."""
        return self.tokens[self.start[pair] : self.start[pair + 1]]


def pairs_of(part: Part, bars: int, steps: int, telling: Telling) -> Pairs:
    """A group and the bars and steps of its piece -> its bars - 1 pairs of bars (none of fewer bars)."""
    pairs = max(bars - PAIR_BARS + 1, 0)
    notes = np.unique(part.step * PITCHES + part.pitch)
    step, pitch = np.divmod(notes, PITCHES)
    bar = step // steps
    pair = np.concatenate([bar, bar - 1])  # a note is in the pair that its bar begins, and in the one it ends
    place = np.concatenate([step % steps, step % steps + steps])
    pitch = np.concatenate([pitch, pitch])
    order = np.lexsort((pitch, place, pair))
    order = order[(pair[order] >= 0) & (pair[order] < pairs)]
    pair, place, pitch = pair[order], place[order], pitch[order]
    start = np.searchsorted(pair, np.arange(pairs + 1))
    if not part.is_drum:
        pitch = pitch - pitch[start[:-1][pair]] if len(pitch) else pitch
    tokens = place * PITCHES + pitch + PITCHES // 2
    return Pairs(
        kind=(part.is_drum, steps),
        tokens=tokens,
        start=start,
        hash=_sums(MIXERS[tokens], start),
        telling=_tells(tokens, pair, start, steps, telling),
    )


def _sums(values: NDArray[np.uint64], start: NDArray[np.int64]) -> NDArray[np.uint64]:
    """The sum of each stretch of values, modulo 2^64; 0 of an empty one."""
    total = np.concatenate([np.zeros(1, dtype=np.uint64), np.cumsum(values, dtype=np.uint64)])
    return np.asarray(total[start[1:]] - total[start[:-1]])


def _tells(
    tokens: NDArray[np.int64], pair: NDArray[np.int64], start: NDArray[np.int64], steps: int, rule: Telling
) -> NDArray[np.bool_]:
    """(pairs,) whether each pair of bars has what the rule asks for."""
    place, pitch = np.divmod(tokens, PITCHES)
    pairs = len(start) - 1
    second = place >= steps
    folded = place % steps * PITCHES + pitch
    first_bar = _sums(np.where(second, np.uint64(0), MIXERS[folded]), start)
    second_bar = _sums(np.where(second, MIXERS[folded], np.uint64(0)), start)
    enough = (np.diff(start) >= rule.notes) & (_different(pair, place, pairs) >= rule.onsets)
    enough &= _different(pair, pitch, pairs) >= rule.pitches
    return np.asarray(enough & ((first_bar != second_bar) | (not rule.changes)))


def _different(pair: NDArray[np.int64], values: NDArray[np.int64], pairs: int) -> NDArray[np.int64]:
    """(pairs,) how many different values each pair of bars has."""
    seen = np.unique(pair * (1 << 20) + values)
    return np.bincount(seen >> 20, minlength=pairs)
