"""Drawing the cells of a frame in their order by jumping from one that sounds to the next."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Generator, Tensor

from popgen_core.contracts.tensors import Constraints, Sampling
from popgen_core.decoders.begun import at_least_one, leaned, room_of
from popgen_core.decoders.tempering import only_likeliest, shifted, temperature_of

__all__ = ["Jumps"]


class Jumps:
    """Each cell has a uniform number and sounds where its chance is above it; a note changes the chances after it.

    So the first cell whose number lies below its chance is the next note: the cells before it are silent whatever
    comes later. As many rounds as notes and one more give what looking at every cell in turn would. Iterating hands
    out the next note of each song that has one, as songs (song,) and flat cells (song,), until none is left; between
    two rounds `add` says what those notes add to later logits. `onset` (batch, group, pitch) bool is what was drawn.

    What a cell's turn finds is the state after the last note before it: the temperature's shift and the likeliest
    cells (top-p) of its group, taken anew after each note from the logits of all cells of the group, those that had
    their turn included; and how many notes the group still has room for. `certain` (batch, group, pitch) bool are
    cells that sound whatever holds: they have their turn like others and are handed out, count against the room from
    the start, and belong to no group's expected notes.

    A song without another note is put aside: no song is drawn otherwise because others of its batch go on.
    """

    def __init__(
        self,
        logits: Tensor,
        constraints: Constraints,
        place: Tensor,
        settings: Sampling,
        generator: Generator,
        certain: Tensor | None = None,
    ) -> None:
        self.onset = torch.zeros_like(logits, dtype=torch.bool)
        self.songs = torch.arange(len(logits), device=logits.device)  # (song,) those that may have another note
        self.logits, self.certain = leaned(logits, constraints, certain), certain  # (song, group, pitch)
        self.room, self.begin = room_of(self.logits, constraints, certain), constraints.begin
        self.place, self.temperature = place.view(logits.shape[1:]), temperature_of(settings)
        self.top_p = settings.top_p
        drawn = torch.rand(logits.shape, generator=generator, device=logits.device, dtype=torch.float64)
        self.least = torch.logit(drawn).to(logits.dtype)  # the logit above which a cell sounds
        self.last = torch.full((len(logits), 1, 1), -1, device=logits.device)  # the place drawn last
        self.shift: Tensor | None = None

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        """The next note of every song that has one: which songs, and which cells."""
        cells, order = self.place.numel(), self.place.flatten().argsort()
        while True:
            sounds = self._sounding(order) & (self.place > self.last)
            following = self.place.where(sounds, cells).flatten(1).amin(1)  # (song,) place of the next note
            goes_on = following < cells
            if not goes_on.all():
                self._only(goes_on)
                following = following[goes_on]
            if not len(following):
                return
            found = order[following]
            self._take(found)
            self.last = following[:, None, None]
            yield self.songs, found

    def add(self, logits: Tensor) -> None:
        """Add to the logits of the songs that were handed out last, (song, group, pitch)."""
        self.logits = self.logits + logits

    def _only(self, songs: Tensor) -> None:
        """Go on with some of the songs alone, (song,) bool."""
        for name in ("songs", "logits", "least", "last", "certain", "room", "shift"):
            rows = getattr(self, name)
            if rows is not None:
                setattr(self, name, rows[songs])

    def _sounding(self, order: Tensor) -> Tensor:
        """Which cells sound if no note comes before them that is not drawn yet, (song, group, pitch) bool."""
        logits = self._tempered()
        if self.room is not None:
            logits = logits.masked_fill(self.room[..., None] <= 0, -torch.inf)
        if self.begin is not None:  # in the first round alone: after it no song is without a note
            logits = at_least_one(logits, self.begin, order, self.certain)
            self.begin = None
        sounds = logits > self.least
        return sounds if self.certain is None else sounds | self.certain

    def _take(self, found: Tensor) -> None:
        self.onset.flatten(1)[self.songs, found] = True
        if self.room is not None:
            rows = torch.arange(len(found), device=found.device)
            free = 1 if self.certain is None else (~self.certain.flatten(1)[rows, found]).long()
            self.room[rows, found // self.place.shape[1]] -= free

    def _tempered(self) -> Tensor:
        """The logits at the temperature, each group moved to expect as many notes as at 1 would follow; of the
        likeliest cells alone where the settings say so."""
        logits = self.logits
        if isinstance(self.temperature, Tensor) or self.temperature != 1:
            rounds = {} if self.shift is None else {"rounds": 1}  # a note changes little: one round from where it was
            self.shift = shifted(logits, self.temperature, self.shift, **rounds)
            logits = logits / self.temperature + self.shift
        return logits if self.top_p == 1 else only_likeliest(logits, self.top_p)
