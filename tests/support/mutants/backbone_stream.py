"""Backbones whose streams are not what their whole is, or cannot go on."""

from __future__ import annotations

from typing import Any

import torch
from sound_parts import Recurrent
from torch import Tensor

from mutants.backbone_sound import Sound
from popgen_core.contracts.sizes import Sizes


class CacheForgetsTheFirst(Sound):
    def step(self, x: Tensor, cache: Any) -> tuple[Tensor, Any]:
        row, cache = super().step(x, cache)
        return row, cache[:, 1:] if cache.shape[1] == 5 else cache


class StepHearsItsFrameAlone(Sound):
    def step(self, x: Tensor, cache: Any) -> tuple[Tensor, Any]:
        _, cache = super().step(x, cache)
        return self.forward(x[:, None])[:, 0], cache


class KeepsOneLess(Sound):
    def step(self, x: Tensor, cache: Any) -> tuple[Tensor, Any]:
        return super().step(x, cache[:, -self.keep + 1 :] if cache.shape[1] == self.window else cache)


class EndsAtItsWindow(Sound):
    def step(self, x: Tensor, cache: Any) -> tuple[Tensor, Any]:
        heard = torch.cat([cache, x[:, None]], dim=1)
        return self.forward(heard)[:, -1], heard


class Unsaid(Sound):
    """Goes on from its newest frames, but does not say from how many."""

    def __init__(self, config: Any, sizes: Sizes) -> None:
        super().__init__(config, sizes)
        self.kept = self.keep
        del self.keep

    def step(self, x: Tensor, cache: Any) -> tuple[Tensor, Any]:
        kept = cache[:, -self.kept :] if cache.shape[1] == self.window else cache
        heard = torch.cat([kept, x[:, None]], dim=1)
        return self.forward(heard)[:, -1], heard


class RecurrentForgetsAtItsWindow(Recurrent):
    def start(self, batch: int) -> Any:
        return super().start(batch), 0

    def step(self, x: Tensor, cache: Any) -> tuple[Tensor, Any]:
        state, heard = cache
        row, state = super().step(x, 0 * state if heard == self.window else state)
        return row, (state, heard + 1)


class NoNumbersBeyond(Sound):
    def step(self, x: Tensor, cache: Any) -> tuple[Tensor, Any]:
        row, after = super().step(x, cache)
        return (row / 0 if cache.shape[1] == self.window else row), after


class SongsMix(Sound):
    def forward(self, x: Tensor) -> Tensor:
        x = super().forward(x)
        return x + x.mean(dim=0, keepdim=True)


class StreamedSongsMix(Sound):
    def step(self, x: Tensor, cache: Any) -> tuple[Tensor, Any]:
        row, cache = super().step(x, cache)
        return row, cache.flip(0)


class RemembersInItself(Sound):
    def start(self, batch: int) -> Any:
        self.cache = super().start(batch)

    def step(self, x: Tensor, cache: Any) -> tuple[Tensor, Any]:
        row, self.cache = super().step(x, self.cache)
        return row, None


class LargeBatchesMix(Sound):
    def forward(self, x: Tensor) -> Tensor:
        made = super().forward(x)
        return made + made.roll(1, 0) if len(x) > 3 else made


class ForgetsAfter300Frames(Recurrent):
    def start(self, batch: int) -> Any:
        return super().start(batch), 0

    def step(self, x: Tensor, cache: Any) -> tuple[Tensor, Any]:
        row, state = super().step(x, cache[0])
        return row, (state if (cache[1] + 1) % 300 else 0 * state, cache[1] + 1)


class LeaksInLongWindows(Recurrent):
    def forward(self, x: Tensor) -> Tensor:
        made = super().forward(x)
        return made + made.mean(1, keepdim=True) if x.shape[1] > 200 else made


class Says(Sound):
    def step(self, x: Tensor, cache: Any) -> tuple[Tensor, Any]:
        print(x.shape)
        return super().step(x, cache)


class Reseeds(Sound):
    def forward(self, x: Tensor) -> Tensor:
        torch.manual_seed(0)
        return super().forward(x)


class KeepsEveryFrame(Sound):
    def start(self, batch: int) -> Any:
        return super().start(batch), []

    def step(self, x: Tensor, cache: Any) -> tuple[Tensor, Any]:
        near, far = cache
        row, near = super().step(x, near)
        return row, (near, [*far, x])
