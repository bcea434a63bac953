"""Components that keep their contracts in ways of their own: settings of odd types, notes that know of each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

import torch
from mutants.encoder_sound import Sound
from mutants.sorter import Sorter
from pydantic import Field
from torch import Tensor, nn

from popgen_core.contracts.sizes import Sizes
from popgen_core.contracts.tensors import Inputs
from popgen_core.decoders.ordered import Ordered
from popgen_core.music.song import Track


class ByWords(Sorter):
    """Tracks by words in their names; a setting that is a table of lists, and one that may be left out."""

    @dataclass(frozen=True)
    class Config:
        words: Annotated[Mapping[str, list[str]], Field(description="words in a track's name, by group")] = field(
            default_factory=dict
        )
        middle: Annotated[int, Field(ge=0, le=127, description="MIDI pitch, or none")] | None = None

    def place(self, track: Track) -> tuple[str | None, str]:
        if track.name in self.groups or track.is_drum:
            return super().place(track)
        for group, words in self.config.words.items():
            if any(word in track.name for word in words):
                return group, "by a word in its name"
        return ("low", "by no word") if self.config.middle is None else super().place(track)


class Attracts(Ordered):
    """Each note makes all later ones likelier."""

    strength = 1.0

    def __init__(self, config: Any, sizes: Any) -> None:
        super().__init__(config, sizes)
        nn.init.constant_(self.pairs, self.strength)


class OneNewNoteAGroup(Ordered):
    """After a note of a group no other of it may begin."""

    def __init__(self, config: Any, sizes: Any) -> None:
        super().__init__(config, sizes)
        group = torch.arange(len(self.pairs)) // sizes.roll.pitches
        with torch.no_grad():
            self.pairs.masked_fill_(group[:, None] == group, -1e3)


class FillsByATensor(Sound):
    """It fills by a tensor of one number, made on the CPU: a GPU takes it."""

    def rows(self, past: Tensor, inputs: Inputs) -> Tensor:
        x = super().rows(past, inputs)
        return x.masked_fill(x < -100, torch.tensor(-100.0))


class LeavesLayersOut(Sound):
    """In training each of six layers is left out in four steps of five."""

    def __init__(self, config: Any, sizes: Sizes) -> None:
        super().__init__(config, sizes)
        self.deeper = nn.ModuleList(nn.Linear(sizes.width, sizes.width) for _ in range(6))

    def rows(self, past: Tensor, inputs: Inputs) -> Tensor:
        x = super().rows(past, inputs)
        for layer in self.deeper:
            if not self.training or torch.rand(()) > 0.8:
                x = x + torch.relu(layer(x))
        return x
