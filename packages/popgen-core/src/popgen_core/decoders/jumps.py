"""Drawing the cells of a frame in their order by jumping from one that sounds to the next."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Generator, Tensor

from popgen_core.contracts.tensors import Sampling
from popgen_core.decoders.tempering import shifted

__all__ = ["Jumps"]


class Jumps:
    """Each cell has a uniform number and sounds where its chance is above it; a note changes the chances after it.

    So the first cell whose number lies below its chance is the next note: the cells before it are silent whatever
    comes later. As many rounds as notes and one more give what looking at every cell in turn would. Iterating hands
    out the next note of each song that has one, as songs (song,) and flat cells (song,), until none is left; between
    two rounds `add` says what those notes add to later logits. `onset` (batch, group, pitch) bool is what was drawn.
    """

    def __init__(
        self,
        logits: Tensor,
        playable: Tensor,
        place: Tensor,
        settings: Sampling,
        generator: Generator,
        certain: Tensor | None = None,
    ) -> None:
        self.logits = logits.masked_fill(~playable, -torch.inf)  # (batch, group, pitch)
        self.place, self.temperature = place.view(logits.shape[1:]), settings.temperature
        self.onset = torch.zeros_like(logits, dtype=torch.bool)
        drawn = torch.rand(logits.shape, generator=generator, device=logits.device, dtype=torch.float64)
        self.least = torch.logit(drawn).to(logits.dtype)  # the logit above which a cell sounds
        if certain is not None:  # (batch, group, pitch) bool: sounds, whatever its chance and whatever is forbidden
            self.logits = torch.where(certain, logits, self.logits)
            self.least = torch.where(certain, -torch.inf, self.least)
        self.last = torch.full((len(logits), 1, 1), -1, device=logits.device)  # the place drawn last, by song
        self.shift: Tensor | None = None

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        """The next note of every song that has one: which songs, and which cells."""
        cells, order = self.place.numel(), self.place.flatten().argsort()
        while True:
            sounds = (self._tempered() > self.least) & (self.place > self.last)
            following = self.place.where(sounds, cells).flatten(1).amin(1)  # (batch,) place of the next note
            songs = (following < cells).nonzero()[:, 0]
            if not len(songs):
                return
            found = order[following[songs]]
            self.onset.flatten(1)[songs, found] = True
            self.last = following[:, None, None]
            yield songs, found

    def add(self, songs: Tensor, logits: Tensor) -> None:
        """Add to the logits of some songs, (song, group, pitch)."""
        self.logits[songs] += logits

    def _tempered(self) -> Tensor:
        """The logits at the temperature, each group moved to expect as many notes as at 1 would follow."""
        if self.temperature == 1:
            return self.logits
        rounds = {} if self.shift is None else {"rounds": 1}  # a note changes little: one round from where it was
        self.shift = shifted(self.logits, self.temperature, self.shift, **rounds)
        return self.logits / self.temperature + self.shift
