"""Which bars have the chords of an earlier bar: those that recall it, sections of one name, phrases played again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from popgen_core.plan.learned.recalls import PHRASE, Phrase, phrases_of
from popgen_core.plan.learned.tables import Table, chosen, counted, odds
from popgen_core.plan.plan import Key, Plan, Recall, Section

__all__ = ["Tie", "TieBook", "draw_ties", "tie_book"]

NEW, OTHER_END, RECALLED = "new", "other end", "recalled"
ALIKE = 0.75  # share of half bars of equal root for two phrases to have the same chords
LEAST_KNOWN = 0.5  # share of half bars whose chords are known in both, for that to be told


@dataclass(frozen=True)
class TieBook:
    """Chords that come again with other notes: `phrases` whose chords a four-bar phrase has that recalls nothing (an
    earlier section's of its name, those one or two phrases before, the first half of the one before, or "new"), by
    whether a section of its name came before, its number in the section and the answer for the phrase before."""

    phrases: Table


@dataclass(frozen=True)
class Tie:
    """That a bar has the chords of the earlier bar `bar`, `up` semitones higher."""

    bar: int
    up: int = 0


def tie_book(plans: Sequence[Plan]) -> TieBook:
    """Whose chords the phrases of some plans have, as a table; sections without a key are not counted."""
    return TieBook(counted((pair for plan in plans for pair in _told(plan)), 120))


def _told(plan: Plan) -> Iterator[tuple[str, str]]:
    roots, modes = _roots(plan)
    before = NEW
    for phrase in phrases_of(plan.sections):
        before = NEW if phrase.number == 0 else before
        recalls = plan.recalls[phrase.start : phrase.start + phrase.bars]
        if 2 * sum(recall is not None for recall in recalls) >= phrase.bars:
            before = RECALLED
        elif phrase.bars == PHRASE and modes[phrase.start]:
            way = _way(phrase, roots, modes)
            yield from ((context, way) for context in _contexts(phrase, before))
            before = way


def _roots(plan: Plan) -> tuple[NDArray[np.int64], list[str]]:
    """(half bars,) the root of each chord above its section's tonic, -1 where it is not known; the mode of each bar."""
    keys = [section.key for section in plan.sections for _ in range(section.bars)]
    roots = [
        (chord.root - key.tonic) % 12 if key and chord and chord.root >= 0 else -1
        for chord, key in zip(plan.chords, (key for key in keys for _ in range(2)), strict=True)
    ]
    return np.array(roots), [key.mode if key else "" for key in keys]


def _way(phrase: Phrase, roots: NDArray[np.int64], modes: Sequence[str]) -> str:
    """Which earlier phrase has the same chords, the farthest first."""
    for kind in sorted(phrase.sources, reverse=True):  # section, second before, before
        source = phrase.sources[kind]
        if modes[source] == modes[phrase.start]:
            if _alike(roots, source, phrase.start, 2 * PHRASE):
                return kind
            if kind == "before" and _alike(roots, source, phrase.start, PHRASE):
                return OTHER_END
    return NEW


def _alike(roots: NDArray[np.int64], one: int, other: int, halves: int) -> bool:
    """Whether some half bars from two bars on have the same roots nearly everywhere."""
    first, second = roots[2 * one : 2 * one + halves], roots[2 * other : 2 * other + halves]
    known = (first >= 0) & (second >= 0)
    return bool(known.mean() >= LEAST_KNOWN and (first == second)[known].mean() >= ALIKE)


def _contexts(phrase: Phrase, before: str) -> list[str]:
    again = "again" if phrase.again else "first"
    return [again, f"{again} {min(phrase.number, 2)}", f"{again} {min(phrase.number, 2)} {before}"]


def draw_ties(
    book: TieBook,
    sections: Sequence[Section],
    keys: Sequence[Key | None],
    recalls: Sequence[Recall | None],
    random: Generator,
) -> list[Tie | None]:
    """For each bar the one whose chords it has, None where they are its own.

    A bar that recalls another has its chords, and bars beside it in the phrase go along. A phrase that recalls nothing
    takes up the chords of an earlier one as often as the corpus's do, moved with its key.
    """
    ties: list[Tie | None] = []
    key_at = [key for section, key in zip(sections, keys, strict=True) for _ in range(section.bars)]
    before = NEW
    for phrase in phrases_of(sections):
        before = NEW if phrase.number == 0 else before
        die = float(random.random())
        here = recalls[phrase.start : phrase.start + phrase.bars]
        if any(here):
            before = RECALLED
            ties += _recalled(here)
            continue
        sources = {kind: bar for kind, bar in phrase.sources.items() if _same_mode(key_at[bar], key_at[phrase.start])}
        if "before" in sources:
            sources[OTHER_END] = sources["before"]
        ways = [NEW, *sorted(sources)]
        before = ways[chosen(odds(book.phrases, _contexts(phrase, before), ways), die)] if book.phrases else NEW
        ties += _taken_up(phrase, before, sources, key_at)
    return ties


def _same_mode(one: Key | None, other: Key | None) -> bool:
    return one is not None and other is not None and one.mode == other.mode


def _taken_up(phrase: Phrase, way: str, sources: dict[str, int], key_at: Sequence[Key | None]) -> list[Tie | None]:
    """The ties of a phrase that has the chords of a source, with another end or whole."""
    if way == NEW:
        return [None] * phrase.bars
    key, own = key_at[sources[way]], key_at[phrase.start]
    up = (own.tonic - key.tonic) % 12 if key and own else 0
    same = PHRASE // 2 if way == OTHER_END else PHRASE
    return [Tie(sources[way] + bar, up) if bar < same else None for bar in range(phrase.bars)]


def _recalled(recalls: Sequence[Recall | None]) -> list[Tie | None]:
    """The ties of a phrase with recalls: a bar between them goes along with the first of them."""
    starts = [recall.bar - bar if recall else None for bar, recall in enumerate(recalls)]
    first = next(start for start in starts if start is not None)
    near = [first if start is None else start for start in starts]
    return [Tie(start + bar) if start + bar >= 0 else None for bar, start in enumerate(near)]
