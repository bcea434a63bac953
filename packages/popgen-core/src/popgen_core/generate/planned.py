"""Conducting a whole song by its plan: what stands where, what comes back, what is given, what is allowed."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from popgen_core.analysis.position import position_controls
from popgen_core.contracts.sizes import Sizes
from popgen_core.contracts.tensors import Frame, Sampling
from popgen_core.generate.cues import Cue
from popgen_core.generate.watching import Watching
from popgen_core.music.grid import Grid
from popgen_core.music.song import Song
from popgen_core.plan.told import Told

__all__ = ["Given", "Planned", "controls_of"]


@dataclass(frozen=True)
class Given:
    """A user's notes on the model's grid: `roll` (frame, group, channel, pitch), all of them; `kept` (frame, group) 1
    where a group's stay. Frames `start`..`stop`-1 are written around what stays; before and after stands what stood.
    `manner` (frame, group, 2, pitch): how long notes are, log(1 + seconds), and their offsets."""

    roll: Tensor
    kept: Tensor
    start: int
    stop: int
    manner: Tensor | None = None

    def at(self, number: int, ahead: int) -> tuple[Tensor, Tensor]:
        """What stays of frame `number` and of those that are looked at ahead, (1 + ahead, ...) each."""
        roll, kept = (_rows(values, number, 1 + ahead) for values in (self.roll, self.kept))
        return roll * kept[:, :, None, None], kept

    def stood(self, number: int) -> tuple[Tensor, Tensor | None]:
        """All of frame `number`, (group, channel, pitch), and how it is played, (group, 2, pitch)."""
        manner = None if self.manner is None else _rows(self.manner, number, 1)[0]
        return _rows(self.roll, number, 1)[0], manner


def _rows(values: Tensor, start: int, count: int) -> Tensor:
    made = values.new_zeros(count, *values.shape[1:])
    there = values[start : start + count]
    made[: len(there)] = there
    return made


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
    """Conducts the frames of one song up to `frames`.

    `controls` (frame, feature); `returns` (recalled bar, 3) as in `plan.told`, each `held` in log-odds;
    `given_control`: where the controls say whose notes are given; `judge`: drawn frames are judged, else those after
    what is written around a song are; `lags` (frame, lag): how long ago a beat and some bars lie;
    `seconds` (frame,): how long each frame lasts.
    """

    controls: Tensor
    frames: int
    settings: Sampling
    watching: Watching
    returns: NDArray[np.int64]
    held: NDArray[np.float64]
    given: Given | None = None
    given_control: slice | None = None
    ahead: int = 0
    judge: bool = False
    lags: NDArray[np.int64] | None = None
    seconds: NDArray[np.float64] | None = None
    nats: float = 0.0
    _from: dict[int, tuple[int, bool, float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._from = {
            int(here) + step: (int(there) + step, step == 0, float(held))
            for (here, there, length), held in zip(self.returns, self.held, strict=True)
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
        nothing: tuple[int | None, bool, float] = (None, False, 0.0)
        back = self._from.get(number, nothing)  # which frame comes back, whether its bar begins, how firmly it is held
        controls, told, stood = self.controls[number], self.given, None
        cue = Cue(controls, self.watching.constraints(), self.settings, *back, lags=self._lags(number))
        cue = replace(cue, seconds=0.0 if self.seconds is None else float(self.seconds[number]))
        if told is None:
            return replace(cue, judged=self.judge)
        if not told.start <= number < told.stop:
            stood, manner = told.stood(number)
            return replace(cue, forced=stood, manner=manner, judged=number >= told.stop)
        roll, kept = told.at(number, self.ahead)
        if self.given_control is not None:
            controls = controls.clone()
            controls[self.given_control] = kept[0]
        return replace(cue, controls=controls, given=roll, kept=kept, judged=self.judge)

    def stood(self, number: int) -> tuple[Tensor, Tensor | None] | None:
        """What stands in a frame before the first that is drawn."""
        return None if self.given is None else self.given.stood(number)

    def _lags(self, number: int) -> tuple[int, ...]:
        return () if self.lags is None else tuple(self.lags[number].tolist())

    def heard(self, number: int, frame: Frame, song: int) -> None:
        """A frame was drawn; what watches takes in this song of it."""
        row = slice(song, song + 1)
        self.watching.watch(Frame(frame.onset[row], frame.active[row], frame.rhythm))

    def judged(self, nats: float) -> None:
        """How surprising a frame was."""
        self.nats += nats
