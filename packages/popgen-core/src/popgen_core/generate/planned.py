"""Conducting a whole song by its plan: what stands where, what comes back, what is given, what is allowed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from popgen_core.analysis.position import position_controls
from popgen_core.contracts.sizes import Sizes
from popgen_core.contracts.tensors import Constraints, Frame, Sampling
from popgen_core.generate.cues import Cue
from popgen_core.music.grid import Grid
from popgen_core.music.song import Song
from popgen_core.plan.told import Told

__all__ = ["Given", "Planned", "controls_of"]


@dataclass(frozen=True)
class Given:
    """Notes that are not written: `roll` (frame, group, channel, pitch) and `kept` (frame, group), 1 where they are a
    group's; frames behind their end are not given."""

    roll: Tensor
    kept: Tensor

    def at(self, number: int, ahead: int) -> tuple[Tensor, Tensor]:
        """Frame `number` and those that are looked at ahead, (1 + ahead, ...) each."""
        rows = []
        for values in (self.roll, self.kept):
            made = values.new_zeros(1 + ahead, *values.shape[1:])
            there = values[number : number + 1 + ahead]
            made[: len(there)] = there
            rows.append(made)
        return rows[0], rows[1]


def controls_of(song: Song, grid: Grid, frames: int, sizes: Sizes, told: Told | None) -> NDArray[np.float32]:
    """(frame, feature): where each frame stands, and what is told of the plan."""
    position = position_controls(song, grid, 0, frames)
    made = np.zeros((frames, sizes.controls.width), dtype=np.float32)
    made[:, : position.shape[1]] = position
    if told is not None:
        made[:, position.shape[1] :] = told.at(0, frames)
    return made


@dataclass
class Planned:
    """Conducts frames up to `frames`. `controls` (frame, feature); `limits` says what must hold in a frame; `returns`
    (recalled bar, 3) as in `plan.told`; `ears` hear each drawn frame."""

    controls: Tensor
    frames: int
    settings: Sampling
    limits: Callable[[int], Constraints]
    returns: NDArray[np.int64]
    given: Given | None = None
    given_control: slice | None = None
    ahead: int = 0
    ears: list[Callable[[int, Frame], None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._from = {
            int(here) + step: (int(there) + step, step == 0)
            for here, there, length in self.returns
            for step in range(int(length))
        }

    @property
    def recalls(self) -> bool:
        """Whether any bar comes back."""
        return bool(self._from)

    def cue(self, number: int) -> Cue | None:
        """What is told of a frame; None behind the last."""
        if number >= self.frames:
            return None
        recall, anew = self._from.get(number, (None, False))
        controls, given, kept, whole = self.controls[number], None, None, False
        if self.given is not None:
            given, kept = self.given.at(number, self.ahead)
            whole = bool(kept[0].all())
            if self.given_control is not None:
                controls = controls.clone()
                controls[self.given_control] = kept[0]
        return Cue(controls, self.limits(number), self.settings, recall, anew, given, kept, whole)

    def heard(self, number: int, frame: Frame) -> None:
        """A frame was drawn."""
        for ear in self.ears:
            ear(number, frame)
