"""The band: which groups play in which section of an arrangement, few in quiet verses, nearly all in choruses."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from popgen_core.songwriter.arrangement import Arrangement
from popgen_core.songwriter.form import Section
from popgen_core.songwriter.style import GROUPS

__all__ = ["draw_band"]

# how readily a group joins: the higher ones of a song are there from its quietest sections on
READY = {"drums": 3.8, "bass": 3.2, "chords": 3.0, "guitar": 1.9, "strings": 1.2, "others": 0.7}
BY_KIND = {
    "intro": {"drums": -2.2, "bass": -1.6, "others": 1.2, "strings": 0.4},
    "verse": {"strings": -0.5, "others": -0.6},
    "pre-chorus": {"strings": 0.6},
    "bridge": {"strings": 0.8, "drums": -0.3},
    "interlude": {"others": 1.6, "guitar": 0.6},
    "outro": {"others": 0.6},
}
GENTLE = {"drums": -0.9, "bass": -0.4, "guitar": 0.3, "strings": 0.3}  # in the first verse of slow styles
SLOW_STYLES = ("ballad", "folk", "soul")
CHANCE = 0.75  # spread of what one song prefers to another
FEWEST = 2
LATE = 0.3  # how often drums or bass wait for the second half of a first verse or an intro
HARMONY = ("chords", "guitar", "strings")


def draw_band(
    rng: Generator, style: str, sections: Sequence[Section], sung: NDArray[np.bool_], lines: dict[str, list[bool]]
) -> Arrangement:
    """Who plays where: the number of groups grows with energy, and a song keeps its preferences throughout.

    `lines` says for groups with a part of their own in which sections that sounds: there they play. Someone who
    plays chords is always there; the lead's entries are the sections without singing that get an instrumental line.
    """
    taste = {group: READY[group] + float(rng.normal(0, CHANCE)) for group in READY}
    alone = int(rng.integers(0, 3))
    plays = [_players(rng, taste, style, at, section, sung, lines) for at, section in enumerate(sections)]
    late = {group for group in ("drums", "bass") if rng.random() < LATE}
    return {
        group: tuple(
            _entry(group, section, group in plays[at], late, len(plays[at])) for at, section in enumerate(sections)
        )
        for group in GROUPS
        if group != "lead"
    } | {"lead": tuple(_instrumental(section, sung, lines, at, alone) for at, section in enumerate(sections))}


def _players(
    rng: Generator,
    taste: dict[str, float],
    style: str,
    at: int,
    section: Section,
    sung: NDArray[np.bool_],
    lines: dict[str, list[bool]],
) -> set[str]:
    """The groups of one section, the readiest first, as many as its energy asks for."""
    singing = bool(sung[section.start_bar : section.end_bar].mean() > 0.5)
    wanted = int(np.clip(round(0.5 + 7.2 * section.energy + float(rng.normal(0, 0.3))), FEWEST + singing, 7)) - singing
    gentle = GENTLE if style in SLOW_STYLES and section.kind in ("verse", "intro") and section.turn == 1 else {}
    ready = {
        group: taste[group] + BY_KIND.get(section.kind, {}).get(group, 0.0) + gentle.get(group, 0.0) for group in taste
    }
    order = sorted(ready, key=lambda group: -ready[group])
    playing = set(order[:wanted])
    if not playing & set(HARMONY):
        playing = set(order[: wanted - 1]) | {max(HARMONY, key=lambda group: ready[group])}
    if section.last:
        playing |= {"bass", "chords"} if "drums" not in playing else {"drums", "bass", "chords"}
    return playing | {group for group, sounds in lines.items() if sounds[at] and (group == "others" or wanted > 2)}


def _entry(group: str, section: Section, plays: bool, late: set[str], count: int) -> int | None:
    """The bar at which a group enters: in a first verse or an intro drums and bass may wait for its second half."""
    if not plays:
        return None
    waits = group in late and section.turn == 1 and section.kind in ("verse", "intro") and section.bars >= 8
    return section.bars // 2 if waits and count >= 3 else 0


def _instrumental(
    section: Section, sung: NDArray[np.bool_], lines: dict[str, list[bool]], at: int, alone: int
) -> int | None:
    """Where a section without singing, and without a line of its own, gets one: from its first bar or a later one."""
    if sung[section.start_bar : section.end_bar].any() or lines.get("others", [False] * (at + 1))[at]:
        return None
    if section.kind == "intro" and alone == 0:
        return None
    return section.bars // 2 if section.kind == "intro" and alone == 1 and section.bars >= 4 else 0
