"""A model frame by frame as plain eager PyTorch has it: what the speed of generation is measured against."""

from __future__ import annotations

import torch
from torch import Generator, Tensor
from torch.nn import functional

from popgen_core.contracts.tensors import Constraints, Frame, Inputs, Prediction, Sampling
from popgen_core.model import Model

__all__ = ["EagerStream", "eager_sample"]


class EagerStream:
    """The encoder over its last frames, and keys and values that grow by `torch.cat`; weights and laws of the model.

    When the cache holds a whole window it is computed anew from the newest inputs, as the backbone's law says.
    """

    def __init__(self, model: Model, batch: int) -> None:
        self.encoder, self.backbone, self.heads = model.encoder, model.backbone, model.backbone.config.heads
        self.recent = [model.silence(batch)] * model.context  # the last inputs of the encoder
        self.rows: list[Tensor] = []  # the backbone's inputs, (batch, 1, width) each
        self.caches: list[tuple[Tensor, Tensor]] = []  # of each layer keys and values (batch, head, frame, size)

    def step(self, inputs: Inputs) -> Tensor:
        """One frame of Inputs (batch, 1, ...) -> hidden (batch, width)."""
        self.recent = [*self.recent, inputs]
        past, controls = (torch.cat([getattr(each, name) for each in self.recent], 1) for name in ("past", "controls"))
        self.recent = self.recent[1:]
        row = self.encoder(Inputs(past, controls))[:, -1:]  # (batch, 1, width)
        if len(self.rows) == self.backbone.window:
            self.rows, self.caches = self.rows[-self.backbone.config.keep :], []
            self.heard(torch.cat(self.rows, 1), start=0)
        self.rows = [*self.rows, row]
        return self.heard(row, start=len(self.rows) - 1)[:, 0]

    def heard(self, x: Tensor, start: int) -> Tensor:
        """New frames x (batch, frame, width), the first at position `start` -> (batch, frame, width)."""
        x = x + self.backbone.positions[start : start + x.shape[1]]
        before, self.caches = self.caches, []
        for number, layer in enumerate(self.backbone.layers):
            made = layer.query_key_value(layer.before_attention(x)).view(*x.shape[:2], 3, self.heads, -1)
            query, key, value = made.permute(2, 0, 3, 1, 4)  # (batch, head, frame, size)
            if before:
                key, value = (torch.cat(pair, 2) for pair in zip(before[number], (key, value), strict=True))
            self.caches.append((key, value))
            mixed = functional.scaled_dot_product_attention(query, key, value, is_causal=not before)
            x = x + layer.dropout(layer.attended(mixed.transpose(1, 2).flatten(2)))
            x = x + layer.dropout(layer.narrow(functional.relu(layer.widen(layer.before_thought(x)))))
        return self.backbone.last_norm(x)  # type: ignore[no-any-return]


def eager_sample(
    model: Model, hidden: Tensor, inputs: Inputs, constraints: Constraints, settings: Sampling, generator: Generator
) -> Frame:
    """hidden (batch, width) -> one drawn frame of `independent.v1`: all heads over all cells, two coins each."""
    made: Prediction = model.decoder(hidden[:, None])
    onset, active = (
        torch.rand(logits.shape, generator=generator) < torch.sigmoid(logits / settings.temperature)
        for logits in (made.onset[:, 0], made.active[:, 0])
    )
    onset = onset & constraints.playable
    before = inputs.past[:, -1, :, model.sizes.roll.channels.index("active")] > 0.5
    rhythm = type(made.rhythm)(*(values[:, 0] for values in vars(made.rhythm).values()))
    return Frame(onset, onset | (active & before & constraints.playable), rhythm)
