"""Which groups play as tables, and who plays in each section drawn from them: sets that belong together."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from popgen_core.plan.learned.energy import place_of, song_energy
from popgen_core.plan.learned.tables import Odds, Table, counted, drawn, odds
from popgen_core.plan.plan import Plan, Section

__all__ = ["BandBook", "band_book", "draw_bands"]

LIFT = 0.1  # energy above or below the song's is told in steps of this,
MOST_LIFTS = 3  # so many up and down
PARTS = 6  # of a band, by which is told how much of it is silent
MOST_SETS = 200  # pairs of a band and a set of it that are kept
FLOOR = 0.02  # of a set seen once: what a set of the band weighs that was never seen to play


@dataclass(frozen=True)
class BandBook:
    """Who plays: `order` of the groups; `bands` all groups of a song; `sets` those of a section, by band and in all;
    `silent` how many sixths of the band do not play, by energy, place and name; `equal` whether a section has the set
    of the one of its name before it, by place. A set is written with + between its groups, by alphabet."""

    order: Table
    bands: Table
    sets: Table
    silent: Table
    equal: Table


def band_book(plans: Sequence[Plan]) -> BandBook:
    """Who plays in some plans, as tables; sections that do not tell are not counted."""
    bands, sets, silent, equal = list[str](), list[tuple[str, str]](), list[tuple[str, str]](), list[tuple[str, str]]()
    order: dict[str, int] = {}
    for plan in plans:
        band = {group for section in plan.sections for group in section.groups or ()}
        if not band:
            continue
        bands.append(_written(band))
        before: dict[str, str] = {}
        for number, section in enumerate(plan.sections):
            if section.groups is None:
                continue
            for group in section.groups:
                order.setdefault(group, len(order))
            playing, place = _written(section.groups), place_of(number, len(plan.sections))
            sets += [("", playing), (bands[-1], playing)]
            missing = str(_silent(band, section.groups))
            silent += [(context, missing) for context in _contexts(plan.sections, number)]
            if section.name in before:
                equal += [(context, str(int(before[section.name] == playing))) for context in ("", place)]
            before[section.name] = playing
    return BandBook(
        order={"": dict(sorted(order.items()))} if order else {},
        bands=counted((("", band) for band in bands), 100),
        sets=counted(sets, MOST_SETS),
        silent=counted(silent, 300),
        equal=counted(equal, 8),
    )


def _written(groups: Collection[str]) -> str:
    return "+".join(sorted(groups))


def _read(written: str) -> frozenset[str]:
    return frozenset(written.split("+")) if written else frozenset()


def _silent(band: Collection[str], playing: Collection[str]) -> int:
    """How much of a band does not play, in sixths."""
    return round(PARTS * (1 - len(playing) / len(band)))


def _contexts(sections: Sequence[Section], number: int) -> list[str]:
    """What is known of how many play in a section, from the most general to the most special."""
    mean, section = song_energy(sections), sections[number]
    above = 0.0 if section.energy is None or mean is None else section.energy - mean
    lift = str(int(np.clip(np.rint(above / LIFT), -MOST_LIFTS, MOST_LIFTS)))
    place = place_of(number, len(sections))
    return [lift, f"{place} {lift}", f"{section.name} {place} {lift}"]


def draw_bands(
    book: BandBook, sections: Sequence[Section], allowed: Collection[str] | None, random: Generator
) -> list[tuple[str, ...] | None]:
    """The groups of each section: those told stay; None where neither the corpus nor `allowed` knows any.

    With `allowed` these are the band: no other group plays where nothing was told, and each of them plays somewhere.
    """
    told = frozenset(group for section in sections for group in (*(section.groups or ()), *_spoken_of(section)))
    if all(section.groups is not None for section in sections) or (not book.bands and allowed is None):
        return [section.groups for section in sections]
    band = frozenset(allowed) if allowed is not None else _drawn_band(book, told, random)
    playing = _drawn_sets(book, sections, band, random)
    open_ones = [number for number, section in enumerate(sections) if section.groups is None]
    unheard = band - frozenset[str]().union(*playing)
    if unheard and allowed is not None:
        fullest = max(open_ones, key=lambda number: (sections[number].energy or 0.0, len(playing[number])))
        playing[fullest] |= unheard
    order = {**{group: 1000.0 + n for n, group in enumerate(sorted(band))}, **book.order.get("", {})}
    return [
        section.groups if section.groups is not None else tuple(sorted(groups, key=lambda group: order[group]))
        for section, groups in zip(sections, playing, strict=True)
    ]


def _drawn_band(book: BandBook, told: frozenset[str], random: Generator) -> frozenset[str]:
    """A band of the corpus that has all groups that were told; where there is none, one of the corpus's and they."""
    bands = sorted(book.bands[""])
    fitting = [band for band in bands if told <= _read(band)] or bands
    chances = np.array([book.bands[""][band] for band in fitting])
    return _read(fitting[drawn(chances, random)]) | told


def _drawn_sets(
    book: BandBook, sections: Sequence[Section], band: frozenset[str], random: Generator
) -> list[frozenset[str]]:
    sets, weights = _sets_of(book, band)
    found: list[frozenset[str]] = []
    before: dict[str, frozenset[str]] = {}
    for number, section in enumerate(sections):
        dice = random.random()
        if section.groups is not None:
            playing = frozenset(section.groups)
        elif section.name in before and dice < _stays(book, place_of(number, len(sections))):
            playing = before[section.name] & band or band
        else:
            playing = sets[drawn(weights * _thinned(book, sections, number, sets, weights, band), random)]
        if section.groups is None:
            playing |= _spoken_of(section)
        before[section.name] = playing
        found.append(playing)
    return found


def _spoken_of(section: Section) -> frozenset[str]:
    """Groups of which it was told how they play: those play."""
    return frozenset((*section.density, *section.dynamics))


def _sets_of(book: BandBook, band: frozenset[str]) -> tuple[list[frozenset[str]], Odds]:
    """The sets that a band may play in, and what each weighs: by this band's songs, and by all songs that had them."""
    own, all_songs = book.sets.get(_written(band), {}), book.sets.get("", {})
    written = sorted({_written(band), *own, *(_written(_read(name) & band) for name in all_songs)} - {""})
    projected: dict[str, float] = {}
    for name, times in sorted(all_songs.items()):
        part = _written(_read(name) & band)
        if part:
            projected[part] = projected.get(part, 0.0) + times
    total = sum(projected.values()) or 1.0
    weights = [own.get(name, 0.0) + 4 * projected.get(name, 0.0) / total + FLOOR for name in written]
    return [_read(name) for name in written], np.array(weights) / sum(weights)


def _stays(book: BandBook, place: str) -> float:
    return float(odds(book.equal, ["", place], ["0", "1"])[1])


def _thinned(
    book: BandBook,
    sections: Sequence[Section],
    number: int,
    sets: Sequence[frozenset[str]],
    weights: Odds,
    band: frozenset[str],
) -> Odds:
    """(sets,) how much likelier each share of silent groups is in this section than among all sets of the band."""
    sizes = [str(size) for size in range(PARTS + 1)]
    here = odds(book.silent, _contexts(sections, number), sizes)
    silent = np.array([_silent(band, playing) for playing in sets])
    usual = np.bincount(silent, weights=weights, minlength=len(sizes))
    return np.asarray((here / np.maximum(usual, 1e-9))[silent])
