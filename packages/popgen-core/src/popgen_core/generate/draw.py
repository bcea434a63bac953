"""Drawing songs frame by frame: each frame is sampled given all before it, and becomes an input of the next."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from popgen_core.contracts.tensors import Constraints, Frame, Inputs, Sampling
from popgen_core.model import Model, as_past
from popgen_core.music.roll import EVENT

__all__ = ["DrawnNotes", "draw_frames"]

SHORTEST = 0.1  # of a frame: no note is shorter


@torch.inference_mode()
def draw_frames(
    model: Model, controls: NDArray[np.float32], batch: int, constraints: Constraints, settings: Sampling, seed: int
) -> Iterator[Frame]:
    """controls (frame, feature) -> one Frame for each row, drawn from silence with one generator seeded by `seed`."""
    device = next(model.parameters()).device
    generator = torch.Generator(device=device).manual_seed(seed)
    stream = model.start(batch)
    past = model.silence(batch).past  # (batch, 1, group, channel, pitch)
    for row in torch.from_numpy(controls).to(device):
        inputs = Inputs(past, row.expand(batch, 1, -1))
        frame = model.decoder.sample(model.step(inputs, stream), inputs, constraints, settings, generator)
        past = as_past(frame, model.sizes.roll.channels)
        yield frame


@dataclass
class Sounding:
    """A note that has begun and not ended: its first frame and the values drawn with it."""

    frame: int
    velocity: float
    seconds: float
    offset: float


class DrawnNotes:
    """Collects drawn frames into notes: a note sounds while its cell is active, and the duration drawn at its
    onset places its end within the half frame either way that a roll rounds to the same last frame."""

    def __init__(self, batch: int, frame_seconds: Callable[[int], float]) -> None:
        self.frame_seconds = frame_seconds  # length of a frame in seconds
        self.sounding: list[dict[tuple[int, int], Sounding]] = [{} for _ in range(batch)]
        self.events: list[list[tuple[Any, ...]]] = [[] for _ in range(batch)]
        self.frames = 0

    def add(self, frame: Frame) -> None:
        """Take in the next frame of every song."""
        for song, notes in enumerate(self.sounding):
            active, onset = frame.active[song].numpy(), frame.onset[song].numpy()
            for cell in [cell for cell in notes if onset[cell] or not active[cell]]:
                self._end(song, cell)
            values = [getattr(frame.rhythm, name)[song].numpy() for name in ("velocity", "duration", "offset")]
            for group, pitch in zip(*np.nonzero(onset), strict=True):
                velocity, duration, offset = (float(value[group, pitch]) for value in values)
                notes[int(group), int(pitch)] = Sounding(self.frames, velocity, float(np.expm1(duration)), offset)
        self.frames += 1

    def finished(self) -> list[NDArray[Any]]:
        """End what still sounds -> for each song its EVENT rows, sorted."""
        for song, notes in enumerate(self.sounding):
            for cell in list(notes):
                self._end(song, cell)
        rolls = [np.array(events, dtype=EVENT) for events in self.events]
        return [roll[np.lexsort((roll["pitch"], roll["group"], roll["frame"]))] for roll in rolls]

    def _end(self, song: int, cell: tuple[int, int]) -> None:
        note = self.sounding[song].pop(cell)
        length = self.frame_seconds(note.frame)
        nearest_end = self.frames - note.frame - note.offset  # frames from onset to the end that its last frame rounds
        least = SHORTEST if self.frames == note.frame + 1 else nearest_end - 0.5
        most = nearest_end + 0.5
        seconds = min(max(note.seconds, least * length), most * length)
        self.events[song].append((note.frame, self.frames - 1, *cell, note.velocity, seconds, note.offset))
