"""A plan as numbers: one row of features a half bar, which a model is told ahead of time.

Nothing known of a control is all zeros: so a control is dropped in training, and left open by a user.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from popgen_core.analysis.scales import MASKS
from popgen_core.music.bars import places
from popgen_core.music.grid import Grid
from popgen_core.music.song import Song
from popgen_core.plan.plan import Chord, Key, Plan, Section

__all__ = ["CONTROLS", "control_parts", "half_bars", "kept", "plan_rows", "silenced", "slices", "transposed"]

CONTROLS = ("groups", "density", "dynamics", "key", "chord", "next", "section", "energy", "recall", "given")
NAMES = ("intro", "verse", "chorus", "bridge", "outro")  # any other name is the sixth feature
NEAR = 8  # bars from a section's start and to its end that are told apart
RELATIVE_MAJOR = 3  # semitones from a minor key's tonic up to that of the major key with the same tones

Rows = NDArray[np.float32]


def control_parts(known: Collection[str], groups: int) -> tuple[tuple[str, int], ...]:
    """The controls of these names, in the order of CONTROLS, and how many features each takes with so many groups."""
    sizes = {
        "groups": groups,  # 1 may play, -1 may not
        "density": 2 * groups,  # known, how dense
        "dynamics": 2 * groups,  # known, how loud
        "key": 24,  # tones of the scale, tonic
        "chord": 25,  # root, tones, no chord
        "next": 25,  # the same of the half bar after
        "section": len(NAMES) + 1 + 2 * NEAR + 2,  # name, bars since, bars left, first, last
        "energy": 2,  # known, how much
        "recall": 2,  # known, how alike; the recalled notes come as a roll
        "given": groups,  # whose notes are given; the notes come as a roll
    }
    return tuple((name, sizes[name]) for name in CONTROLS if name in known)


def slices(parts: Sequence[tuple[str, int]]) -> dict[str, slice]:
    """Where the features of each control lie in a row."""
    ends = np.cumsum([0, *(size for _, size in parts)]).tolist()
    return {name: slice(start, stop) for (name, _), (start, stop) in zip(parts, pairwise(ends), strict=True)}


def plan_rows(plan: Plan, known: Collection[str], groups: Sequence[str]) -> Rows:
    """A plan -> (half bars, feature) in the order of `control_parts`; of `given` a plan says nothing."""
    if not plan.bars:
        return np.zeros((0, sum(size for _, size in control_parts(known, len(groups)))), dtype=np.float32)
    section_of, sections = plan.section_of(), plan.sections
    after = [*plan.chords[1:], None]
    made: dict[str, Callable[[], Any]] = {
        "groups": lambda: _by_section([_groups(section, groups) for section in sections], section_of),
        "density": lambda: _by_section([_density(section, groups) for section in sections], section_of),
        "dynamics": lambda: _by_section([_dynamics(section, groups) for section in sections], section_of),
        "key": lambda: _by_section([_key(section.key) for section in sections], section_of),
        "chord": lambda: np.array([_chord(chord) for chord in plan.chords]),
        "next": lambda: np.array([_chord(chord) for chord in after]),
        "section": lambda: np.repeat(_places(plan), 2, axis=0),
        "energy": lambda: _by_section([_known(section.energy) for section in sections], section_of),
        "recall": lambda: np.repeat(_recalls(plan), 2, axis=0),
        "given": lambda: np.zeros((2 * plan.bars, len(groups))),
    }
    columns = [made[name]() for name in CONTROLS if name in known]
    return np.concatenate([np.zeros((2 * plan.bars, 0)), *columns], axis=1).astype(np.float32)


def half_bars(song: Song, grid: Grid, start: int, stop: int) -> NDArray[np.int64]:
    """Frames start..stop-1 of a song on a grid -> (frame,) the half bar of each; before the song the first."""
    at = places(song, grid.ticks(song, np.maximum(np.arange(start, stop), 0)))
    return 2 * at.bar + (at.beat_in_bar * 2 >= at.bar_beats - 1e-9)


def transposed(rows: Rows, semitones: int, parts: Sequence[tuple[str, int]]) -> Rows:
    """The same plan some semitones higher: keys and chords turn, all else stays."""
    turned = rows.copy()
    for name, where in slices(parts).items():
        if name in ("key", "chord", "next"):
            tones = rows[:, where][:, :24].reshape(len(rows), 2, 12)
            turned[:, where.start : where.start + 24] = np.roll(tones, semitones, axis=2).reshape(len(rows), 24)
    return turned


def silenced(rows: Rows, groups: Sequence[int], parts: Sequence[tuple[str, int]]) -> Rows:
    """The same plan where some groups, by number, do not play: said where groups, density or dynamics were."""
    changed, where = rows.copy(), slices(parts)
    for group in groups:
        if "groups" in where:
            column = changed[:, where["groups"].start + group]
            column[column != 0] = -1
        for name in {"density", "dynamics"} & set(where):
            known, value = (changed[:, where[name].start + 2 * group + column] for column in (0, 1))
            value[known != 0] = -1
    return changed


def kept(rows: Rows, names: Collection[str], parts: Sequence[tuple[str, int]]) -> Rows:
    """The rows with only these controls; nothing is said of the others."""
    changed = rows.copy()
    for name, where in slices(parts).items():
        if name not in names:
            changed[:, where] = 0
    return changed


def _by_section(rows: list[list[float]], section_of: NDArray[np.int64]) -> NDArray[np.float64]:
    """One row a section -> one a half bar."""
    return np.repeat(np.array(rows, dtype=np.float64)[section_of], 2, axis=0)


def _groups(section: Section, groups: Sequence[str]) -> list[float]:
    if section.groups is None:
        return [0.0] * len(groups)
    return [1.0 if group in section.groups else -1.0 for group in groups]


def _density(section: Section, groups: Sequence[str]) -> list[float]:
    logs = {group: float(np.log2(1 + onsets)) / 2 for group, onsets in section.density.items()}
    return [value for group in groups for value in _known(logs.get(group))]


def _dynamics(section: Section, groups: Sequence[str]) -> list[float]:
    return [value for group in groups for value in _known(section.dynamics.get(group))]


def _known(value: float | None) -> list[float]:
    """Whether a value is known, and the value from -1 to 1."""
    return [0.0, 0.0] if value is None else [1.0, 2.0 * value - 1.0]


def _key(key: Key | None) -> list[float]:
    if key is None:
        return [0.0] * 24
    major = key.tonic if key.mode == "major" else (key.tonic + RELATIVE_MAJOR) % 12
    return [*MASKS[major].astype(float), *np.eye(12)[key.tonic]]


def _chord(chord: Chord | None) -> list[float]:
    if chord is None:
        return [0.0] * 25
    if chord.root < 0:
        return [0.0] * 24 + [1.0]
    return [*np.eye(12)[chord.root], *(float(tone in chord.tones) for tone in range(12)), 0.0]


def _places(plan: Plan) -> NDArray[np.float64]:
    """(bars, feature): the name of each bar's section, bars since its start and to its end, first or last section."""
    rows = []
    for number, section in enumerate(plan.sections):
        name = np.eye(len(NAMES) + 1)[NAMES.index(section.name) if section.name in NAMES else len(NAMES)]
        ends = [float(number == 0), float(number == len(plan.sections) - 1)]
        for bar in range(section.bars):
            since, left = min(bar, NEAR - 1), min(section.bars - 1 - bar, NEAR - 1)
            rows.append([*name, *np.eye(NEAR)[since], *np.eye(NEAR)[left], *ends])
    return np.array(rows, dtype=np.float64)


def _recalls(plan: Plan) -> NDArray[np.float64]:
    """(bars, feature): whether a bar recalls another, and how like it is."""
    return np.array([_known(recall.likeness if recall else None) for recall in plan.recalls])
