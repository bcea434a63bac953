"""What of a song's plan and of its own notes a training window is told: recalled bars, kept groups, things left out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from popgen_core.contracts.controls import ControlConfig
from popgen_core.corpus.augment import Drawn, scale_velocity
from popgen_core.music.roll import EVENT, Roll, RollSpec
from popgen_core.plan.features import kept, silenced, slices, transposed
from popgen_core.plan.told import Told

__all__ = ["forgotten", "left", "recalled", "told_rows", "varied", "whose"]

TOGETHER = {"next": "chord"}  # what is left out with another control


def recalled(roll: Roll, told: Told, start: int, stop: int) -> NDArray[Any]:
    """Notes that come back in frames start..stop-1: EVENT rows, their frames counted from `start`.

    Of a recalled bar those that begin in it, cut at its end.
    """
    rows, parts = told.returns, [np.zeros(0, dtype=EVENT)]
    for here, there, length in rows[(rows[:, 0] < stop) & (rows[:, 0] + rows[:, 2] > start)]:
        first, after = np.searchsorted(roll.events["frame"], [there, there + length])
        events = roll.events[first:after].copy()
        events["last"] = np.minimum(events["last"], there + length - 1) + (here - there - start)
        events["frame"] += here - there - start
        parts.append(events)
    return np.concatenate(parts)


def varied(events: NDArray[Any], drawn: Drawn, spec: RollSpec, drums: Sequence[str]) -> NDArray[Any]:
    """Other events of the same song changed as was drawn for a window; notes that would leave the range are dropped."""
    changed = scale_velocity(events, drawn.velocity_factor)
    silent = np.isin(changed["group"], [spec.groups.index(group) for group in drawn.silenced])
    pitched = ~np.isin(changed["group"], [spec.groups.index(group) for group in drums if group in spec.groups])
    changed["pitch"] += (drawn.semitones * pitched).astype(changed["pitch"].dtype)
    inside = (changed["pitch"] >= 0) & (changed["pitch"] < spec.pitches)
    return changed[inside & ~silent]


def told_rows(
    rows: NDArray[np.float32],
    parts: Sequence[tuple[str, int]],
    drawn: Drawn,
    spec: RollSpec,
    names: set[str],
) -> NDArray[np.float32]:
    """Rows of a plan (frame, feature) changed as was drawn for the window, and only these controls."""
    rows = transposed(rows, drawn.semitones, parts) if drawn.semitones else rows
    if drawn.silenced:
        rows = silenced(rows, [spec.groups.index(group) for group in drawn.silenced], parts)
    where = slices(parts).get("dynamics")
    if where is not None and drawn.velocity_factor != 1.0:
        known, loud = rows[:, where][:, 0::2], rows[:, where][:, 1::2]
        rows = rows.copy()
        rows[:, where][:, 1::2] = np.where(known > 0, np.clip((loud + 1) * drawn.velocity_factor - 1, -1, 1), 0)
    return kept(rows, names, parts)


def left(config: ControlConfig, parts: Sequence[tuple[str, int]], generator: np.random.Generator) -> set[str]:
    """The controls that a window is told of; `next` goes with `chord`."""
    everything, coins = generator.random(), generator.random(len(parts))
    if everything < config.drop_all:
        return set()
    names = {name for (name, _), coin in zip(parts, coins, strict=True) if coin >= config.drop}
    return {name for (name, _) in parts if TOGETHER.get(name, name) in names or name == "given"}


def forgotten(config: ControlConfig, frames: int, groups: int, generator: np.random.Generator) -> NDArray[np.float32]:
    """(frame, group) 1 where a group's past is not heard, though it played: a song that is being written may have
    fallen silent there, and must find its way back by what it is told."""
    made = np.zeros((frames, groups), dtype=np.float32)
    happens, coins = generator.random(), generator.random(groups)
    first, after = np.sort(generator.integers(0, frames + 1, 2))
    if happens < config.forget:
        made[first:after, coins < 0.5] = 1.0
    return made


def whose(
    config: ControlConfig, events: NDArray[Any], frames: int, groups: int, generator: np.random.Generator
) -> NDArray[np.float32]:
    """(frame, group) 1 where all notes of a group are given: of some groups that play, half the time for a stretch."""
    made = np.zeros((frames, groups), dtype=np.float32)
    is_given, many, stretch = generator.random(), generator.random(), generator.random()
    order, ends = generator.permutation(groups), np.sort(generator.integers(0, frames + 1, 2))
    playing = [group for group in order if group in set(np.unique(events["group"]).tolist())]
    if is_given < config.given and len(playing) > 1:
        chosen = playing[: 1 + int(many * (len(playing) - 1))]
        first, after = (0, frames) if stretch < 0.5 else ends
        made[first:after, chosen] = 1.0
    return made
