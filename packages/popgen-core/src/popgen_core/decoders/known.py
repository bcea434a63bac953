"""What a decoder knows of a frame before it draws: notes that are given, and notes that come back."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor, nn

from popgen_core.contracts.sizes import Sizes
from popgen_core.contracts.tensors import Inputs, RhythmValues

__all__ = ["Again", "Harmony", "decided", "given_cells", "put_in", "settled", "struck"]

CERTAIN = 20.0  # logit of what is given: wrong once in 500 million


def given_cells(inputs: Inputs, channel: int, frames: int) -> tuple[Tensor, Tensor] | None:
    """The given notes' `channel` (batch, frame, group, pitch) bool, and whose they are (batch, frame, group, 1) bool;
    None where nothing is given."""
    if inputs.given is None or inputs.kept is None:
        return None
    return inputs.given[:, :frames, :, channel] > 0.5, inputs.kept[:, :frames, :, None] > 0.5


def settled(logits: Tensor, inputs: Inputs | None, channel: int) -> Tensor:
    """Logits (batch, frame, group, pitch) where those of given groups say for certain what is given."""
    known = given_cells(inputs, channel, logits.shape[1]) if inputs is not None else None
    if known is None:
        return logits
    sounds, kept = known
    return torch.where(kept, (2.0 * sounds.to(logits.dtype) - 1.0) * CERTAIN, logits)


def decided(logits: Tensor, inputs: Inputs, channel: int) -> tuple[Tensor, Tensor | None]:
    """Logits (batch, group, pitch) of one frame where given groups have no chance, and the cells that sound for
    certain; None where nothing is given."""
    known = given_cells(inputs, channel, 1)
    if known is None:
        return logits, None
    sounds, kept = (each[:, 0] for each in known)
    return logits.masked_fill(kept & ~sounds, -torch.inf), sounds & kept


def put_in(drawn: Tensor, inputs: Inputs, channel: int) -> Tensor:
    """Drawn cells (batch, group, pitch) bool of one frame, those of given groups as they are given."""
    known = given_cells(inputs, channel, 1)
    return drawn if known is None else torch.where(known[1][:, 0], known[0][:, 0], drawn)


def struck(rhythm: RhythmValues, inputs: Inputs, channels: tuple[str, ...]) -> RhythmValues:
    """Values of one frame (batch, group, pitch), the velocities of given groups as they are given; of their lengths and
    offsets a roll says nothing."""
    if inputs.given is None or inputs.kept is None or "velocity" not in channels:
        return rhythm
    given = inputs.given[:, 0, :, channels.index("velocity")].to(rhythm.velocity.dtype)  # (batch, group, pitch)
    return replace(rhythm, velocity=torch.where(inputs.kept[:, 0, :, None] > 0.5, given, rhythm.velocity))


class Again(nn.Module):
    """What a recalled bar adds to logits: for each group as much as the hidden vector trusts it, where the bar has a
    note and where it has none."""

    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        self.groups = len(sizes.roll.groups)
        self.channels = [sizes.roll.channels.index(name) for name in ("onset", "active")]
        self.flag = sizes.controls.features("recall").start  # 1 where a bar is recalled
        self.trust = nn.Linear(sizes.width, 4 * self.groups)
        nn.init.zeros_(self.trust.weight)
        nn.init.zeros_(self.trust.bias)

    def forward(self, hidden: Tensor, inputs: Inputs) -> tuple[Tensor, Tensor] | None:
        """hidden (batch, frame, width) -> what is added to onset and to active, (batch, frame, group, pitch) each."""
        if inputs.recall is None:
            return None
        trust = self.trust(hidden) * inputs.controls[..., self.flag, None].to(hidden.dtype)
        each = trust.view(*hidden.shape[:2], 2, 2, self.groups, 1)  # (batch, frame, head, yes or no, group, 1)
        made = []
        for head, channel in enumerate(self.channels):
            there = inputs.recall[:, :, :, channel].to(hidden.dtype)  # (batch, frame, group, pitch)
            made.append(each[:, :, head, 0] * there + each[:, :, head, 1] * (1.0 - there))
        return made[0], made[1]


class Harmony(nn.Module):
    """What key and chord say of each pitch: whether its class is a tone of the scale, the tonic, the chord's root or
    one of its tones; each group trusts each of these as far as the hidden vector says."""

    classes: Tensor

    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        self.groups, known = len(sizes.roll.groups), {name for name, _ in sizes.controls.parts}
        starts = [sizes.controls.features(name).start for name in ("key", "chord") if name in known]
        self.where = [slice(start + first, start + first + 12) for start in starts for first in (0, 12)]
        self.trust = nn.Linear(sizes.width, 2 * len(self.where) * self.groups)
        nn.init.zeros_(self.trust.weight)
        nn.init.zeros_(self.trust.bias)
        pitches = torch.arange(sizes.roll.lowest, sizes.roll.lowest + sizes.roll.pitches)
        self.register_buffer("classes", pitches % 12, persistent=False)

    def forward(self, hidden: Tensor, inputs: Inputs) -> tuple[Tensor, Tensor]:
        """hidden (batch, frame, width) -> what is added to onset and to active, (batch, frame, group, pitch) each."""
        told = torch.stack([inputs.controls[..., where] for where in self.where], dim=-2)  # (batch, frame, what, 12)
        fits = told[..., self.classes].to(hidden.dtype)  # (batch, frame, what, pitch)
        trust = self.trust(hidden).view(*hidden.shape[:2], 2, self.groups, len(self.where))
        made = torch.einsum("bfhgw,bfwp->bfhgp", trust, fits)
        return made[:, :, 0], made[:, :, 1]
