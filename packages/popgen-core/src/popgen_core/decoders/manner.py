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
        made = [torch.zeros(shape, device=hidden.device) for _ in SIZES]
        if not rounds:
            return RhythmValues(*made)
        everyone, everything = (torch.cat(each) for each in zip(*rounds, strict=True))  # (note,)
        known = self.hidden(hidden).index_add(0, everyone, self.beside[everything])
        before, classes = self.first.repeat(len(known), 1), []
        for songs, cells in rounds:
            velocity, duration, offset = _drawn(self._made(known[songs], cells, before[songs]), generator)
            before[songs] = self.loudness[velocity] + self.timing[offset]
            classes.append((velocity, duration, offset))
        drawn = RhythmValues(*(torch.cat(each) for each in zip(*classes, strict=True)))  # (note,) each
        for values, value in zip(made, vars(values_of(drawn)).values(), strict=True):
            values.flatten(1)[everyone, everything] = value
        return RhythmValues(*made)


def _drawn(logits: Tensor, generator: Generator) -> list[Tensor]:
    """Logits of all classes (song, class) -> one class of each value, (song,) each, drawn by its chance: the class with
    the greatest sum of logit and Gumbel noise (Maddison et al. 2014, section 2)."""
    numbers = torch.rand(logits.shape, generator=generator, device=logits.device, dtype=torch.float64)
    noisy = logits - (-numbers.log()).log()
    return [each.argmax(-1) for each in vars(parted(noisy)).values()]
