"""What comes back in songs as tables, and recalls drawn from them: sections of one name, and phrases within one."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np
from numpy.random import Generator

from popgen_core.plan.learned.tables import Table, chosen, counted, odds
from popgen_core.plan.plan import Key, Plan, Recall, Section

__all__ = ["NEAREST", "PHRASE", "Phrase", "RecallBook", "draw_recalls", "phrases_of", "recall_book", "starts_of"]

PHRASE = 4  # bars that are taken up together
NEAREST = 4  # bars back that a recalled bar lies at least
MOST_SOURCES = 64  # phrases of other sections, the latest, that one may come from
# where a phrase comes from: an earlier section of its name, one or two phrases before in its own, or elsewhere
KINDS = ("section", "before", "second before", "elsewhere")
NEW = "new"
STEPS = 10  # parts that the likeness of recalled bars is cut into


@dataclass(frozen=True)
class RecallBook:
    """Recalls: `phrases` where a phrase comes from ("new": nowhere), by whether a section of its name came before, its
    number in the section and where the phrase before it came from; `bars` whether a bar of such a phrase comes back,
    by its number; `likeness` the deciles of how alike, by where from."""

    phrases: Table
    bars: Table
    likeness: Table


@dataclass(frozen=True)
class Phrase:
    """Up to four bars of a section: the first bar, how many, its number in the section, and where it could come from:
    the first bar of each kind of source."""

    start: int
    bars: int
    number: int
    again: bool
    sources: dict[str, int]


def starts_of(sections: Sequence[Section]) -> list[int]:
    """The first bar of each section."""
    return list(accumulate((section.bars for section in sections), initial=0))[:-1]


def phrases_of(sections: Sequence[Section]) -> Iterator[Phrase]:
    """The phrases of a form, with the sources that each has; the earlier section is the first that is long enough."""
    starts = starts_of(sections)
    for number, section in enumerate(sections):
        earlier = [n for n in range(number) if sections[n].name == section.name]
        for offset in range(0, section.bars, PHRASE):
            start, bars = starts[number] + offset, min(PHRASE, section.bars - offset)
            long_enough = [starts[n] + offset for n in earlier if sections[n].bars >= offset + bars]
            possible = {
                "section": long_enough[0] if long_enough else -1,
                "before": start - PHRASE if offset >= PHRASE else -1,
                "second before": start - 2 * PHRASE if offset >= 2 * PHRASE else -1,
            }
            sources = {kind: bar for kind, bar in possible.items() if 0 <= bar <= start - NEAREST}
            yield Phrase(start, bars, offset // PHRASE, bool(earlier), sources)


def _names(sections: Sequence[Section]) -> list[tuple[int, str]]:
    """Number and name of the section of each bar."""
    return [(number, section.name) for number, section in enumerate(sections) for _ in range(section.bars)]


def recall_book(plans: Sequence[Plan]) -> RecallBook:
    """What comes back in some plans, as tables."""
    phrases, bars = list[tuple[str, str]](), list[tuple[str, str]]()
    likeness: dict[str, list[float]] = defaultdict(list)
    for plan in plans:
        before, names = NEW, _names(plan.sections)
        for phrase in phrases_of(plan.sections):
            if phrase.number == 0:
                before = NEW
            recalls = plan.recalls[phrase.start : phrase.start + phrase.bars]
            kind = _kind(phrase, recalls, names)
            phrases += [(context, kind) for context in _contexts(phrase, before)]
            before = kind
            if kind != NEW:
                bars += [(f"{kind} {bar}", str(int(recall is not None))) for bar, recall in enumerate(recalls)]
                likeness[kind] += [recall.likeness for recall in recalls if recall]
    return RecallBook(
        counted(phrases, 200), counted(bars, 60), {kind: _deciles(likeness[kind]) for kind in sorted(likeness)}
    )


def _contexts(phrase: Phrase, before: str) -> list[str]:
    again = "again" if phrase.again else "first"
    return [again, f"{again} {min(phrase.number, 2)}", f"{again} {min(phrase.number, 2)} {before}"]


def _kind(phrase: Phrase, recalls: Sequence[Recall | None], names: Sequence[tuple[int, str]]) -> str:
    """Where most bars of a phrase come from; "new" where fewer than half come from anywhere."""
    found = [(recall.bar, recall.bar - bar) for bar, recall in enumerate(recalls) if recall]
    if 2 * len(found) < phrase.bars:
        return NEW
    kinds = Counter(_source(phrase, source, start, names) for source, start in found)
    return max(KINDS, key=lambda kind: kinds[kind])


def _source(phrase: Phrase, bar: int, start: int, names: Sequence[tuple[int, str]]) -> str:
    """The kind of source that a bar is, of a phrase that then begins on bar `start`; `names` number and name of the
    section of each bar."""
    for kind in KINDS[1:3]:
        if phrase.sources.get(kind) == start:
            return kind
    own = names[phrase.start]
    return KINDS[0] if names[bar][1] == own[1] and names[bar][0] != own[0] else KINDS[-1]


def _deciles(values: Sequence[float]) -> dict[str, float]:
    cuts = np.percentile(values, np.linspace(0, 100, STEPS + 1))
    return {str(step): round(float(cut), 3) for step, cut in enumerate(cuts)}


def draw_recalls(
    book: RecallBook,
    sections: Sequence[Section],
    keys: Sequence[Key | None],
    likeness: float | None,
    random: Generator,
    again: bool = False,
) -> list[Recall | None]:
    """A recall for each bar, or None where it is new; `likeness` 0..1 sets how alike all of them are.

    Bars come back only where the key is the same, for what comes back are its notes. With `again` no phrase is new that
    could come from an earlier section of its name.
    """
    key_at = [key for section, key in zip(sections, keys, strict=True) for _ in range(section.bars)]
    found: list[Recall | None] = [None] * len(key_at)
    names = _names(sections)
    before, earlier = NEW, list[int]()
    for phrase in phrases_of(sections):
        before = NEW if phrase.number == 0 else before
        far = [
            bar
            for bar in earlier
            if bar + max(phrase.bars, NEAREST) <= phrase.start and names[bar][1] != names[phrase.start][1]
        ]
        dice = random.random(3 + PHRASE * 2)
        sources = phrase.sources | ({KINDS[-1]: far[int(dice[0] * len(far))]} if far else {})
        sources = {kind: bar for kind, bar in sources.items() if key_at[bar] == key_at[phrase.start]}
        returns = again and bool(book.phrases) and KINDS[0] in sources
        possible = sorted(sources) if returns else [NEW, *sorted(sources)]
        chances = odds(book.phrases, _contexts(phrase, before), possible) if book.phrases else np.eye(len(possible))[0]
        before = possible[chosen(chances, float(dice[1]))]
        if before != NEW:
            for bar in range(phrase.bars):
                comes = odds(book.bars, [f"{before} {bar}"], ["0", "1"])[1]
                if dice[3 + bar] < comes:
                    alike = _likeness(book, before, dice[2], dice[3 + PHRASE + bar]) if likeness is None else likeness
                    found[phrase.start + bar] = Recall(sources[before] + bar, alike)
        earlier = [*earlier, phrase.start][-MOST_SOURCES:]
    return found


def _likeness(book: RecallBook, kind: str, phrase_die: float, bar_die: float) -> float:
    """A likeness by the corpus's deciles: bars of one phrase are about equally alike."""
    row = book.likeness.get(kind, {})
    deciles = [row.get(str(step), 1.0) for step in range(STEPS + 1)]
    place = np.clip(phrase_die + 0.2 * (bar_die - 0.5), 0, 1) * (len(deciles) - 1)
    return round(float(np.interp(place, np.arange(len(deciles)), deciles)), 3)
