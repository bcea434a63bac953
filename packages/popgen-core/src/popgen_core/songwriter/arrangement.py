"""The arrangement: which groups play in which section, and from which of its bars on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from numpy.random import Generator

from popgen_core.songwriter.form import Section
from popgen_core.songwriter.style import GROUPS

__all__ = ["Arrangement", "draw_arrangement"]

# group -> the bar of each section at which it enters, None where it rests
Arrangement = Mapping[str, Sequence[int | None]]

CHANCE = {
    "drums": {"intro": 0.55, "verse": 0.97, "bridge": 0.8},
    "bass": {"intro": 0.5, "verse": 0.95, "bridge": 0.85},
    "chords": {"intro": 0.75, "verse": 0.9},
    "guitar": {"intro": 0.55, "verse": 0.7, "pre-chorus": 0.75, "chorus": 0.95, "bridge": 0.6},
    "strings": {"intro": 0.4, "verse": 0.35, "pre-chorus": 0.75, "chorus": 0.95, "bridge": 0.85, "outro": 0.8},
    "lead": {"intro": 0.2, "interlude": 0.35, "bridge": 0.85, "outro": 0.6},
    "others": {"intro": 0.6, "verse": 0.45, "pre-chorus": 0.5, "chorus": 0.9, "bridge": 0.6, "interlude": 0.95},
}
SHARE = {"drums": 0.8, "bass": 0.8, "chords": 0.8, "guitar": 0.65, "strings": 0.6, "lead": 0.68, "others": 0.65}
LATE = ("intro", "verse", "bridge")


def draw_arrangement(rng: Generator, sections: Sequence[Section]) -> Arrangement:
    """Who plays where: more as energy rises, each group in its share of the bars, none ever alone for long."""
    plays = {group: [_plays(rng, group, section) for section in sections] for group in GROUPS}
    for group in GROUPS:
        _fill_share(rng, plays[group], sections, SHARE[group])
    for at, section in enumerate(sections):
        if not (plays["chords"][at] or plays["guitar"][at]):
            plays["chords"][at] = True
        if section.last:
            plays["drums"][at] = plays["bass"][at] = plays["chords"][at] = True
    return {
        group: tuple(_entry(rng, section) if plays[group][at] else None for at, section in enumerate(sections))
        for group in GROUPS
    }


def _plays(rng: Generator, group: str, section: Section) -> bool:
    chance = CHANCE[group].get(section.kind, 1.0)
    return bool(rng.random() < chance + 0.15 * (section.turn - 1))


def _fill_share(rng: Generator, plays: list[bool], sections: Sequence[Section], share: float) -> None:
    """Let the group play in more sections, the most energetic first, until it has its share of the bars."""
    total = sum(section.bars for section in sections)
    order = sorted(range(len(sections)), key=lambda at: -sections[at].energy - 0.2 * rng.random())
    for at in order:
        if sum(section.bars for section, on in zip(sections, plays, strict=True) if on) >= share * total:
            return
        plays[at] = True


def _entry(rng: Generator, section: Section) -> int:
    """The bar at which a group enters: mostly the first, in quiet sections now and then half-way."""
    if section.kind in LATE and section.turn == 1 and section.bars >= 4 and rng.random() < 0.22:
        return section.bars // 2
    return 0
