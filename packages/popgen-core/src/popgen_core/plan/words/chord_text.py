"""Chords as people write them in a line: `C G Am F`, `C | G Am | %`, `verse: Am F C G; chorus: F G C Am`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, cycle, islice

from popgen_core.plan.plan import Chord, Key, Section
from popgen_core.plan.words.errors import PlanError, check_names, quoted
from popgen_core.plan.words.one_chord import chord_from, chord_name

__all__ = ["Bar", "Progressions", "bars_from", "bars_text", "chord_name", "chords_from", "progressions_from"]

Bar = tuple[Chord | None, Chord | None]  # its two halves; None is open
Word = tuple[int, str]  # the column of its first letter, counted from 1

WORD = re.compile(r"\||[^\s|,]+")
AGAIN, OPEN, LINE = "%", "?", "|"


@dataclass(frozen=True)
class Progressions:
    """What chords were asked for: `everywhere`, or `by_name` of the sections."""

    everywhere: tuple[Bar, ...] = ()
    by_name: Mapping[str, tuple[Bar, ...]] = field(default_factory=dict)

    def over(self, sections: Sequence[Section]) -> tuple[Chord | None, ...]:
        """One chord each half bar of these sections: a progression starts with its section and repeats to fill it.

        Sections that are not named stay open. Raises PlanError where a name is no section's, and where a progression
        is longer than any section that it is for, so that its last chords would never be heard.
        """
        check_names("--chords", self.by_name, [section.name for section in sections])
        for name, bars in [*self.by_name.items(), (None, self.everywhere)]:
            longest = max((section.bars for section in sections if name in (section.name, None)), default=0)
            if len(bars) > longest:
                where = f"the longest {name}" if name else "the longest section"
                raise PlanError(f"--chords: the progression has {len(bars)} bars, {where} has {longest}")
        filled = (filling(self.by_name.get(section.name, self.everywhere), section.bars) for section in sections)
        return tuple(chain.from_iterable(filled))


def chords_from(text: str, sections: Sequence[Section], key: Key | None = None) -> tuple[Chord | None, ...]:
    """A line of chords -> one chord each half bar of these sections. Raises PlanError."""
    return progressions_from(text, key).over(sections)


def progressions_from(text: str, key: Key | None = None, said: str = "--chords") -> Progressions:
    """A line of chords, for all sections or after their names: `verse: Am F; chorus: C G`. Raises PlanError."""
    if ":" not in text and ";" not in text:
        return Progressions(bars_from(text, key, said))
    named: dict[str, tuple[Bar, ...]] = {}
    start = 1
    for part in text.split(";"):
        before, colon, progression = part.partition(":")
        name, column = before.strip().lower(), start + len(part) - len(part.lstrip())
        if part.strip():
            if not colon or not name:
                raise PlanError(f"{said}: at {column} {quoted(part.strip())}: expected a section, such as verse: C G")
            if name in named:
                raise PlanError(f"{said}: at {column} {quoted(name)}: the section has its chords already")
            named[name] = bars_from(progression, key, said, start + len(before) + 1)
        start += len(part) + 1
    if not named:
        raise PlanError(f"{said}: at 1: expected a section, such as verse: C G, got none")
    return Progressions(by_name=named)


def bars_from(text: str, key: Key | None = None, said: str = "--chords", start: int = 1) -> tuple[Bar, ...]:
    """One progression. Without `|` each chord has a bar of its own; with it a bar holds a chord, or two on its halves.

    `%` is the bar before again, or beside another chord in a bar the chord before; `?` leaves a bar or half open.
    `start` is the column at which the text begins. Raises PlanError with the column of what cannot be read.
    """
    words = [(start + found.start(), found[0]) for found in WORD.finditer(text)]
    bars: list[Bar] = []
    for bar in _divided(words, said):
        bars.append(_bar(bar, bars, key, said))
    if not bars:
        raise PlanError(f"{said}: at {start}: expected chords, such as C G Am F, got none")
    return tuple(bars)


def bars_text(bars: Sequence[Bar], key: Key | None = None) -> str:
    """Bars as one line, spelled as in `key`, which `bars_from` reads back: `C | Am7 G/B | % | ?`."""
    written = []
    for number, bar in enumerate(bars):
        halves = [OPEN if chord is None else chord_name(chord, key) for chord in bar]
        again = number and bar == bars[number - 1] and bar != (None, None)
        written.append(AGAIN if again else halves[0] if bar[0] == bar[1] else " ".join(halves))
    line = f" {LINE} ".join(written)
    return f"{LINE} {line} {LINE}" if len(bars) == 1 and " " in line else line


def filling(progression: Sequence[Bar], bars: int) -> tuple[Chord | None, ...]:
    """A progression again and again over so many bars, by half bar; all open where there is none."""
    return tuple(chain.from_iterable(islice(cycle(progression or [(None, None)]), bars)))


def _divided(words: Sequence[Word], said: str) -> list[list[Word]]:
    """The words of each bar; a line at the very start or end is no bar."""
    if all(word != LINE for _, word in words):
        return [[word] for word in words]
    bars: list[list[Word]] = []
    inside: list[Word] = []
    for number, (column, word) in enumerate(words):
        if word != LINE:
            inside.append((column, word))
        elif inside:
            bars.append(inside)
            inside = []
        elif number:
            raise PlanError(f"{said}: at {column} {quoted(word)}: expected a chord, % or ? between two bar lines")
    return [*bars, inside] if inside else bars


def _bar(words: Sequence[Word], before: Sequence[Bar], key: Key | None, said: str) -> Bar:
    """The two halves of a bar from its words."""
    if len(words) > 2:
        column, word = words[2]
        raise PlanError(f"{said}: at {column} {quoted(word)}: a bar holds one chord or two, this has {len(words)}")
    if before and [word for _, word in words] == [AGAIN]:
        return before[-1]
    halves: list[Chord | None] = []
    for column, word in words:
        if word == AGAIN:
            if not halves and not before:
                raise PlanError(f"{said}: at {column} {quoted(word)}: expected a chord, for nothing stands before it")
            halves.append(halves[-1] if halves else before[-1][1])
        else:
            halves.append(None if word == OPEN else _chord(column, word, key, said))
    return halves[0], halves[-1]


def _chord(column: int, word: str, key: Key | None, said: str) -> Chord:
    try:
        return chord_from(word, key)
    except PlanError as error:
        raise PlanError(f"{said}: at {column} {error.message}", hint=error.hint) from None
