"""The plan writer: fills in whatever a plan leaves open, as the songs of a corpus would have it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.random import Generator

from popgen_core.errors import RecipeError
from popgen_core.plan.book import PlanBook
from popgen_core.plan.learned.band import draw_bands
from popgen_core.plan.learned.chords import draw_chords
from popgen_core.plan.learned.energy import draw_energies
from popgen_core.plan.learned.form import END, START, draw_bars, draw_form
from popgen_core.plan.learned.keys import draw_keys
from popgen_core.plan.learned.levels import draw_levels
from popgen_core.plan.learned.recalls import draw_recalls
from popgen_core.plan.learned.ties import draw_ties
from popgen_core.plan.plan import Chord, Key, Plan, Recall, Section

__all__ = ["MOST_BARS", "Wish", "written"]

MOST_BARS = 2048  # over an hour of 4/4 at 120 BPM
# each aspect has dice of its own, so that settling one leaves the others as they were
FORM, ENERGY, BAND, LEVELS, KEYS, RECALLS, TIES, CHORDS = range(8)


@dataclass(frozen=True)
class Wish:
    """What a written plan should be like, where the plan itself leaves it open.

    `bars` (1..2048) of a plan without sections, None: as many as a song of the corpus has; `key` of a plan that has
    none; `groups` that play, no others and each of them somewhere, None: a band of the corpus; `recalls` whether bars
    come back to earlier ones with their notes, their chords do so either way; `again` whether a section named as an
    earlier one comes back wherever it can, rather than as often as in the corpus; `likeness` (0..1, 1 note for note) of
    bars that do, None: as alike as in the corpus.
    """

    bars: int | None = None
    key: Key | None = None
    groups: tuple[str, ...] | None = None
    recalls: bool = True
    again: bool = False
    likeness: float | None = None

    def __post_init__(self) -> None:
        """Raises RecipeError for values out of range."""
        if self.bars is not None and not 1 <= self.bars <= MOST_BARS:
            raise RecipeError(f"{self.bars} bars are wished", hint=f"give a number from 1 to {MOST_BARS:,}")
        if self.likeness is not None and not 0 <= self.likeness <= 1:
            raise RecipeError(f"a likeness of {self.likeness:g} is wished", hint="give a number from 0 to 1")
        if self.groups is not None and not self.groups:
            raise RecipeError("no group may play", hint="name one group at least, or leave the groups open")


ANY = Wish()  # nothing is wished


def written(partial: Plan, book: PlanBook, seed: int, wanted: Wish = ANY) -> Plan:
    """The plan with all that it left open filled in from the book; what was settled stays as it was.

    A section without a name is so many bars of open form: sections are laid over them, which take over all that was
    settled of it. Chords, recalls and all that sections leave open are drawn; tempo and meter stay as they are, and
    what the book does not know stays open. The same plan, book, seed and wish give the same plan everywhere. Raises
    RecipeError where the plan has other bars than were wished, or a seed is below 0.
    """
    _check(partial, seed, wanted)
    dice = [np.random.default_rng([seed, aspect]) for aspect in range(8)]
    whole = _with_bars(partial, book, wanted, dice[FORM])
    sections = _formed(whole.sections, book, dice[FORM])
    sections = _with(sections, energy=draw_energies(book.energy, sections, dice[ENERGY]))
    sections = _with(sections, groups=draw_bands(book.band, sections, wanted.groups, dice[BAND]))
    density, dynamics = draw_levels(book.levels, sections, dice[LEVELS])
    sections = _with(sections, density=density, dynamics=dynamics)
    keys = draw_keys(book.keys, book.chords, replace(whole, sections=sections), wanted.key, dice[KEYS])
    sections = _with(sections, key=keys)
    drawn = draw_recalls(book.recalls, sections, keys, wanted.likeness, dice[RECALLS], wanted.again)
    recalls = [settled or recall for settled, recall in zip(whole.recalls, drawn, strict=True)]
    ties = draw_ties(book.ties, sections, keys, recalls, dice[TIES])
    if whole.recalls and whole.recalls[-1] is None:
        ties[-1] = None  # the last bar comes home
    chords = draw_chords(book.chords, sections, keys, whole.chords, ties, dice[CHORDS])
    recalls = _heard_again(recalls if wanted.recalls else whole.recalls, whole.recalls, chords, whole.chords)
    return replace(whole, sections=sections, chords=tuple(chords), recalls=tuple(recalls))


def _check(partial: Plan, seed: int, wanted: Wish) -> None:
    if seed < 0:
        raise RecipeError(f"the seed is {seed}", hint="give a whole number of 0 or more")
    if partial.sections and wanted.bars not in (None, partial.bars):
        raise RecipeError(
            f"the plan has {partial.bars} bars, {wanted.bars} are wished", hint="wish for bars only without a form"
        )
    if partial.bars > MOST_BARS:
        raise RecipeError(f"the plan has {partial.bars:,} bars", hint=f"a plan has at most {MOST_BARS:,}")


def _with_bars(partial: Plan, book: PlanBook, wanted: Wish, dice: Generator) -> Plan:
    """A plan without sections as one of so many open bars."""
    if partial.sections:
        return partial
    bars = wanted.bars or draw_bars(book.form, dice)
    return replace(partial, sections=(Section("", bars),), chords=(None,) * (2 * bars), recalls=(None,) * bars)


def _formed(sections: Sequence[Section], book: PlanBook, dice: Generator) -> tuple[Section, ...]:
    """Sections laid over every one that has no name."""
    formed: list[Section] = []
    for number, section in enumerate(sections):
        if section.name:
            formed.append(section)
            continue
        before = formed[-1].name if formed else START
        after = sections[number + 1].name if number + 1 < len(sections) else END
        form = draw_form(book.form, section.bars, before, after, dice)
        formed += [replace(section, name=name, bars=bars) for name, bars in form]
    return tuple(formed)


def _with(sections: Sequence[Section], **values: Sequence[object]) -> tuple[Section, ...]:
    """The sections with these values, one a section."""
    rows = [dict(zip(values, row, strict=True)) for row in zip(*values.values(), strict=True)]
    return tuple(replace(section, **row) for section, row in zip(sections, rows, strict=True))


def _heard_again(
    recalls: Sequence[Recall | None],
    settled: Sequence[Recall | None],
    chords: Sequence[Chord | None],
    told: Sequence[Chord | None],
) -> list[Recall | None]:
    """The recalls without those that were written for a bar whose chords turned out others than its source's."""

    def stays(bar: int, source: int) -> bool:
        return all(
            told[2 * bar + half] is not None or chords[2 * bar + half] == chords[2 * source + half] for half in range(2)
        )

    return [
        recall if recall and (settled[bar] or stays(bar, recall.bar)) else None for bar, recall in enumerate(recalls)
    ]
