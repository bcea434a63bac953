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

__all__ = ["AugmentConfig", "augment", "drop_groups", "scale_velocity", "transpose"]

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


def augment(
    events: NDArray[Any],
    config: AugmentConfig,
    generator: np.random.Generator,
    spec: RollSpec,
    drum_groups: Sequence[str] = ("drums",),
) -> NDArray[Any]:
    """Varied EVENT rows; the given ones stay as they are. As many numbers are drawn whatever `config` switches off."""
    pitch, loudness, silence = generator.random(), generator.random(), generator.random(len(spec.groups))
    semitones = int(pitch * (2 * config.transpose_semitones + 1)) - config.transpose_semitones
    factor = 1.0 + config.velocity_share * (2.0 * loudness - 1.0)
    silenced = [group for group, drawn in zip(spec.groups, silence, strict=True) if drawn < config.drop_group_share]
    events = transpose(events, semitones, spec, drum_groups)
    return drop_groups(scale_velocity(events, factor), silenced, spec)


def transpose(
    events: NDArray[Any], semitones: int, spec: RollSpec, drum_groups: Sequence[str] = ("drums",)
) -> NDArray[Any]:
    """All pitched groups moved by one interval, the nearest to `semitones` that keeps every note in range."""
    drums = [number for number, group in enumerate(spec.groups) if group in drum_groups]
    pitched = ~np.isin(events["group"], drums)
    if not pitched.any():
        return events
    pitches = events["pitch"][pitched]
    fitting = int(np.clip(semitones, -int(pitches.min()), spec.pitches - 1 - int(pitches.max())))
    moved = events.copy()
    moved["pitch"][pitched] += fitting
    return moved


def scale_velocity(events: NDArray[Any], factor: float) -> NDArray[Any]:
    """All velocities times `factor`, kept between MIDI's softest note and 1."""
    scaled = events.copy()
    scaled["velocity"] = np.clip(events["velocity"] * np.float32(factor), SOFTEST, np.float32(1))
    return scaled


def drop_groups(events: NDArray[Any], silenced: Sequence[str], spec: RollSpec) -> NDArray[Any]:
    """The events without those of the silenced groups; all of them where nothing would be left."""
    numbers = [spec.groups.index(group) for group in silenced]
    kept = events[~np.isin(events["group"], numbers)]
    return kept if len(kept) else events
