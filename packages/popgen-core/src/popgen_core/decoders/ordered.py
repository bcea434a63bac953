"""ordered.v1: the notes of a frame are drawn one after another, each given those before it, so that they fit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

import torch
from pydantic import Field
from torch import Generator, Tensor, nn
from torch.nn import functional

from popgen_core.contracts.sizes import Sizes
from popgen_core.contracts.tensors import Constraints, Frame, Inputs, Prediction, Rates, RhythmValues, Sampling, Target
from popgen_core.decoders.begun import going_on
from popgen_core.decoders.heads import at_onsets, everywhere, within_ranges
from popgen_core.decoders.independent import RAREST
from popgen_core.decoders.jumps import Jumps
from popgen_core.decoders.known import Again, Harmony, decided, put_in, settled, struck
from popgen_core.decoders.manner import Manner

__all__ = ["Ordered"]

FIRST = ("drums", "bass", "chords", "guitar", "strings", "lead", "others")  # groups of other names come after these
SPREAD = 0.05  # of the gate's starting weights
# what controls say of single cells, where the model knows any of these
HINTS: dict[str, tuple[type[nn.Module], set[str]]] = {
    "again": (Again, {"recall"}),
    "harmony": (Harmony, {"key", "chord"}),
}


class Ordered(nn.Module):
    """The cells of a frame have an order: drums, bass, chords, guitar, strings, lead, others, then pitch upward.

    The logit of a cell's onset is `independent.v1`'s, plus what the notes before it in the frame add: each a number
    for each later cell (`pairs`), and, for the groups after its own, one that depends on the hidden vector (`heard`,
    `gate`, `tells`: gated low rank). Whether a note goes on depends on all onsets of the frame. The onsets' likelihood
    is exact and a sum of binary cross-entropies: the chain rule over cells in their order (conditional outputs of
    this kind: Boulanger-Lewandowski 2012; Larochelle and Murray 2011).
    """

    @dataclass(frozen=True)
    class Config:
        """Where training starts from, and how much the hidden vector says about notes that sound together."""

        bias: Annotated[
            Literal["zero", "corpus"],
            Field(description="starting note logits: zero (every cell at one half), or the corpus's rates"),
        ] = "corpus"
        rank: Annotated[
            int, Field(ge=0, le=1024, description="numbers by which a note speaks to later groups through the gate")
        ] = 64
        form: Annotated[
            Literal["dense", "events"],
            Field(description="velocity, length, offset: dense, one value each, or events, chances of classes"),
        ] = "dense"

    place: Tensor  # (cell,) when each cell is drawn
    before: Tensor  # (cell, cell) bool, [first, then]: drawn in that order
    earlier: Tensor  # the same, and of another group

    def __init__(self, config: Config, sizes: Sizes) -> None:
        super().__init__()
        self.config, self.form = config, config.form
        self.shape, cells = (len(sizes.roll.groups), sizes.roll.pitches), sizes.roll.cells
        self.onset_channel = sizes.roll.channels.index("onset")
        self.active_channel = sizes.roll.channels.index("active")
        self.channels = sizes.roll.channels
        self._put_in_order(drawing_places(sizes.roll.groups, sizes.roll.pitches))
        self.heads = nn.Linear(sizes.width, 2 * cells)  # onset and active of each cell, nothing known of the others
        self.pairs = nn.Parameter(torch.zeros(cells, cells))  # [note, later cell]
        self.ends = nn.Parameter(torch.zeros(cells, cells))  # [note, cell that may go on]
        if config.rank:
            self.gate = nn.Linear(sizes.width, config.rank)
            self.heard = nn.Parameter(torch.randn(cells, config.rank) * SPREAD)
            self.tells = nn.Parameter(torch.zeros(cells, config.rank))
        known = {name for name, _ in sizes.controls.parts}
        self.hints = nn.ModuleDict({name: made(sizes) for name, (made, of) in HINTS.items() if of & known})
        if self.form == "events":
            self.manner = Manner(sizes)
        else:
            self.means = nn.Linear(sizes.width, 3 * cells)  # velocity, duration and offset of each cell

    def _put_in_order(self, place: Tensor) -> None:
        group = torch.arange(self.shape[0]).repeat_interleave(self.shape[1])
        before = place[:, None] < place
        self.register_buffer("place", place, persistent=False)
        self.register_buffer("before", before, persistent=False)
        self.register_buffer("earlier", before & (group[:, None] != group), persistent=False)

    def prime(self, rates: Rates) -> None:
        """Start the note logits at the corpus's rates, when the config says so."""
        if self.config.bias == "corpus":
            with torch.no_grad():
                bias = self.heads.bias.view(2, *self.shape)
                for head, rate in zip(bias, (rates.onset, rates.active), strict=True):
                    head.copy_(rate.clamp(RAREST, 1 - RAREST).logit())

    def forward(self, hidden: Tensor, target: Target | None = None, inputs: Inputs | None = None) -> Prediction:
        """hidden (batch, frame, width) and the target -> logits (batch, frame, group, pitch), and rhythm.

        Each onset's logit is given the target's onsets before it in the frame, each active's all of them; without a
        target they are given silence.
        """
        onset, active = self._alone(hidden, inputs)
        if target is None:
            return Prediction(*self._settled(onset, active, inputs), self._means(hidden))
        batch, frame, group, pitch = _sounding(target, inputs)
        at, note = batch * hidden.shape[1] + frame, group * self.shape[1] + pitch  # (event,)
        if self.config.rank:
            onset = onset + self._gated(self.gate(hidden), at, note, group).view_as(onset)
        onset = onset + _added(self.pairs * self.before, note, at, onset)
        active = active + _added(self.ends, note, at, active)
        rhythm = (
            self.manner(hidden, target, self.place, _newest(inputs))
            if self.form == "events"
            else self._means(hidden, target)
        )
        return Prediction(*self._settled(onset, active, inputs), rhythm)

    def _alone(self, hidden: Tensor, inputs: Inputs | None) -> tuple[Tensor, Tensor]:
        """hidden (batch, frame, width) -> logits of onset and active as if no cell of the frame sounded."""
        onset, active = (everywhere(hidden, *self._head(self.heads, number)) for number in (0, 1))
        for hint in self.hints.values():
            added = hint(hidden, inputs) if inputs is not None else None
            if added is not None:
                onset, active = onset + added[0], active + added[1]
        return onset, active

    def _settled(self, onset: Tensor, active: Tensor, inputs: Inputs | None) -> tuple[Tensor, Tensor]:
        """The logits where those of given groups say for certain what is given."""
        return settled(onset, inputs, self.onset_channel), settled(active, inputs, self.active_channel)

    def _means(self, hidden: Tensor, target: Target | None = None) -> RhythmValues:
        """One value each: of every cell without a target, else of its onsets."""
        if self.form == "events":
            raise ValueError("chances of classes are those of onsets: a target is needed")
        heads = [self._head(self.means, number) for number in range(3)]
        if target is None:
            return RhythmValues(*(everywhere(hidden, *head) for head in heads))
        return RhythmValues(*(at_onsets(target.where, hidden, *head) for head in heads))

    def _head(self, heads: nn.Linear, number: int) -> tuple[Tensor, Tensor]:
        """One of several heads: weight (group, pitch, width), bias (group, pitch)."""
        weights = heads.weight.view(-1, *self.shape, heads.weight.shape[1])
        return weights[number], heads.bias.view(-1, *self.shape)[number]

    def _gated(self, gate: Tensor, at: Tensor, note: Tensor, group: Tensor) -> Tensor:
        """gate (batch, frame, rank) -> what notes add to later groups, (batch x frame, group, pitch)."""
        frames, rank = gate.shape[0] * gate.shape[1], self.config.rank
        said = gate.new_zeros(frames * self.shape[0], rank)
        said = said.index_add(0, at * self.shape[0] + group, functional.embedding(note, self.heard).to(said.dtype))
        earlier = self.earlier[:: self.shape[1], :: self.shape[1]].T.to(said.dtype)  # (group, group before it)
        known = earlier @ said.view(frames, self.shape[0], rank)  # (frame, group, rank)   what earlier groups said
        known = known * gate.view(frames, 1, rank)
        tells = self.tells.view(self.shape[0], self.shape[1], rank)
        return torch.einsum("fgr,gpr->fgp", known, tells.to(known.dtype))

    def sample(
        self, hidden: Tensor, inputs: Inputs, constraints: Constraints, settings: Sampling, generator: Generator
    ) -> Frame:
        """hidden (batch, width) and this frame's Inputs -> one drawn frame, (batch, group, pitch) each.

        One uniform number a cell decides it; the cells between two notes are never looked at one by one.
        """
        logits, goes_on = (each[:, 0].float() for each in self._alone(hidden[:, None], inputs))
        gate = self.gate(hidden) if self.config.rank else hidden  # (batch, rank)
        logits, certain = decided(logits, inputs, self.onset_channel)
        jumps, rounds = Jumps(logits, constraints, self.place, settings, generator, certain), []
        for songs, cells in jumps:
            jumps.add(self._said(cells, gate[songs]).view(-1, *self.shape))
            rounds.append((songs, cells))
        if rounds:
            songs, cells = (torch.cat(each) for each in zip(*rounds, strict=True))  # (note,)
            goes_on = goes_on.index_add(0, songs, self.ends[cells].view(-1, *self.shape))
        before = inputs.past[:, -1, :, self.active_channel] > 0.5  # (batch, group, pitch)
        goes_on, certain = decided(goes_on, inputs, self.active_channel)
        active = going_on(goes_on, jumps.onset, before, constraints, settings, generator, certain)
        active = put_in(active, inputs, self.active_channel)
        if self.form == "dense":
            rhythm = within_ranges(self._means(hidden[:, None]))
        else:
            written = (
                rounds if inputs.kept is None else _free(rounds, (inputs.kept[:, 0, :, None] > 0.5).expand_as(before))
            )
            newest = None if inputs.newest is None else inputs.newest[:, 0]
            rhythm = self.manner.sample(hidden, written, before.shape, generator, newest, settings.touch)
        return Frame(jumps.onset, active, struck(rhythm, inputs, self.channels))

    def _said(self, cells: Tensor, gate: Tensor) -> Tensor:
        """What one note each, `cells` (song,), adds to the logits of the cells after it -> (song, cell)."""
        added = self.pairs[cells] * self.before[cells]
        if self.config.rank:
            added = added + (self.heard[cells] * gate) @ self.tells.T * self.earlier[cells]
        return added


def drawing_places(groups: tuple[str, ...], pitches: int) -> Tensor:
    """Groups and how many pitches each has -> (cell,) the place of each cell in the order in which a frame is drawn."""
    named = sorted(range(len(groups)), key=lambda n: FIRST.index(groups[n]) if groups[n] in FIRST else len(FIRST))
    turn = torch.empty(len(groups), dtype=torch.int64)
    turn[torch.tensor(named)] = torch.arange(len(groups))
    return (turn[:, None] * pitches + torch.arange(pitches)).flatten()


def _sounding(target: Target, inputs: Inputs | None) -> tuple[Tensor, ...]:
    """Where notes begin, given ones too, of which a target asks nothing: four (event,) index tensors."""
    nothing_given = inputs is None or inputs.given is None
    return target.where if nothing_given else target.onset.nonzero(as_tuple=True)


def _newest(inputs: Inputs | None) -> Tensor | None:
    return None if inputs is None else inputs.newest


def _free(rounds: Sequence[tuple[Tensor, Tensor]], kept: Tensor) -> list[tuple[Tensor, Tensor]]:
    """Notes as rounds of songs (song,) and cells (song,), without those of kept (batch, group, pitch) bool: how these
    are played is not drawn, as in training nobody asks it."""
    free = ~kept.flatten(1)
    return [(songs[free[songs, cells]], cells[free[songs, cells]]) for songs, cells in rounds]


def _added(table: Tensor, note: Tensor, at: Tensor, like: Tensor) -> Tensor:
    """Rows of a table (cell, cell) of the notes, summed frame by frame -> (batch, frame, group, pitch)."""
    sums = like.new_zeros(like.shape[0] * like.shape[1], table.shape[1])
    return sums.index_add(0, at, functional.embedding(note, table).to(like.dtype)).view_as(like)
