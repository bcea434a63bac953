"""How much of what a plan says of groups a song meets: who plays where, how densely, how loudly, with what energy."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from popgen_core.plan.forms import energy_of
from popgen_core.plan.heard import Heard
from popgen_core.plan.met.figure import Figure, unasked, untold
from popgen_core.plan.plan import Plan, Section

__all__ = ["density_met", "dynamics_met", "energy_met", "groups_met"]

LEAST_SECTIONS = 4  # of fewer an order says nothing: chance alone puts three right once in six


def groups_met(sound: Heard, plan: Plan, groups: Collection[str] | None = None) -> Figure:
    """Share of decisions met, who plays in which section: 0..1. "Notes not asked" counts those of groups that may not.

    A section that names its groups decides for each of them that it begins a note there, and for each other group
    that the song or another section has that it does not. `groups` are those that may play at all: any other is to
    be silent in every section, and where sections are open, each of them that no section names plays somewhere.
    """
    may = None if groups is None else set(groups)
    named = {group for section in plan.sections for group in _named(section, may)}
    known = sorted({*sound.groups, *named})
    met, decisions, strays = 0, 0, 0
    for section, start, stop in spans(plan):
        play = _named(section, may)
        for group in known:
            if section.groups is None and (may is None or group in may):
                continue
            notes = _of(sound, sound.notes, group, start, stop)
            decisions += 1
            met += (notes > 0) == (group in play)
            strays += 0 if group in play else int(notes)
    if any(section.groups is None for section in plan.sections):
        for group in sorted((may or set()) - named):
            decisions += 1
            met += bool(_of(sound, sound.notes, group, 0, plan.bars))
    if decisions == 0:
        return unasked()
    return Figure(met / decisions, counts={"decisions": decisions, "notes not asked": strays})


def _named(section: Section, may: Collection[str] | None) -> set[str]:
    """The groups that a section says play, of those that may."""
    return {group for group in section.groups or () if may is None or group in may}


def density_met(sound: Heard, plan: Plan) -> Figure:
    """Mean over each group of each section that is asked a density: onsets a beat asked and heard, the less over the
    more: 0..1. An onset is a sixteenth on which the group begins a note or several. None asked and none heard is 1."""

    def heard(group: str, start: int, stop: int) -> float | None:
        beats = float(sound.beats[start:stop].sum())
        return _of(sound, sound.onsets, group, start, stop) / beats if beats else None

    return _ratios(plan, lambda section: section.density, heard)


def dynamics_met(sound: Heard, plan: Plan) -> Figure:
    """Mean over each group of each section that is asked a velocity: mean velocity asked and heard, the less over the
    more: 0..1. Groups that are silent there do not count: `groups` and `density` say so."""

    def heard(group: str, start: int, stop: int) -> float | None:
        notes = _of(sound, sound.notes, group, start, stop)
        return _of(sound, sound.velocity, group, start, stop) / notes / 127 if notes else None

    return _ratios(plan, lambda section: section.dynamics, heard)


def _ratios(
    plan: Plan,
    asked_of: Callable[[Section], Mapping[str, float]],
    heard: Callable[[str, int, int], float | None],
) -> Figure:
    """The mean of how near what is heard of each group in each section comes to what is asked of it."""
    asked = [(value, heard(name, *at)) for section, *at in spans(plan) for name, value in asked_of(section).items()]
    if not asked:
        return unasked()
    ratios = [_ratio(wanted, found) for wanted, found in asked if found is not None]
    if not ratios:
        return untold("none of the groups plays where it is asked of them")
    return Figure(float(np.mean(ratios)), counts={"groups in sections": len(ratios)})


def _ratio(one: float, other: float) -> float:
    return min(one, other) / max(one, other) if max(one, other) > 0 else 1.0


def energy_met(sound: Heard, plan: Plan) -> Figure:
    """How well the order of the sections by energy is met: (1 + Spearman's rank correlation) / 2 of the energies asked
    and heard: 1 the same order, 0 the opposite, chance 0.5. Heard energy is `energy_of`, by which plans are found.

    Needs four sections that are told an energy, not all the same; 0.5 where all are heard with the same.
    """
    asked = [(section.energy, start, stop) for section, start, stop in spans(plan) if section.energy is not None]
    if not asked:
        return unasked()
    wanted = np.array([energy for energy, _, _ in asked])
    if len(asked) < LEAST_SECTIONS:
        return unasked(f"asked of {len(asked)} sections, an order can be told of {LEAST_SECTIONS}")
    if np.ptp(wanted) == 0:
        return unasked("the same energy is asked of all sections")
    if not sound.notes.any():
        return untold("no notes")
    found = np.array([energy_of(sound, start, stop) for _, start, stop in asked])
    return Figure((1 + _spearman(wanted, found)) / 2, 0.5, counts={"sections": len(asked)})


def _spearman(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Spearman's rank correlation, equal values having the mean of their ranks; 0 where one does not vary."""
    first, second = (_ranks(row) - (len(row) - 1) / 2 for row in (one, other))
    spread = np.sqrt((first @ first) * (second @ second))
    return float(np.clip(first @ second / spread, -1.0, 1.0)) if spread > 0 else 0.0


def _ranks(row: NDArray[np.float64]) -> NDArray[np.float64]:
    below, equal = row[None, :] < row[:, None], row[None, :] == row[:, None]
    return np.asarray(below.sum(axis=1) + (equal.sum(axis=1) - 1) / 2)


def spans(plan: Plan) -> Iterator[tuple[Section, int, int]]:
    """Each section that has bars, its first bar and the bar after its last."""
    ends = np.cumsum([0, *(section.bars for section in plan.sections)]).tolist()
    for section, (start, stop) in zip(plan.sections, pairwise(ends), strict=True):
        if stop > start:
            yield section, start, stop


def _of(sound: Heard, rows: NDArray[np.int64], group: str, start: int, stop: int) -> int:
    """The sum of a group's row over some bars; 0 of a group that the song lacks."""
    return int(rows[sound.groups.index(group), start:stop].sum()) if group in sound.groups else 0
