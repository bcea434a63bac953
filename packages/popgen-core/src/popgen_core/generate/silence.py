"""No silence of the whole band beyond a limit: when a note must begin."""

from __future__ import annotations

import torch
from torch import Tensor

from popgen_core.contracts.tensors import Frame
from popgen_core.generate.limits import Timing

__all__ = ["Silence"]


class Silence:
    """Watches the frames of a batch as they are drawn, and says in which songs a note must begin in the next one.

    A silence runs from the first frame in which nothing sounds, at the start from the first frame. It is broken where a
    beat begins, the last beat by which it is no longer than `beats` quarter notes; where the beats are too far apart
    for that, in the last frame by which it is not. Which notes break it the decoder draws, from what it would write if
    it could not be silent.
    """

    def __init__(
        self, beats: float, timing: Timing, batch: int, device: torch.device | str = "cpu", first: int = 0
    ) -> None:
        self.quarters: list[float] = timing.quarters.tolist()
        self.begins: list[bool] = timing.beat_begins.tolist()
        self.beats, self.number, frames = beats, first, len(self.begins)
        self.after: list[float] = self.quarters[1:]  # where the frame after each one stands
        self.next_beat: list[float] = list(self.after)  # where the first beat after each frame begins
        for frame in range(frames - 2, -1, -1):
            if not self.begins[frame + 1]:
                self.next_beat[frame] = self.next_beat[frame + 1]
        self.since, self.device = [first] * batch, device  # the frame with which each song's silence begins

    def begin(self) -> Tensor | None:
        """(batch,) bool: in which songs a note must begin in the next frame; None: in none."""
        if self.number >= len(self.begins):
            return None
        must = [self._must(self.quarters[since]) for since in self.since]
        return torch.tensor(must, device=self.device) if any(must) else None

    def watch(self, frame: Frame) -> None:
        """Take in the next frame that was drawn."""
        self.number += 1
        sounds = frame.active.flatten(1).any(1).tolist()
        self.since = [self.number if heard else since for heard, since in zip(sounds, self.since, strict=True)]

    def _must(self, since: float) -> bool:
        """Whether a silence from there on would be too long by the next frame in which it could be broken."""
        at, limit = self.number, since + self.beats + 1e-9
        on_beat = self.begins[at] and since < self.quarters[at]  # one that begins here may last until the next frame
        following = self.next_beat[at] if on_beat else self.after[at]
        return bool(following > limit)
