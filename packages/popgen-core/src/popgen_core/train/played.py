"""What a song has played before each frame of a training window: where notes began a beat or some bars ago, and how the
newest note of each cell and each group was played."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from popgen_core.contracts.classes import classes_of
from popgen_core.contracts.tensors import RhythmValues
from popgen_core.music.roll import RollSpec

__all__ = ["MANNERS", "Played", "echoes", "newest", "remembered", "without_forgotten"]

MANNERS = 3  # velocity, length, offset


@dataclass(frozen=True)
class Played:
    """What a window is told of what was played before: `echo` (frame, group, pitch), `newest` (frame, group, MANNERS,
    pitch + 1), as in `Inputs`."""

    echo: NDArray[np.uint8]
    newest: NDArray[np.int16]


def remembered(windows: Sequence[Played | None]) -> dict[str, Tensor | None]:
    """`echo` and `newest` of a batch of windows, (batch, ...); nothing where nothing is to be told."""
    told = [played for played in windows if played is not None]
    if len(told) < len(windows) or not told:
        return {}
    return {name: torch.from_numpy(np.stack([getattr(one, name) for one in told])) for name in ("echo", "newest")}


def without_forgotten(events: NDArray[Any], forgotten: NDArray[np.float32] | None) -> NDArray[Any]:
    """EVENT rows, frames counted from a window's first, without those that `forgotten` (frame, group) marks."""
    if forgotten is None or not forgotten.any():
        return events
    inside = (events["frame"] >= 0) & (events["frame"] < len(forgotten))
    lost = forgotten[np.where(inside, events["frame"], 0), events["group"]] > 0
    return np.asarray(events[~(inside & lost)])


def echoes(events: NDArray[Any], lags: NDArray[np.int64], spec: RollSpec) -> NDArray[np.uint8]:
    """EVENT rows of all that was played, frames counted from a window's first, and the lags of the frames that are
    written, (frame, lag), from frame 1 on -> (frame, group, pitch): bit n where a note began lag n before."""
    reach = int(lags.max(initial=0))
    played = np.zeros((reach + 1 + len(lags), len(spec.groups), spec.pitches), dtype=np.bool_)
    at = events["frame"] + reach
    there = (at >= 0) & (at < len(played))
    played[at[there], events["group"][there], events["pitch"][there]] = True
    rows = np.arange(1, len(lags) + 1) + reach
    made = np.zeros((len(lags), *played.shape[1:]), dtype=np.uint8)
    for bit in range(lags.shape[1]):
        made |= played[rows - lags[:, bit]].astype(np.uint8) << bit
    return made


def newest(events: NDArray[Any], kept: NDArray[np.float32], frames: int, spec: RollSpec) -> NDArray[np.int16]:
    """EVENT rows of all that was played, frames counted from a window's first -> (frame, group, MANNERS, pitch + 1):
    how the newest note before each frame that is written (from 1 on) was played, of each cell and, behind the pitches,
    of each group (the highest of several): class + 1 of velocity, length and offset, 0 where nothing is known.

    Of groups that are `kept` (frame, group; row n those of frame n + 1) velocities alone are known.
    """
    events = events[np.lexsort((events["velocity"], events["pitch"], events["frame"]))]
    events = events[events["frame"] < frames]
    table = _classes(events, kept)  # (event + 1, MANNERS)
    last = np.zeros((frames, len(spec.groups), spec.pitches + 1), dtype=np.int32)
    at, number = np.maximum(events["frame"], 0), np.arange(1, len(events) + 1, dtype=np.int32)
    last[at, events["group"], events["pitch"]] = number  # of several the newest, which comes last
    last[at, events["group"], spec.pitches] = number
    np.maximum.accumulate(last, axis=0, out=last)
    return np.ascontiguousarray(table[last].transpose(0, 1, 3, 2))


def _classes(events: NDArray[Any], kept: NDArray[np.float32]) -> NDArray[np.int16]:
    """(event + 1, MANNERS): classes + 1 of each event, all 0 for none."""
    values = RhythmValues(
        torch.from_numpy(events["velocity"].copy()),
        torch.from_numpy(np.log1p(events["duration"])),
        torch.from_numpy(events["offset"].copy()),
    )
    told = torch.stack(list(vars(classes_of(values)).values()), dim=1).numpy() + 1
    written = events["frame"] - 1
    inside = (written >= 0) & (written < len(kept))
    given = inside & (kept[np.where(inside, written, 0), events["group"]] > 0)
    told[given, 1:] = 0
    return np.concatenate([np.zeros((1, MANNERS)), told]).astype(np.int16)
