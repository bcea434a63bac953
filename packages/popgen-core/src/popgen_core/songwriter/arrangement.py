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
LEAST = 3  # groups in a section
FILLING, ENDING = ("chords", "strings", "guitar"), ("drums", "bass", "chords")  # who joins where too few play
LATE_SECTIONS, LATE_GROUPS = ("intro", "verse", "bridge"), ("drums", "bass", "guitar", "others")


def draw_arrangement(rng: Generator, sections: Sequence[Section]) -> Arrangement:
    """Who plays where: more as energy rises, each group in its share of the bars, three of them at the least."""
    plays = {group: [_plays(rng, group, section) for section in sections] for group in GROUPS}
    for group in GROUPS:
        _fill_share(rng, plays[group], sections, SHARE[group])
    for at, section in enumerate(sections):
        for group in ENDING if section.last else FILLING:
            wanted = section.last or sum(plays[other][at] for other in GROUPS) < LEAST
            plays[group][at] = plays[group][at] or wanted
    carried = [
        sum(plays[group][at] for group in GROUPS if group not in LATE_GROUPS) >= 2 for at in range(len(sections))
    ]
    return {
        group: tuple(
            _entry(rng, section, carried[at] and group in LATE_GROUPS) if plays[group][at] else None
            for at, section in enumerate(sections)
        )
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


def _entry(rng: Generator, section: Section, may_wait: bool) -> int:
    """The bar at which a group enters: mostly the first, in quiet sections now and then half-way."""
    quiet = section.kind in LATE_SECTIONS and section.turn == 1 and section.bars >= 4
    return section.bars // 2 if may_wait and quiet and rng.random() < 0.25 else 0
