"""How notes of one frame are played: velocity, length and offset as classes, each given the note drawn before it."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Generator, Tensor, nn
from torch.nn import functional

from popgen_core.contracts.classes import OFFSETS, SIZES, VELOCITIES, classes_of, parted, values_of
from popgen_core.contracts.sizes import Sizes
from popgen_core.contracts.tensors import RhythmValues, Target

__all__ = ["Manner"]


class Manner(nn.Module):
    """Logits of rhythm classes from the hidden vector, the note's cell, the other onsets of the frame, and the
    velocity and offset of the note drawn before it in the frame: notes struck together are struck alike."""

    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        width, cells = sizes.width, sizes.roll.cells
        self.pitches, self.width = sizes.roll.pitches, width
        self.hidden = nn.Linear(width, width)
        self.cell = nn.Parameter(torch.randn(cells, width) * 0.1)  # what it is
        self.beside = nn.Parameter(torch.zeros(cells, width))  # what it says to the other onsets of its frame
        self.loudness = nn.Parameter(torch.zeros(VELOCITIES, width))  # what its velocity says to the next note
        self.timing = nn.Parameter(torch.zeros(OFFSETS, width))  # and its offset
        self.first = nn.Parameter(torch.zeros(width))  # where there is none before
        self.classes = nn.Linear(width, sum(SIZES))

    def forward(self, hidden: Tensor, target: Target, place: Tensor) -> RhythmValues:
        """hidden (batch, frame, width), the target, place (cell,) in drawing order -> logits (event, class) each."""
        batch, frame, group, pitch = target.where
        at, note = batch * hidden.shape[1] + frame, group * self.pitches + pitch  # (event,)
        frames = hidden.shape[0] * hidden.shape[1]
        beside = hidden.new_zeros(frames, self.width)
        beside = beside.index_add(0, at, functional.embedding(note, self.beside).to(beside.dtype))
        known = self.hidden(functional.embedding(at, hidden.flatten(0, 1))) + functional.embedding(at, beside)
        return parted(self._made(known, note, self._before(target, at, place[note])))

    def _before(self, target: Target, at: Tensor, place: Tensor) -> Tensor:
        """What the note drawn before each one in its frame says -> (event, width)."""
        order = (at * (int(place.max()) + 1 if len(place) else 1) + place).argsort()
        true = classes_of(target.rhythm)
        said = functional.embedding(true.velocity, self.loudness) + functional.embedding(true.offset, self.timing)
        in_order, frames = said[order], at[order]
        follows = torch.zeros_like(frames, dtype=torch.bool)
        follows[1:] = frames[1:] == frames[:-1]
        moved = torch.where(follows[:, None], in_order.roll(1, 0), self.first)
        return torch.empty_like(moved).index_copy(0, order, moved)

    def _made(self, known: Tensor, note: Tensor, before: Tensor) -> Tensor:
        return self.classes(functional.gelu(known + functional.embedding(note, self.cell) + before))  # type: ignore[no-any-return]

    def sample(
        self, hidden: Tensor, rounds: Sequence[tuple[Tensor, Tensor]], shape: torch.Size, generator: Generator
    ) -> RhythmValues:
        """hidden (batch, width), the notes drawn as rounds of songs (song,) and cells (song,) -> values (*shape), drawn
        note by note from the classes' chances; 0 where no note is. `shape` is (batch, group, pitch)."""
        known = self.hidden(hidden)
        for songs, cells in rounds:
            known[songs] += self.beside[cells]
        before = self.first.expand_as(known).clone()
        made = [torch.zeros(shape, device=hidden.device).flatten(1) for _ in SIZES]
        for songs, cells in rounds:
            logits = parted(self._made(known[songs], cells, before[songs]).float())
            drawn = RhythmValues(*(_drawn(each, generator) for each in vars(logits).values()))
            before[songs] = self.loudness[drawn.velocity] + self.timing[drawn.offset]
            for values, value in zip(made, vars(values_of(drawn)).values(), strict=True):
                values[songs, cells] = value
        return RhythmValues(*(values.view(shape) for values in made))


def _drawn(logits: Tensor, generator: Generator) -> Tensor:
    """One class a row of logits (song, class) -> (song,), drawn by its chance."""
    chances = logits.softmax(-1).cumsum(-1)
    number = torch.rand(len(logits), 1, generator=generator, device=logits.device) * chances[:, -1:]
    return torch.searchsorted(chances, number)[:, 0].clamp(max=logits.shape[-1] - 1)
