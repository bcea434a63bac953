"""The keys of songs as tables, and a key for each section drawn from them, or heard in chords that were told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from popgen_core.plan.learned.chord_counts import ChordBook
from popgen_core.plan.learned.degrees import degree_of
from popgen_core.plan.learned.tables import Odds, Table, chosen, counted, odds
from popgen_core.plan.plan import MODES, Chord, Key, Plan, Section

__all__ = ["KeyBook", "draw_keys", "home_of", "key_book"]

KEYS = tuple(f"{tonic} {mode}" for mode in MODES for tonic in range(12))
LEAST = 3  # songs that must have left home for a key for it to be one to go to
NEAR = 2  # fifths between the tones of a key and those of home; those farther off are mostly home misheard
RELATIVE_MAJOR = 3  # semitones from a minor key's tonic up to that of the major key with the same tones
STRANGE = 12.0  # so many times rarer than the rarest a chord counts that the corpus does not have in a mode


@dataclass(frozen=True)
class KeyBook:
    """Keys: `homes` of songs ("9 minor"); `away` the keys of inner sections counted from the home key, by the home's
    mode, near ones only: semitones up and mode ("0 major")."""

    homes: Table
    away: Table


def home_of(sections: Sequence[Section]) -> Key | None:
    """The key of most bars, of equals the first; None where no section tells its key."""
    bars: dict[Key, int] = {}
    for section in sections:
        if section.key is not None:
            bars[section.key] = bars.get(section.key, 0) + section.bars
    return max(bars, key=lambda key: bars[key], default=None)


def key_book(plans: Sequence[Plan]) -> KeyBook:
    """The keys of some plans as tables."""
    homes, away, songs = list[tuple[str, str]](), list[tuple[str, str]](), list[tuple[str, str]]()
    for plan in plans:
        home = home_of(plan.sections)
        if home is None:
            continue
        homes.append(("", _written(home)))
        keys = [section.key for section in plan.sections[1:-1] if section.key and _fifths(section.key, home) <= NEAR]
        steps = [(home.mode, f"{(key.tonic - home.tonic) % 12} {key.mode}") for key in keys]
        away += steps
        songs += sorted(set(steps))
    often = {pair for pair in songs if songs.count(pair) >= LEAST}
    return KeyBook(counted(homes, 24), counted((pair for pair in away if pair in often), 48))


def _fifths(one: Key, other: Key) -> int:
    """Fifths between the tones of two keys: 0 where they are the same, at most 6."""
    tones = [key.tonic + (RELATIVE_MAJOR if key.mode == "minor" else 0) for key in (one, other)]
    steps = 7 * (tones[0] - tones[1]) % 12
    return min(steps, 12 - steps)


def _written(key: Key) -> str:
    return f"{key.tonic} {key.mode}"


def _read(written: str) -> Key:
    tonic, mode = written.split(" ")
    return Key(int(tonic), mode)


def draw_keys(
    book: KeyBook, chords_book: ChordBook, plan: Plan, home: Key | None, random: Generator
) -> list[Key | None]:
    """A key for each section: those told stay; None where nothing was told and the corpus has no keys.

    The first and the last section stay at home: that is the key that most told sections have, else `home`, else the
    one that told chords speak for, else one of the corpus's. Inner sections leave it as often as the corpus's do, but
    where a key was told or chords were; sections of one name have one key.
    """
    dice = random.random(len(plan.sections) + 1)
    told = home_of(plan.sections) or home
    spoken = [chord for chord in plan.chords if chord is not None and chord.root >= 0]
    if told is None and spoken and chords_book.moves:
        told = _heard(book, chords_book, spoken)
    base = told or (_at(odds(book.homes, [""], KEYS, trust=1.0), KEYS, float(dice[0])) if book.homes else None)
    turns: dict[str, Key] = {}
    found: list[Key | None] = []
    for number, section in enumerate(plan.sections):
        key = section.key or base
        inner = 0 < number < len(plan.sections) - 1
        if inner and told is None and base is not None:
            key = turns.setdefault(section.name, _away(book, base, float(dice[number + 1])))
        found.append(key)
    return found


def _away(book: KeyBook, home: Key, die: float) -> Key:
    steps = sorted({"0 " + home.mode, *book.away.get(home.mode, {})})
    step = _at(odds(book.away, [home.mode], steps, trust=0.01), steps, die)
    return Key((home.tonic + step.tonic) % 12, step.mode)


def _at(chances: Odds, names: Sequence[str], die: float) -> Key:
    return _read(names[chosen(chances, die)])


def _heard(book: KeyBook, chords_book: ChordBook, spoken: Sequence[Chord]) -> Key:
    """The key in which the corpus would most likely play these chords; the last of them weighs as the tonic, too."""
    worth = []
    for name in KEYS:
        key = _read(name)
        row = chords_book.moves.get(key.mode)
        if not row:
            worth.append(-np.inf)
            continue
        rarest = min(row.values(), default=1.0) / STRANGE
        total = sum(row.values()) + rarest
        chances = [row.get(degree_of(chord, key), rarest) / total for chord in spoken]
        at_home = spoken[0].root == key.tonic, spoken[-1].root == key.tonic
        worth.append(float(np.log(chances).sum()) + sum(at_home) + 0.5 * np.log(odds(book.homes, [""], [name])[0]))
    return _read(KEYS[int(np.argmax(worth))])
