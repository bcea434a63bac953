"""A model: encoder, backbone and decoder one after another, over whole windows or frame by frame."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Generator, Tensor, nn

from popgen_core.assemble import Parts
from popgen_core.contracts.tensors import Constraints, Frame, Inputs, Prediction, Sampling, Target

__all__ = ["Model", "Stream", "as_past"]


@dataclass
class Stream:
    """What a model remembers of songs that it writes frame by frame."""

    encoder: Any
    backbone: Any


def as_past(frame: Frame, channels: tuple[str, ...]) -> Tensor:
    """A drawn frame as the next frame's `past` (batch, 1, group, channel, pitch): velocity stands at onsets."""
    made = {"onset": frame.onset, "active": frame.active, "velocity": frame.rhythm.velocity * frame.onset}
    return torch.stack([made[name].float() for name in channels], dim=2)[:, None]


class Model(nn.Module):
    """The walk of the paper's figure 1. Everything streamed is in eval mode and equals the whole window."""

    def __init__(self, parts: Parts) -> None:
        super().__init__()
        self.sizes = parts.sizes
        self.encoder, self.backbone, self.decoder = parts.encoder, parts.backbone, parts.decoder

    @property
    def context(self) -> int:
        """Frames of real left context that a window brings before its first frame."""
        return int(self.encoder.context)

    @property
    def ahead(self) -> int:
        """Frames of given notes that a window brings behind its last frame."""
        return int(getattr(self.encoder, "ahead", 0))

    @property
    def remembers(self) -> bool:
        """Whether the decoder wants to know what was played a beat or some bars ago, and how notes were played."""
        return bool(getattr(self.decoder, "remembers", False))

    def forward(self, inputs: Inputs, target: Target | None = None) -> Prediction:
        """Inputs of context + frame frames, target of frame frames -> logits and rhythm of frame frames."""
        return self.decoder(self.hidden(inputs), target, inputs.since(self.context))  # type: ignore[no-any-return]

    def hidden(self, inputs: Inputs) -> Tensor:
        """Inputs of context + frame frames -> (batch, frame, width)."""
        x: Tensor = self.encoder(inputs)[:, self.context :]  # (batch, frame, width)   what sounds and where
        x = self.backbone(x)  # (batch, frame, width)   what came before
        return x

    def start(self, batch: int) -> Stream:
        """A stream of `batch` songs before their first frame: the encoder has heard its context of silence."""
        stream = Stream(self.encoder.start(batch), self.backbone.start(batch))
        for _ in range(self.context):
            _, stream.encoder = self.encoder.step(self.silence(batch), stream.encoder)
        return stream

    def step(self, inputs: Inputs, stream: Stream) -> Tensor:
        """One frame of Inputs (batch, 1, ...) -> hidden (batch, width); the stream moves on."""
        row, stream.encoder = self.encoder.step(inputs, stream.encoder)
        hidden, stream.backbone = self.backbone.step(row, stream.backbone)
        return hidden  # type: ignore[no-any-return]

    def silence(self, batch: int) -> Inputs:
        """One frame (batch, 1, ...) of silence before the song."""
        roll, like = self.sizes.roll, next(self.parameters())
        past = torch.zeros(batch, 1, len(roll.groups), len(roll.channels), roll.pitches, device=like.device)
        return Inputs(past, torch.zeros(batch, 1, self.sizes.controls.width, device=like.device))

    def drawn(self, inputs: Inputs, wanted: Tensor, generator: Generator) -> Frame:
        """What the model would write as the `wanted` (batch, frame) frames of a window, each given the true song
        before it -> as many frames (event, group, pitch), in order. Inputs as for `forward`; temperature 1."""
        hidden = self.hidden(inputs)[wanted].float()  # (event, width)
        frames = wanted.shape[1]
        each: dict[str, Any] = {
            name: None if value is None else value[:, self.context :][:, :frames][wanted][:, None]
            for name, value in vars(inputs).items()
        }  # (event, 1, ...)
        shape = inputs.past.shape
        everything = torch.ones(shape[2], shape[4], dtype=torch.bool, device=inputs.past.device)
        frame: Frame = self.decoder.sample(
            hidden, Inputs(**each), Constraints(everything), Sampling(temperature=1.0), generator
        )
        return frame
