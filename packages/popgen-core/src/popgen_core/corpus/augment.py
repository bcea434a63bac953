"""Variations of a song's events for training (paper, section 2.1): other key, other loudness, fewer groups.

The shift in time is where the loader's window begins, and is not done here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from popgen_core.music.roll import RollSpec

__all__ = ["AugmentConfig", "Drawn", "augment", "drop_groups", "fitting", "scale_velocity", "transpose"]

SOFTEST = np.float32(1 / 127)  # a note-on of velocity 0 would be a note-off


@dataclass(frozen=True)
class AugmentConfig:
    """How far a song may be varied; 0 switches a variation off. The defaults are the paper's, where it names one."""

    shift_beats: Annotated[float, Field(ge=0, le=16, description="shift in time either way, in beats")] = 2.0
    transpose_semitones: Annotated[int, Field(ge=0, le=12, description="transposition either way, in semitones")] = 6
    velocity_share: Annotated[float, Field(ge=0, lt=1, description="change of all velocities either way, a share")] = (
        0.2
    )
    drop_group_share: Annotated[float, Field(ge=0, lt=1, description="probability that a group is silenced")] = 0.1


@dataclass(frozen=True)
class Drawn:
    """What was done to some events: `semitones` that the pitched groups were moved by, after what the range allows;
    `velocity_factor` on all velocities, before the softest and loudest bound it; `silenced` groups."""

    semitones: int = 0
    velocity_factor: float = 1.0
    silenced: tuple[str, ...] = ()


def augment(
    events: NDArray[Any],
    config: AugmentConfig,
    generator: np.random.Generator,
    spec: RollSpec,
    drum_groups: Sequence[str] = ("drums",),
) -> tuple[NDArray[Any], Drawn]:
    """Varied EVENT rows and what was drawn; the rows given stay as they are.

    As many numbers are drawn whatever `config` switches off, so that switching one leaves the others as they were.
    """
    pitch, loudness, silence = generator.random(), generator.random(), generator.random(len(spec.groups))
    wanted = int(pitch * (2 * config.transpose_semitones + 1)) - config.transpose_semitones
    drawn = Drawn(
        semitones=fitting(events, wanted, spec, drum_groups),
        velocity_factor=1.0 + config.velocity_share * (2.0 * loudness - 1.0),
        silenced=_silenced(events, silence < config.drop_group_share, spec),
    )
    events = transpose(events, drawn.semitones, spec, drum_groups)
    return drop_groups(scale_velocity(events, drawn.velocity_factor), drawn.silenced, spec), drawn


def fitting(events: NDArray[Any], semitones: int, spec: RollSpec, drum_groups: Sequence[str] = ("drums",)) -> int:
    """The interval nearest to `semitones` that keeps every pitched note in range; 0 where there is none."""
    pitches = events["pitch"][_pitched(events, spec, drum_groups)]
    if not len(pitches):
        return 0
    return int(np.clip(semitones, -int(pitches.min()), spec.pitches - 1 - int(pitches.max())))


def transpose(
    events: NDArray[Any], semitones: int, spec: RollSpec, drum_groups: Sequence[str] = ("drums",)
) -> NDArray[Any]:
    """All pitched groups moved by one interval, the nearest to `semitones` that keeps every note in range."""
    interval = fitting(events, semitones, spec, drum_groups)
    moved = events.copy()
    moved["pitch"] += (interval * _pitched(events, spec, drum_groups)).astype(moved["pitch"].dtype)
    return moved


def scale_velocity(events: NDArray[Any], factor: float) -> NDArray[Any]:
    """All velocities times `factor`, kept between MIDI's softest note and 1."""
    scaled = events.copy()
    scaled["velocity"] = np.clip(events["velocity"] * np.float32(factor), SOFTEST, np.float32(1))
    return scaled


def drop_groups(events: NDArray[Any], silenced: Sequence[str], spec: RollSpec) -> NDArray[Any]:
    """The events without those of the silenced groups; all of them where nothing would be left."""
    kept = ~_of(events, silenced, spec)
    return np.take(events, np.flatnonzero(kept)) if kept.any() else events


def _silenced(events: NDArray[Any], chosen: NDArray[np.bool_], spec: RollSpec) -> tuple[str, ...]:
    """The chosen groups, or none where nothing would be left."""
    groups = tuple(group for group, silent in zip(spec.groups, chosen, strict=True) if silent)
    return groups if not _of(events, groups, spec).all() else ()


def _pitched(events: NDArray[Any], spec: RollSpec, drum_groups: Sequence[str]) -> NDArray[np.bool_]:
    return ~_of(events, drum_groups, spec)


def _of(events: NDArray[Any], groups: Sequence[str], spec: RollSpec) -> NDArray[np.bool_]:
    """Whether each event belongs to one of the groups."""
    chosen: NDArray[np.bool_] = np.array([group in groups for group in spec.groups], dtype=np.bool_)
    return np.take(chosen, events["group"])
