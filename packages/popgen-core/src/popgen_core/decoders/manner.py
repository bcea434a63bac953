"""How notes of one frame are played: velocity, length and offset as classes, each given the note drawn before it."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Generator, Tensor, nn
from torch.nn import functional

from popgen_core.contracts.classes import OFFSETS, SIZES, VELOCITIES, classes_of, parted, values_of
from popgen_core.contracts.sizes import Sizes
from popgen_core.contracts.tensors import RhythmValues, Target

__all__ = ["Manner", "RememberingManner"]

MODELS = 3  # the newest note of the cell, of the group, and the one before in the frame


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

    def forward(self, hidden: Tensor, target: Target, place: Tensor, newest: Tensor | None = None) -> RhythmValues:
        """hidden (batch, frame, width), the target, place (cell,) in drawing order -> logits (event, class) each.
        `newest` as in Inputs."""
        batch, frame, group, pitch = target.where
        at, note = batch * hidden.shape[1] + frame, group * self.pitches + pitch  # (event,)
        frames = hidden.shape[0] * hidden.shape[1]
        beside = hidden.new_zeros(frames, self.width)
        beside = beside.index_add(0, at, functional.embedding(note, self.beside).to(beside.dtype))
        known = self.hidden(functional.embedding(at, hidden.flatten(0, 1))) + functional.embedding(at, beside)
        told = None if newest is None else newest[batch, frame, group].long()  # (event, value, pitch + 1)
        models = (
            None if told is None else torch.stack([_at(told, pitch), told[..., -1]], dim=1)
        )  # (event, which, value)
        return parted(self._made(known, note, self._before(target, at, place[note]), models))

    def _before(self, target: Target, at: Tensor, place: Tensor) -> Tensor:
        """How the note drawn before each one in its frame is played -> (event, value) classes + 1, 0 for none."""
        order = (at * (int(place.max()) + 1 if len(place) else 1) + place).argsort()
        true = torch.stack(list(vars(classes_of(target.rhythm)).values()), dim=1) + 1
        in_order, frames = true[order], at[order]
        follows = torch.zeros_like(frames, dtype=torch.bool)
        follows[1:] = frames[1:] == frames[:-1]
        moved = torch.where(follows[:, None], in_order.roll(1, 0), 0)
        return torch.empty_like(moved).index_copy(0, order, moved)

    def _made(self, known: Tensor, note: Tensor, before: Tensor, models: Tensor | None) -> Tensor:
        """Logits of all classes (event, class) from what is known (event, width) and how the note `before` is played,
        (event, value); this version does not know how `models`, the newest notes, were."""
        return self.classes(functional.gelu(known + functional.embedding(note, self.cell) + self._said(before)))  # type: ignore[no-any-return]

    def _said(self, before: Tensor) -> Tensor:
        """What the note before says, (event, value) -> (event, width)."""
        velocity, _, offset = (before - 1).clamp(min=0).unbind(1)
        said = functional.embedding(velocity, self.loudness) + functional.embedding(offset, self.timing)
        return torch.where(before[:, :1] > 0, said, self.first)

    def sample(
        self,
        hidden: Tensor,
        rounds: Sequence[tuple[Tensor, Tensor]],
        shape: torch.Size,
        generator: Generator,
        newest: Tensor | None = None,
        touch: float = 1.0,
    ) -> RhythmValues:
        """hidden (batch, width), the notes drawn as rounds of songs (song,) and cells (song,) -> values (*shape), drawn
        note by note from the classes' chances; 0 where no note is. `shape` is (batch, group, pitch); `newest` as in
        Inputs, of this frame: (batch, group, value, pitch + 1); `touch` as in Sampling."""
        made = [torch.zeros(shape, device=hidden.device) for _ in SIZES]
        if not rounds:
            return RhythmValues(*made)
        everyone, everything = (torch.cat(each) for each in zip(*rounds, strict=True))  # (note,)
        known = self.hidden(hidden).index_add(0, everyone, self.beside[everything])
        before, classes = torch.zeros(len(known), len(SIZES), dtype=torch.int64, device=known.device), []
        for songs, cells in rounds:
            models = None
            if newest is not None:
                told = newest[songs, cells // self.pitches].long()  # (note, value, pitch + 1)
                models = torch.stack([_at(told, cells % self.pitches), told[..., -1]], dim=1)  # (note, which, value)
            drawn_now = _drawn(self._made(known[songs], cells, before[songs], models) / touch, generator)
            before[songs] = torch.stack(drawn_now, dim=1) + 1
            classes.append(tuple(drawn_now))
        drawn = RhythmValues(*(torch.cat(each) for each in zip(*classes, strict=True)))  # (note,) each
        for values, value in zip(made, vars(values_of(drawn)).values(), strict=True):
            values.flatten(1)[everyone, everything] = value
        return RhythmValues(*made)


class RememberingManner(Manner):
    """As `Manner`, and each value may be that of a model: the newest note of the same cell, of the same group, or the
    note drawn before it in the frame. What models say enters as a vector each; and the class of each model's value
    gets a bonus of its own, as all that is known says."""

    def __init__(self, sizes: Sizes) -> None:
        super().__init__(sizes)
        self.models = nn.ParameterList(torch.zeros(MODELS - 1, size + 1, sizes.width) for size in SIZES)
        self.alike = nn.Linear(sizes.width, MODELS * len(SIZES))
        nn.init.zeros_(self.alike.weight)
        nn.init.zeros_(self.alike.bias)

    def _made(self, known: Tensor, note: Tensor, before: Tensor, models: Tensor | None) -> Tensor:
        known = known + functional.embedding(note, self.cell) + self._said(before)
        if models is not None:
            for value, of_value in enumerate(self.models):
                for which, said in enumerate(of_value):
                    known = known + functional.embedding(models[:, which, value], said)
        made = functional.gelu(known)
        logits: Tensor = self.classes(made)
        if models is None:
            return logits
        alike = torch.cat([models, before[:, None]], dim=1)  # (event, which, value)
        bonus = self.alike(made).view(-1, MODELS, len(SIZES)) * (alike > 0)
        start = torch.tensor([sum(SIZES[:value]) for value in range(len(SIZES))], device=alike.device)
        where = (alike - 1).clamp(min=0) + start  # (event, which, value)
        return logits.scatter_add(1, where.flatten(1), bonus.flatten(1).to(logits.dtype))


def _at(told: Tensor, pitch: Tensor) -> Tensor:
    """(note, value, pitch + 1) -> those of each note's own pitch, (note, value)."""
    return told.gather(2, pitch[:, None, None].expand(-1, told.shape[1], 1))[..., 0]


def _drawn(logits: Tensor, generator: Generator) -> list[Tensor]:
    """Logits of all classes (song, class) -> one class of each value, (song,) each, drawn by its chance: the class with
    the greatest sum of logit and Gumbel noise (Maddison et al. 2014, section 2)."""
    numbers = torch.rand(logits.shape, generator=generator, device=logits.device, dtype=torch.float64)
    noisy = logits - (-numbers.log()).log()
    return [each.argmax(-1) for each in vars(parted(noisy)).values()]
