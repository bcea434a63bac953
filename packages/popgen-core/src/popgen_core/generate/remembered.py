"""Frames that were drawn and may come back: kept as the few cells that sound, not as all that could."""

from __future__ import annotations

import torch
from torch import Tensor

__all__ = ["Remembered"]


class Remembered:
    """What was drawn, frame by frame, each (batch, 1, group, channel, pitch) as the next one's past; a recalled frame
    comes without the notes that were held over into its bar, as in training."""

    def __init__(self, onset: int, active: int) -> None:
        self.onset, self.active = onset, active  # numbers of these channels
        self.frames: dict[int, Tensor] = {}
        self.held: Tensor | None = None  # (batch, 1, group, pitch) bool: cells held over from before the recalled bar

    def add(self, number: int, past: Tensor) -> None:
        """Remember a drawn frame."""
        self.frames[number] = past.to_sparse()

    def forget(self, before: int) -> None:
        """Forget the frames before this one."""
        for number in [number for number in self.frames if number < before]:
            del self.frames[number]

    def again(self, number: int, anew: bool) -> Tensor | None:
        """A frame as it was drawn, (batch, 1, group, channel, pitch); None if it is not remembered."""
        if number not in self.frames:
            return None
        row = self.frames[number].to_dense()
        begun, sounds = row[:, :, :, self.onset] > 0, row[:, :, :, self.active] > 0
        old = torch.ones_like(begun) if anew or self.held is None else self.held
        self.held = old & sounds & ~begun
        row[:, :, :, self.active] *= ~self.held
        return row
