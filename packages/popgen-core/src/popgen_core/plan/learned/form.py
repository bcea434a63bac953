"""The form of songs as tables, and a form drawn from them: names and lengths of sections that fill so many bars."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

import numpy as np
from numpy.random import Generator

from popgen_core.plan.learned.tables import Odds, Table, counted, drawn, odds
from popgen_core.plan.plan import Plan

__all__ = ["END", "START", "FormBook", "draw_bars", "draw_form", "form_book"]

START, END = "<", ">"  # what stands before the first and behind the last section
LONGEST = 32  # bars of a written section
MOST_NAMES = 12  # told apart; the rarer ones become "other"
TRUST = 0.5  # as many lengths of sections of any name are added to those of a name
CANDIDATES = 24  # forms drawn, of which the one is taken
ODDS_AGAINST = ((4, 0.0), (2, 3.0), (1, 6.0))  # in nats, against lengths that are multiples of no more than this
FLOOR = 1e-5  # chance of what the corpus never did, so that every number of bars can be filled


@dataclass(frozen=True)
class FormBook:
    """How songs are built: `names` of the next section by name, and in all; `lengths` in bars by name; `totals` bars of
    songs; `equal` whether a section is as long as the one of its name before it ("1" or "0"); `back` how many names of
    a song come back after another (2: two or more)."""

    names: Table
    lengths: Table
    totals: Table
    equal: Table
    back: Table


def form_book(plans: Sequence[Plan]) -> FormBook:
    """The forms of some plans as tables; sections without a name are not counted."""
    known = _known_names(plans)
    forms = [[(s.name if s.name in known else "other", s.bars) for s in p.sections if s.name] for p in plans]
    forms = [form for form in forms if form]
    chains = [[START, *(name for name, _ in form), END] for form in forms]
    lengths = [(name, str(min(bars, LONGEST))) for form in forms for name, bars in form if bars]
    return FormBook(
        names=counted(
            (pair for chain in chains for before, name in pairwise(chain) for pair in ((before, name), ("", name))), 200
        ),
        lengths=counted([*lengths, *(("", bars) for _, bars in lengths)], 200),
        totals=counted((("", str(_whole_phrases(sum(bars for _, bars in form)))) for form in forms), 100),
        equal=counted((pair for form in forms for pair in _equal(form)), 2),
        back=counted((("", _back(form)) for form in forms), 3),
    )


def _known_names(plans: Sequence[Plan]) -> set[str]:
    names = counted((("", s.name) for plan in plans for s in plan.sections if s.name), MOST_NAMES)
    return set(names.get("", {}))


def _whole_phrases(bars: int) -> int:
    return max(4, 4 * round(bars / 4))


def _equal(form: Sequence[tuple[str, int]]) -> list[tuple[str, str]]:
    found, before = [], dict[str, int]()
    for name, bars in form:
        if name in before:
            found.append(("", str(int(before[name] == bars))))
        before[name] = bars
    return found


def _back(form: Sequence[tuple[str, int]]) -> str:
    """How many names come back after another one: "0", "1", or "2" for more."""
    runs = [name for name, _ in groupby(name for name, _ in form)]
    return str(min(2, sum(runs.count(name) > 1 for name in set(runs))))


def draw_bars(book: FormBook, random: Generator) -> int:
    """How long a song is, in bars: a whole number of four-bar phrases."""
    totals = sorted(book.totals.get("", {"32": 1.0}), key=int)
    return int(totals[drawn(odds(book.totals, [""], totals, trust=0.0), random)])


def draw_form(book: FormBook, bars: int, before: str, after: str, random: Generator) -> list[tuple[str, int]]:
    """Names and lengths of sections of `bars` bars in all, between sections named `before` and `after` (START, END).

    Drawn exactly from the chain of names and the lengths of each, given that they fill the bars: weights are summed
    backward bar by bar and sections drawn forward. Of several so drawn one is taken by what a chain cannot know:
    that sections of one name tend to be equally long, and how many names of a song come back.
    """
    names = sorted({name for row in book.names.values() for name in row if name != END}) or ["other"]
    rows = [name if name in book.names else "" for name in [before, *names]]
    steps = np.log(np.maximum([odds(book.names, [row], [*names, END], trust=0.0) for row in rows], FLOOR))
    ends = steps[1:, -1] if after == END else _goes_on(steps[1:], names, after)
    steps = steps[:, :-1]
    lengths = _lengths(book, names)
    weights = _weights(steps[1:], ends, lengths, bars)
    forms = [_drawn_form(steps, lengths, *weights, random) for _ in range(CANDIDATES)]
    by_chance = float(np.exp(2 * lengths).sum(axis=1).mean())
    named = [[(names[name], size) for name, size in form] for form in forms]
    worth = np.array([_evenness(book, form, by_chance) for form in named])
    if before == START and after == END:
        worth += _returning(book, [_back(form) for form in named])
    return named[drawn(np.exp(worth - worth.max()), random)]


def _goes_on(steps: Odds, names: Sequence[str], after: str) -> Odds:
    """(names,) how readily each leads on to the section `after`; to one that the corpus lacks, how rarely it ends."""
    if after in names:
        return np.asarray(steps[:, names.index(after)])
    return np.asarray(np.log(np.maximum(1 - np.exp(steps[:, -1]), FLOOR)))


def _lengths(book: FormBook, names: Sequence[str]) -> Odds:
    """(names, LONGEST) logarithms of the chance of each length from 1 bar on, multiples of four before all others."""
    sizes = [str(size) for size in range(1, LONGEST + 1)]
    chances = np.array([odds(book.lengths, ["", name], sizes, TRUST) for name in names])
    against = np.array([next(nats for unit, nats in ODDS_AGAINST if int(size) % unit == 0) for size in sizes])
    chances = np.maximum(chances, FLOOR) * np.exp(-against)
    return np.asarray(np.log(chances / chances.sum(axis=1, keepdims=True)))


def _weights(steps: Odds, ends: Odds, lengths: Odds, bars: int) -> tuple[Odds, Odds]:
    """(bars + 1, names) logarithms, twice: what all ways to fill the bars from here on weigh, where a section of a
    name begins here, and where one has just ended."""
    begun, ended = np.full((2, bars + 1, len(steps)), -np.inf)
    ended[bars] = ends
    for bar in range(bars - 1, -1, -1):
        reach = min(LONGEST, bars - bar)
        begun[bar] = np.logaddexp.reduce(lengths[:, :reach].T + ended[bar + 1 : bar + reach + 1], axis=0)
        ended[bar] = np.logaddexp.reduce(steps + begun[bar], axis=1)
    return begun, ended


def _drawn_form(steps: Odds, lengths: Odds, begun: Odds, ended: Odds, random: Generator) -> list[tuple[int, int]]:
    """Numbers of names and lengths, drawn forward; row 0 of `steps` leads from what stands before."""
    form: list[tuple[int, int]] = []
    row, bar, bars = 0, 0, len(begun) - 1
    while bar < bars:
        name = drawn(_chances(steps[row] + begun[bar]), random)
        reach = min(LONGEST, bars - bar)
        size = 1 + drawn(_chances(lengths[name, :reach] + ended[bar + 1 : bar + reach + 1, name]), random)
        form.append((name, size))
        row, bar = name + 1, bar + size
    return form


def _chances(logarithms: Odds) -> Odds:
    return np.asarray(np.exp(logarithms - logarithms.max()))


def _evenness(book: FormBook, form: Sequence[tuple[str, int]], by_chance: float) -> float:
    """How much likelier this form's equal and unequal lengths are in the corpus than where each is drawn for itself,
    in nats; `by_chance` is how often two such lengths are equal."""
    unequal, equal = np.log(odds(book.equal, [""], ["0", "1"])) - np.log([1 - by_chance, by_chance])
    return float(sum(equal if answer == "1" else unequal for _, answer in _equal(form)))


def _returning(book: FormBook, backs: Sequence[str]) -> Odds:
    """(forms,) how much likelier so many names come back in the corpus than among these forms, in nats."""
    answers = ["0", "1", "2"]
    here = np.array([backs.count(answer) for answer in answers])
    ratio = odds(book.back, [""], answers) / np.maximum(here / len(backs), 1 / len(backs))
    return np.asarray(np.log(ratio)[[int(answer) for answer in backs]])
