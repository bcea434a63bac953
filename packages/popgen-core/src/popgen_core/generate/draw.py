"""Drawing songs frame by frame: each frame is sampled given all before it, and becomes an input of the next."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from popgen_core.contracts.tensors import Frame, Inputs, RhythmValues
from popgen_core.generate.cues import Conductor, Cue
from popgen_core.generate.remembered import Remembered
from popgen_core.model import Model, as_past
from popgen_core.music.roll import EVENT

__all__ = ["DrawnNotes", "draw_frames"]

SHORTEST = 0.1  # of a frame: no note is shorter


@torch.inference_mode()
def draw_frames(model: Model, conductor: Conductor, batch: int, seed: int, first: int = 0) -> Iterator[Frame]:
    """One Frame for each cue of the conductor, from frame `first` on, drawn after silence with one generator seeded by
    `seed`. Each frame hears those before it."""
    device, channels = next(model.parameters()).device, model.sizes.roll.channels
    generator = torch.Generator(device=device).manual_seed(seed)
    stream, past = model.start(batch), model.silence(batch).past  # (batch, 1, group, channel, pitch)
    remembered, number = Remembered(channels.index("onset"), channels.index("active")), first
    while (cue := conductor.cue(number)) is not None:
        inputs = _inputs(cue, past, remembered, batch)
        hidden = model.step(inputs, stream)  # (batch, width)
        if cue.whole:
            frame = given_frame(inputs, channels)
        else:
            frame = model.decoder.sample(hidden, inputs, cue.constraints, cue.settings, generator)
        past = as_past(frame, channels)
        conductor.heard(number, frame)
        if conductor.recalls:
            remembered.add(number, past)
        yield frame
        number += 1


def _inputs(cue: Cue, past: Tensor, remembered: Remembered, batch: int) -> Inputs:
    """A cue as the model takes it, for all songs of the batch."""
    return Inputs(
        past=past,
        controls=cue.controls.expand(batch, 1, -1),
        recall=None if cue.recall is None else remembered.again(cue.recall, cue.anew),
        given=None if cue.given is None else cue.given.expand(batch, *cue.given.shape),
        kept=None if cue.kept is None else cue.kept.expand(batch, *cue.kept.shape),
    )


def given_frame(inputs: Inputs, channels: tuple[str, ...]) -> Frame:
    """A frame of which everything is given: nothing is drawn; of its rhythm velocities alone are told."""
    assert inputs.given is not None
    told = {name: inputs.given[:, 0, :, number] for number, name in enumerate(channels)}
    nothing = torch.zeros_like(told["velocity"])
    return Frame(told["onset"] > 0, told["active"] > 0, RhythmValues(told["velocity"], nothing, nothing))


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

    def __init__(self, batch: int, frame_seconds: Callable[[int], float], first: int = 0) -> None:
        self.frame_seconds = frame_seconds  # length of a frame in seconds
        self.sounding: list[dict[tuple[int, int], Sounding]] = [{} for _ in range(batch)]
        self.events: list[list[tuple[Any, ...]]] = [[] for _ in range(batch)]
        self.frames = first  # number of the next frame

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
