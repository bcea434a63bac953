"""Repetition control: the longer a song goes round in the same loop, the less likely the loop goes on."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from popgen_core.contracts.tensors import Frame

__all__ = ["Repeating", "likeness"]

LOOPS = (1, 2, 4)  # bars
ALIKE = 0.9  # from which a bar counts as that of a loop before
MOST = 6.0  # log-odds: the odds of a loop's notes fall to a 400th at most


def likeness(first: Tensor, second: Tensor) -> Tensor:
    """Onsets of two bars (batch, frame, group, pitch) bool -> how alike they are, (batch,) 0..1.

    The mean cosine of the onset cells of each group that plays in either bar; a group that plays in one of them counts
    0, and two silent bars are 0 alike (as `analysis.bars_alike`).
    """
    first, second = first.float(), second.float()
    dots = (first * second).sum((1, 3))  # (batch, group)
    left, right = first.sum((1, 3)), second.sum((1, 3))
    cosines = dots / (left * right).sqrt().clamp(min=1.0)
    return cosines.sum(1) / ((left > 0) | (right > 0)).sum(1).clamp(min=1)


class Repeating:
    """Watches the frames of a batch as they are drawn, and leans against loops that went on for too long.

    A loop of 1, 2 or 4 bars goes on with each bar that is 0.9 alike to the one so many bars before; loops in a row are
    1 + the bars for which it went on / its length, rounded down. Where these are more than `patience`, `strength` times
    the surplus, 6 at most, is taken off the log-odds of the notes that began at the same place one loop ago; of
    several loops the one that takes off most counts for each cell. A bar that differs breaks the loop, and nothing is
    taken off any more. Bars that a plan recalls are asked for: nothing is taken off there, and they break loops.
    """

    def __init__(
        self,
        bars: Sequence[int],
        batch: int,
        strength: float,
        patience: int = 4,
        recalled: Sequence[bool] | None = None,
        first: int = 0,
    ) -> None:
        """`bars` (frame,): the bar that each frame belongs to; `recalled` (frame,): whether the plan recalls it."""
        self.bars, self.strength, self.patience = [int(bar) for bar in bars], strength, patience
        self.recalled = [False] * len(self.bars) if recalled is None else [bool(each) for each in recalled]
        self.number = self.first = first
        self.bar: list[Tensor] = []  # onsets of the present one so far
        self.heard: list[Tensor] = []  # whole bars, (batch, frame, group, pitch) each, as many as the longest loop has
        self.went_on = torch.zeros(len(LOOPS), batch)  # bars for which each loop has gone on
        self.off: list[tuple[int, Tensor]] = []  # bars of a loop, and what is taken off in this bar, (batch, 1, 1)

    def lean(self) -> Tensor | None:
        """(batch, group, pitch) what is added to the logits of the next frame; None: nothing."""
        if not self.off or self.number >= len(self.bars) or self.recalled[self.number]:
            return None
        place, found = len(self.bar), None
        for length, off in self.off:
            loop = self.heard[-length]
            if place < loop.shape[1]:
                mine = loop[:, place] * off
                found = mine if found is None else torch.maximum(found, mine)
        return None if found is None else -found

    def watch(self, frame: Frame) -> None:
        """Take in the next frame that was drawn."""
        self.bar.append(frame.onset)
        self.number += 1
        if self.number == len(self.bars) or self.bars[self.number] != self.bars[self.number - 1]:
            self._end_bar()

    def _end_bar(self) -> None:
        bar = torch.stack(self.bar, 1)  # (batch, frame, group, pitch)
        asked = any(self.recalled[self.number - len(self.bar) : self.number])
        self.went_on = self.went_on.to(bar.device)
        for row, length in enumerate(LOOPS):
            goes_on = self._goes_on(bar, length) & (not asked)
            self.went_on[row] = torch.where(goes_on, self.went_on[row] + 1, 0)
        self.heard, self.bar = [*self.heard, bar][-max(LOOPS) :], []
        self.off = self._off()

    def _goes_on(self, bar: Tensor, length: int) -> Tensor:
        """(batch,) whether a bar is like the one so many before it."""
        if len(self.heard) < length or self.heard[-length].shape != bar.shape:
            return torch.zeros(len(bar), dtype=torch.bool, device=bar.device)
        return likeness(bar, self.heard[-length]) >= ALIKE

    def _off(self) -> list[tuple[int, Tensor]]:
        found = []
        for length, went_on in zip(LOOPS, self.went_on, strict=True):
            surplus = 1 + (went_on / length).floor() - self.patience
            off = (surplus.clamp(min=0) * self.strength).clamp(max=MOST)  # (batch,)
            if off.any():
                found.append((length, off[:, None, None]))
        return found
