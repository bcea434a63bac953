"""Chords of one section drawn from the tables: a walk from chord to chord that meets whatever is given on its way."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from popgen_core.plan.learned.chord_counts import LONGEST_HOLD, OPENING, PHRASE, ChordBook, places_of
from popgen_core.plan.learned.tables import Odds, drawn, odds

__all__ = ["Trail", "Walk"]

Trail = tuple[str | None, str | None]  # the last two chords, the newest last

TRUST = 2.0  # as many chords of the more general context are added to what a context itself saw
PLACE_TRUST = 20.0  # the same for places, which say less of a chord than the chords before it
RARELY = 1e-6  # chance of what never happens, so that every gap between given chords can be filled
TINY = 1e-300  # so that the logarithm of nothing is a number
HOLDS = tuple(str(hold) for hold in range(1, LONGEST_HOLD + 1))


class Walk:
    """Draws chords of one mode, as degrees; `extra` are chords that the corpus lacks and somebody gave."""

    def __init__(self, book: ChordBook, mode: str, extra: Sequence[str] = ()) -> None:
        self.book, self.mode = book, mode
        self.words = sorted({*book.moves.get(mode, {}), *extra})
        self._fits: dict[str, Odds] = {}
        self._lasting: dict[tuple[str, ...], Odds] = {}

    def _chances(self, trail: Trail) -> Odds:
        """(words,) what follows these chords, the newest last: as often as after all of them, else after the last."""
        contexts = [self.mode]
        if trail[-1] is not None:
            contexts.append(f"{self.mode} {trail[-1]}")
            if trail[-2] is not None:
                contexts.append(f"{self.mode} {trail[-2]} {trail[-1]}")
        chances = odds(self.book.moves, contexts, self.words, TRUST)
        if trail[-1] in self.words:
            chances[self.words.index(str(trail[-1]))] = 0.0  # the same chord again is a longer hold
        return np.asarray(np.maximum(chances, RARELY))

    @cached_property
    def _steps(self) -> Odds:
        """(words, words) the chance that one chord follows another."""
        return np.array([self._chances((None, word)) for word in self.words])

    @cached_property
    def _usual(self) -> Odds:
        """(words,) how often each chord begins anywhere."""
        return odds(self.book.moves, [self.mode], self.words, TRUST)

    def _fit(self, place: str) -> Odds:
        """(words,) logarithms of how much likelier each chord is in a place than anywhere."""
        if place not in self._fits:
            row = self.book.places.get(f"{self.mode} {place}", {})
            seen = np.array([row.get(word, 0.0) for word in self.words])
            likely = (seen + PLACE_TRUST * self._usual) / (seen.sum() + PLACE_TRUST)
            self._fits[place] = np.log(likely / self._usual)
        return self._fits[place]

    def _holds(self, half: int, before: str = "") -> Odds:
        """(LONGEST_HOLD,) logarithms of how many half bars a chord is held that begins here, after one held so many."""
        contexts = (f"{half % PHRASE}", f"{half % PHRASE} {before}")[: 2 if before else 1]
        if contexts not in self._lasting:
            self._lasting[contexts] = np.log(np.maximum(odds(self.book.holds, contexts, HOLDS), RARELY))
        return self._lasting[contexts]

    def draw(
        self, given: Sequence[str | None], trail: Trail, at: tuple[int, int], after: str | None, random: Generator
    ) -> list[str]:
        """Chords of some half bars of a section, those that are given where they are given.

        `trail` are the two chords before, `at` the first half bar and how many the section has; `after` is the first
        chord of the next section, where it is known. What all ways to go on weigh is summed backward, then chord after
        chord is drawn forward, each by the two before it.
        """
        begun, ended, free = self._weights(given, at, after)
        chords: list[str] = []
        hold = ""
        while len(chords) < len(given):
            half = len(chords)
            chances = np.log(self._chances(trail)) + begun[half]
            word = drawn(np.exp(chances - chances.max()), random)
            room = int(min(LONGEST_HOLD, free[half, word]))
            lasting = self._holds(at[0] + half, hold)[:room] + ended[half + 1 : half + 1 + room, word]
            held = 1 + drawn(np.exp(lasting - lasting.max()), random)
            chords += [self.words[word]] * held
            trail, hold = (trail[-1], self.words[word]), str(held)
        return chords

    def _weights(
        self, given: Sequence[str | None], at: tuple[int, int], after: str | None
    ) -> tuple[Odds, Odds, NDArray[np.int64]]:
        """(half bars + 1, words) twice, logarithms: what all ways to the end weigh where a chord begins here, and where
        it has just ended; (half bars + 1, words) how many half bars from here on a chord may be held."""
        halves, words, start = len(given), len(self.words), at[0]
        free = np.zeros((halves + 1, words), dtype=np.int64)
        begun, ended = np.full((2, halves + 1, words), -np.inf)
        ended[halves] = self._fit("last") + self._joint(after) if start + halves == at[1] else 0.0
        for half in range(halves - 1, -1, -1):
            word = given[half]
            allowed = np.ones(words, dtype=np.bool_) if word is None else np.array([w == word for w in self.words])
            free[half] = np.where(allowed, free[half + 1] + 1, 0)
            room = min(LONGEST_HOLD, halves - half)
            lasting = self._holds(start + half)[:room][:, None] + ended[half + 1 : half + 1 + room]
            lasting = np.where(np.arange(room)[:, None] < free[half], lasting, -np.inf)
            most = lasting.max(axis=0)
            safe = np.where(np.isfinite(most), most, 0.0)
            here = safe + np.log(np.exp(lasting - safe).sum(axis=0) + TINY)
            if start + half:  # what opens a section is told by what follows "^"
                here = here + self._fit(places_of(start + half, at[1]))
            begun[half] = np.where(allowed, here, -np.inf)
            top = begun[half].max()
            ended[half] = np.log(self._steps @ np.exp(begun[half] - top)) + top
        return begun, ended, free

    def _joint(self, after: str | None) -> Odds:
        """(words,) logarithms of how readily each chord leads into the first one of the next section."""
        if after not in self.words:
            return np.zeros(len(self.words))
        at = self.words.index(str(after))
        return np.log([self._chances((word, OPENING))[at] for word in self.words])
