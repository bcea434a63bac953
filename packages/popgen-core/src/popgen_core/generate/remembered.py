"""Frames that were drawn and may come back: kept as the few cells that sound, not as all that could."""

from __future__ import annotations

import torch
from torch import Tensor

__all__ = ["Remembered"]


class Remembered:
    """What was drawn of one song, frame by frame, each (group, channel, pitch) as the next one's past; a recalled frame
    comes without the notes that were held over into its bar, as in training."""

    def __init__(self, onset: int, active: int) -> None:
        self.onset, self.active = onset, active  # numbers of these channels
        self.frames: dict[int, tuple[Tensor, Tensor]] = {}  # the cells that are not zero, and their values
        self.held: Tensor | None = None  # (group, pitch) bool: cells held over from before the recalled bar

    def add(self, number: int, past: Tensor) -> None:
        """Remember a drawn frame."""
        cells = past.flatten().nonzero()[:, 0]
        self.frames[number] = (cells, past.flatten()[cells])

    def again(self, number: int, anew: bool, like: Tensor) -> Tensor:
        """A frame as it was drawn, of the shape of `like` (group, channel, pitch); silence if it is not remembered."""
        row = torch.zeros_like(like)
        if number in self.frames:
            cells, values = self.frames[number]
            row.view(-1)[cells] = values
        begun, sounds = row[:, self.onset] > 0, row[:, self.active] > 0
        old = torch.ones_like(begun) if anew or self.held is None else self.held
        self.held = old & sounds & ~begun
        row[:, self.active] *= ~self.held
        return row
