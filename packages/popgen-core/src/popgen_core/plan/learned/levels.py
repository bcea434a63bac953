"""How densely and how loudly groups play as tables, and figures drawn from them: by energy and name of the section."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from popgen_core.plan.learned.tables import Table
from popgen_core.plan.plan import Plan, Section

__all__ = ["LevelBook", "draw_levels", "level_book"]

LEAST = 4  # sections that a line needs
SHRUNK = 20.0  # sections of no tilt that are added to those seen, for lines and for names
MOST_NAMES = 8  # names of sections told apart

Levels = list[dict[str, float]]


@dataclass(frozen=True)
class LevelBook:
    """A line by group over the section's energy: `mean` at energy 0.5, `slope`, how far songs lie off it (`song`) and
    sections off their song (`section`), and the 5th and 95th percentile (`low`, `high`); `density` as log2(1 + onsets
    a beat), `dynamics` 0..1. `density_names` and `dynamics_names` say how far each name lies off, by group."""

    density: Table
    dynamics: Table
    density_names: Table
    dynamics_names: Table


def level_book(plans: Sequence[Plan]) -> LevelBook:
    """How densely and how loudly the groups of some plans play, as lines over energy."""
    density, density_names = _lines(plans, lambda section: {g: np.log2(1 + v) for g, v in section.density.items()})
    dynamics, dynamics_names = _lines(plans, lambda section: section.dynamics)
    return LevelBook(density, dynamics, density_names, dynamics_names)


def _lines(plans: Sequence[Plan], levels: Callable[[Section], Mapping[str, float]]) -> tuple[Table, Table]:
    rows: dict[str, list[tuple[int, str, float, float]]] = defaultdict(list)  # song, name, energy, level
    for song, plan in enumerate(plans):
        for section in plan.sections:
            for group, level in levels(section).items():
                energy = 0.5 if section.energy is None else section.energy
                rows[group].append((song, section.name, energy, float(level)))
    lines, names = dict[str, dict[str, float]](), dict[str, dict[str, float]]()
    for group in sorted(rows):
        if len(rows[group]) >= LEAST:
            lines[group], names[group] = _line(rows[group])
    return lines, names


def _line(rows: Sequence[tuple[int, str, float, float]]) -> tuple[dict[str, float], dict[str, float]]:
    """The line of a group, and how far sections of each name lie off it."""
    songs, names = np.array([row[0] for row in rows]), np.array([row[1] for row in rows])
    energy, level = np.array([row[2] for row in rows]) - 0.5, np.array([row[3] for row in rows])
    about = energy - energy.mean()
    slope = float((about * (level - level.mean())).sum() / ((about**2).sum() + SHRUNK * 0.01))
    mean = float(level.mean() - slope * energy.mean())
    off = level - mean - slope * energy
    common = sorted(set(names.tolist()), key=lambda name: (-int((names == name).sum()), name))[:MOST_NAMES]
    by_name = {name: float(off[names == name].sum() / ((names == name).sum() + SHRUNK)) for name in sorted(common)}
    off = off - np.array([by_name.get(name, 0.0) for name in names.tolist()])
    by_song = {song: float(off[songs == song].mean()) for song in sorted(set(songs.tolist()))}
    within = off - np.array([by_song[song] for song in songs.tolist()])
    low, high = np.percentile(level, [5, 95]).tolist()
    line = {"mean": mean, "slope": slope, "song": float(np.std(list(by_song.values()))), "section": float(within.std())}
    line |= {"low": low, "high": high}
    return _rounded(line), _rounded(by_name)


def _rounded(values: Mapping[str, float]) -> dict[str, float]:
    return {name: round(value, 3) for name, value in values.items()}


def draw_levels(book: LevelBook, sections: Sequence[Section], random: Generator) -> tuple[Levels, Levels]:
    """Density and dynamics of each section's groups: what was told stays, groups that do not play get none."""
    in_logs = [{group: float(np.log2(1 + onsets)) for group, onsets in s.density.items()} for s in sections]
    drawn = _drawn(book.density, book.density_names, sections, in_logs, random)
    density = [{group: round(2**level - 1, 3) for group, level in row.items()} for row in drawn]
    dynamics = _drawn(book.dynamics, book.dynamics_names, sections, [s.dynamics for s in sections], random)
    return (
        [{**row, **section.density} for row, section in zip(density, sections, strict=True)],
        [{**row, **section.dynamics} for row, section in zip(dynamics, sections, strict=True)],
    )


def _drawn(
    lines: Table, names: Table, sections: Sequence[Section], told: Sequence[Mapping[str, float]], random: Generator
) -> Levels:
    found: Levels = [{} for _ in sections]
    for group in sorted(lines):
        line = lines[group]
        expected = [_expected(line, names.get(group, {}), section) for section in sections]
        dice = random.standard_normal(len(sections) + 1)
        known = [row[group] - level for row, level in zip(told, expected, strict=True) if group in row]
        song = float(np.mean(known)) if known else line["song"] * float(dice[0])
        turns: dict[str, float] = {}  # sections of one name are played alike
        for number, section in enumerate(sections):
            if group in (section.groups or ()) and group not in told[number]:
                off = turns.setdefault(section.name, line["section"] * float(dice[number + 1]))
                level = np.clip(expected[number] + song + off, line["low"], line["high"])
                found[number][group] = round(float(level), 3)
    return found


def _expected(line: Mapping[str, float], names: Mapping[str, float], section: Section) -> float:
    energy = 0.5 if section.energy is None else section.energy
    return line["mean"] + line["slope"] * (energy - 0.5) + names.get(section.name, 0.0)
