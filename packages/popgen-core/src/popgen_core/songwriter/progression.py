"""Chord progressions: phrases walked through the functions of a key, with cadences that open or close."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.random import Generator

__all__ = ["WALK_MAJOR", "WALK_MINOR", "draw_numerals"]

TRIES = 60
Walk = Mapping[str, Mapping[str, float]]

# how readily one chord follows another; borrowed chords and secondary dominants are rare guests
WALK_MAJOR: Walk = {
    "I": {"V": 3, "vi": 3, "IV": 3, "ii": 1.6, "iii": 1.3, "V/vi": 0.5, "V/IV": 0.4, "bVII": 0.5, "V/ii": 0.3},
    "ii": {"V": 5, "IV": 1.2, "vi": 0.7, "I": 0.6, "iii": 0.4},
    "iii": {"vi": 3, "IV": 3.5, "ii": 0.6, "V/ii": 0.3},
    "IV": {"I": 3, "V": 4, "ii": 1, "iv": 0.5, "vi": 1.3, "V/V": 0.4, "iii": 0.6},
    "V": {"I": 3, "vi": 3, "IV": 2.4, "ii": 0.5, "V/vi": 0.3},
    "vi": {"IV": 4, "ii": 1.8, "V": 2.2, "iii": 1.2, "I": 0.8, "V/V": 0.4},
    "iv": {"I": 4, "V": 1.2},
    "bVII": {"IV": 4, "I": 1.5, "V": 0.6},
    "bVI": {"bVII": 4, "iv": 1, "V": 1},
    "V/vi": {"vi": 5, "IV": 1},
    "V/V": {"V": 4, "IV": 1.5, "ii": 0.6},
    "V/ii": {"ii": 5},
    "V/IV": {"IV": 5},
}
WALK_MINOR: Walk = {
    "i": {"VI": 3, "iv": 2.2, "VII": 3, "III": 1.6, "v": 1.6, "V": 0.8, "IV": 0.6, "ii": 0.25, "V/iv": 0.3},
    "ii": {"V": 5, "v": 1},
    "III": {"VII": 3, "iv": 1.6, "VI": 2.2, "i": 1},
    "iv": {"i": 2, "V": 2, "VII": 2, "VI": 1.2, "v": 1.2, "III": 0.6, "V/III": 0.4},
    "v": {"i": 2, "VI": 3, "iv": 2.2},
    "V": {"i": 5, "VI": 2},
    "VI": {"III": 2.5, "VII": 4, "iv": 1.8, "i": 1.6, "bII": 0.25, "V": 0.8},
    "VII": {"i": 3, "VI": 2.4, "III": 2.6, "iv": 0.8, "v": 0.5},
    "IV": {"i": 2, "VII": 2, "VI": 0.6},
    "bII": {"V": 3, "i": 1},
    "V/iv": {"iv": 5},
    "V/III": {"III": 5},
}

# kind of section -> where its phrases start, major and minor; those of chorus and verse differ by design
STARTS = {
    "verse": (("I", "I", "I", "vi", "IV"), ("i", "i", "i", "VI")),
    "pre-chorus": (("ii", "IV", "vi", "iii"), ("iv", "VI", "III", "VII")),
    "chorus": (("I", "I", "IV", "vi"), ("i", "VI", "III", "i")),
    "bridge": (("vi", "IV", "bVI", "iii", "ii"), ("VI", "III", "iv", "VII")),
}
OPEN = (("V", "V", "V", "IV", "ii", "bVII"), ("V", "VII", "v", "iv", "V"))
CLOSED = (("I",), ("i",))
DOMINANTS = (("V",), ("V", "VII"))


def draw_numerals(rng: Generator, kind: str, minor: bool, count: int, first_start: str = "") -> tuple[str, ...]:
    """Numerals of a passage of two phrases, `count` chords each; the first ends open, the second as its kind wants.

    A start equal to `first_start` is avoided: so a chorus need not begin as its verse did.
    """
    walk = WALK_MINOR if minor else WALK_MAJOR
    starts = [numeral for numeral in STARTS[kind][minor] if numeral != first_start]
    start = str(rng.choice(starts or STARTS[kind][minor]))
    phrase = _phrase(rng, walk, start, OPEN[minor], count)
    endings = CLOSED if kind == "chorus" and rng.random() < 0.5 else (DOMINANTS if kind != "verse" else OPEN)
    if rng.random() < 0.7:  # the phrase again with another ending
        return phrase + _ended(rng, walk, phrase, endings[minor])
    return phrase + _phrase(rng, walk, str(rng.choice(STARTS[kind][minor])), endings[minor], count)


def _phrase(rng: Generator, walk: Walk, start: str, endings: tuple[str, ...], count: int) -> tuple[str, ...]:
    """A walk of `count` chords from `start` to one of `endings`; led there by force if no try arrives."""
    numerals = [start]
    for _ in range(TRIES):
        numerals = [start]
        while len(numerals) < count:
            numerals.append(_next(rng, walk, numerals[-1]))
        if numerals[-1] in endings and len(set(numerals)) >= min(3, count):
            return tuple(numerals)
    return (*numerals[:-1], str(rng.choice(endings)))


def _ended(rng: Generator, walk: Walk, phrase: tuple[str, ...], endings: tuple[str, ...]) -> tuple[str, ...]:
    """The phrase with its last chord, or its last two, led to another ending."""
    ending = str(rng.choice(endings))
    if len(phrase) < 4:
        return (*phrase[:-1], ending)
    before = [numeral for numeral, after in walk.items() if ending in after and numeral in walk[phrase[-3]]]
    return (*phrase[:-2], str(rng.choice(before)) if before else phrase[-2], ending)


def _next(rng: Generator, walk: Walk, numeral: str) -> str:
    options = walk[numeral]
    odds = np.array(list(options.values()))
    return list(options)[int(rng.choice(len(odds), p=odds / odds.sum()))]
