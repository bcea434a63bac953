"""Parts of a model that keep their contracts in ways of their own, which no check may take for a fault."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

import torch
from pydantic import Field
from torch import Tensor, nn

from popgen_core.contracts.sizes import Sizes
from popgen_core.contracts.tensors import Inputs
from popgen_core.errors import RecipeError


@dataclass(frozen=True)
class Window:
    window: Annotated[int, Field(ge=2, description="frames that it is trained with")] = 24


class Recurrent(nn.Module):
    """Gated recurrent: it forgets no frame, keeps none, and has no attention."""

    Config = Window

    def __init__(self, config: Window, sizes: Sizes) -> None:
        super().__init__()
        self.window = config.window
        self.memory = nn.GRU(sizes.width, sizes.width, batch_first=True)

    def forward(self, x: Tensor) -> Tensor:
        made: Tensor = self.memory(x)[0]
        return x + made

    def start(self, batch: int) -> Any:
        return next(self.parameters()).new_zeros(1, batch, self.memory.hidden_size)

    def step(self, x: Tensor, cache: Any) -> tuple[Tensor, Any]:
        made, cache = self.memory(x[:, None], cache)
        return x + made[:, 0], cache

    def attention(self, x: Tensor) -> Any:
        return None


class OfMultiplesOf32(Recurrent):
    def __init__(self, config: Any, sizes: Sizes) -> None:
        if sizes.width % 32:
            raise RecipeError(f"width {sizes.width} is no multiple of 32", hint="make it one")
        super().__init__(config, sizes)


class Averages(nn.Module):
    """The mean of all frames until now, by a sum that is never forgotten: no attention, no `keep`, sums in float64."""

    Config = Window

    def __init__(self, config: Window, sizes: Sizes) -> None:
        super().__init__()
        self.window = config.window
        self.heard = nn.Linear(sizes.width, sizes.width)
        nn.init.zeros_(self.heard.weight)  # it begins as if it were not there

    def forward(self, x: Tensor) -> Tensor:
        count = torch.arange(1, x.shape[1] + 1, device=x.device)[:, None]
        mean: Tensor = self.heard((x.double().cumsum(1) / count).to(x.dtype))
        return x + mean

    def start(self, batch: int) -> Any:
        return torch.zeros(batch, 1, dtype=torch.float64), 0

    def step(self, x: Tensor, cache: Any) -> tuple[Tensor, Any]:
        total, count = cache[0] + x, cache[1] + 1
        return x + self.heard((total / count).to(x.dtype)), (total, count)

    def attention(self, x: Tensor) -> Any:
        return None


class LooksUp(nn.Module):
    """The last frame by a table: no gradient flows to notes; rows of one size, so that their squares say nothing."""

    context = 0

    @dataclass(frozen=True)
    class Config:
        pass

    def __init__(self, config: Config, sizes: Sizes) -> None:
        super().__init__()
        cells = sizes.roll.cells * len(sizes.roll.channels)
        self.cells = nn.EmbeddingBag(cells + 1, sizes.width, mode="sum", padding_idx=cells)
        self.place = nn.Linear(sizes.controls.width, sizes.width)
        self.level = nn.LayerNorm(sizes.width, elementwise_affine=False)

    def forward(self, inputs: Inputs) -> Tensor:
        loud = inputs.past.flatten(2) > 0  # (batch, frame, cell)
        places = torch.arange(loud.shape[2], device=loud.device)
        which = torch.where(loud, places, loud.shape[2])
        heard = self.cells(which.flatten(0, 1)).view(*which.shape[:2], -1)
        rows: Tensor = self.level(heard + self.place(inputs.controls))
        return rows

    def start(self, batch: int) -> Any:
        return ()

    def step(self, inputs: Inputs, state: Any) -> tuple[Tensor, Any]:
        return self.forward(inputs)[:, 0], state


class Opens(nn.Module):
    """A batch-normed convolution behind a gate that begins at zero, and a table of its own for what comes back."""

    hears = ("recall",)
    context = 4

    @dataclass(frozen=True)
    class Config:
        pass

    def __init__(self, config: Config, sizes: Sizes) -> None:
        super().__init__()
        cells = sizes.roll.cells * len(sizes.roll.channels)
        self.tracks = nn.Conv1d(cells, 16, 5)
        self.norm = nn.BatchNorm1d(16)
        self.mix = nn.Linear(16, sizes.width)
        self.gate = nn.Parameter(torch.zeros(1))
        self.place = nn.Linear(sizes.controls.width, sizes.width)
        if "recall" in dict(sizes.controls.parts):
            self.again = nn.Linear(cells, sizes.width, bias=False)

    def forward(self, inputs: Inputs) -> Tensor:
        past = nn.functional.pad(inputs.past.flatten(2).transpose(1, 2), (self.context, 0))
        heard = torch.relu(self.norm(self.tracks(past))).transpose(1, 2)  # (batch, frame, 16)
        x: Tensor = self.gate * self.mix(heard) + self.place(inputs.controls)
        return x if inputs.recall is None else x + self.again(inputs.recall.flatten(2))

    def start(self, batch: int) -> Any:
        return []

    def step(self, inputs: Inputs, state: Any) -> tuple[Tensor, Any]:
        near = [*state, inputs][-self.context - 1 :]
        joined = Inputs(
            torch.cat([each.past for each in near], dim=1),
            torch.cat([each.controls for each in near], dim=1),
            None
            if inputs.recall is None
            else torch.cat([torch.zeros_like(inputs.past)] * (len(near) - 1) + [inputs.recall], 1),
        )
        return self.forward(joined)[:, -1], near
