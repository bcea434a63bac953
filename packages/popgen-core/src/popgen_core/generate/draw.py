"""Drawing songs frame by frame: each frame is sampled given all before it, and becomes an input of the next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import compress
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from popgen_core.contracts.tensors import Constraints, Frame, Inputs, RhythmValues, Target
from popgen_core.generate.cues import Conductor, Cue
from popgen_core.generate.played import PlayedSoFar, fitted_length
from popgen_core.generate.remembered import Remembered
from popgen_core.model import Model, as_past
from popgen_core.music.roll import EVENT

__all__ = ["DrawnNotes", "draw_frames"]


@torch.inference_mode()
def draw_frames(model: Model, conductors: Sequence[Conductor], seed: int, first: int = 0) -> Iterator[Frame]:
    """One Frame (song, ...) for each cue of the conductors, one a song, from frame `first` on, drawn after silence with
    one generator seeded by `seed`; each hears those before it. Ends where the last song does: the model is told the
    last cue of one that ended sooner again, and its conductor hears no more."""
    device, channels, batch = next(model.parameters()).device, model.sizes.roll.channels, len(conductors)
    generator = torch.Generator(device=device).manual_seed(seed)
    stream, past = model.start(batch), model.silence(batch).past  # (batch, 1, group, channel, pitch)
    remembered = [Remembered(channels.index("onset"), channels.index("active")) for _ in conductors]
    played = _played_before(first, conductors, model) if model.remembers else None
    number, told = first, list[Cue]()
    while any(cues := [conductor.cue(number) for conductor in conductors]):
        told = [cue or told[song] for song, cue in enumerate(cues)]
        inputs = _inputs(told, past, remembered)
        if played is not None:
            echo = played.echo(number, [cue.lags for cue in told])
            inputs = replace(inputs, echo=echo, newest=played.newest[:, None].clone())
        hidden = model.step(inputs, stream)  # (batch, width)
        if told[0].forced is not None:
            frame = _forced(told, channels)
        else:
            must = _held(_together(told), told, inputs.recall, channels.index("onset"))
            frame = model.decoder.sample(hidden, inputs, must, told[0].settings, generator)
        if told[0].judged:
            nats = surprise(model.decoder, hidden, inputs, frame).tolist()
            for conductor, each in compress(zip(conductors, nats, strict=True), cues):
                conductor.judged(each)
        past = as_past(frame, channels)
        if played is not None:
            seconds = [cue.seconds for cue in told] if told[0].forced is None else None
            played.hear(number, frame, seconds, _given_groups(told))
        for song, conductor in compress(enumerate(conductors), cues):
            conductor.heard(number, frame, song)
            if conductor.recalls:
                remembered[song].add(number, past[song, 0])
        yield frame
        number += 1


def _inputs(cues: Sequence[Cue], past: Tensor, remembered: Sequence[Remembered]) -> Inputs:
    """The cues of a frame as the model takes them, (batch, 1, ...) each."""
    recall = None
    if any(cue.recall is not None for cue in cues):
        recall = torch.zeros_like(past)
        for song, cue in enumerate(cues):
            if cue.recall is not None:
                recall[song, 0] = remembered[song].again(cue.recall, cue.anew, past[song, 0])
    return Inputs(
        past=past,
        controls=torch.stack([cue.controls for cue in cues])[:, None],
        recall=recall,
        given=_stacked([cue.given for cue in cues]),
        kept=_stacked([cue.kept for cue in cues]),
    )


def _together(cues: Sequence[Cue]) -> Constraints:
    """What must hold in a frame: the same for all songs, or with a row for each."""
    each = [cue.constraints for cue in cues]
    if all(one is each[0] for one in each):
        return each[0]
    shape = each[0].playable.shape[-2:]
    return Constraints(
        playable=torch.stack([one.playable.expand(shape) for one in each]),
        lean=_rows([one.lean for one in each], shape, 0.0),
        most=each[0].most,
        hold=_rows([one.hold for one in each], shape, False),
        begin=_rows([one.begin for one in each], torch.Size(), False),
    )


def _held(must: Constraints, cues: Sequence[Cue], recall: Tensor | None, onset: int) -> Constraints:
    """The constraints with a lean towards what comes back: towards its notes, and away from all others."""
    if recall is None or not any(cue.held for cue in cues):
        return must
    firmly = recall.new_tensor([0.0 if cue.recall is None else cue.held for cue in cues])  # (song,)
    lean = firmly[:, None, None] * (2.0 * (recall[:, 0, :, onset] > 0) - 1.0)  # (song, group, pitch)
    return replace(must, lean=lean if must.lean is None else must.lean + lean)


def _rows(values: Sequence[Tensor | None], shape: torch.Size, empty: float | bool) -> Tensor | None:
    """(song, *shape): a row for each song, `empty` where it says nothing; None where no song does."""
    there = next((value for value in values if value is not None), None)
    if there is None:
        return None
    rows = [there.new_full(shape, empty) if value is None else value.reshape(shape) for value in values]
    return torch.stack(rows)


def _played_before(first: int, conductors: Sequence[Conductor], model: Model) -> PlayedSoFar:
    """What has been played when frame `first` is drawn: all that stands before it."""
    played = PlayedSoFar(len(conductors), model.sizes, next(model.parameters()).device)
    for number in range(first):
        stood = [conductor.stood(number) for conductor in conductors]
        rows = _stacked([None if each is None else each[0] for each in stood])
        manner = _stacked([None if each is None else each[1] for each in stood])
        if rows is not None and manner is not None:
            played.hear(number, _standing(rows, manner, model.sizes.roll.channels))
    return played


def _given_groups(cues: Sequence[Cue]) -> Tensor | None:
    """(batch, group) bool: groups of which notes of this frame are given, so that it is not known how they are played;
    None: of no group."""
    if cues[0].forced is not None and cues[0].manner is None:
        return torch.ones(len(cues), len(cues[0].forced), dtype=torch.bool, device=cues[0].forced.device)
    kept = _stacked([cue.kept for cue in cues])
    return None if kept is None else kept[:, 0] > 0.5


def _stacked(values: Sequence[Tensor | None]) -> Tensor | None:
    there = [value for value in values if value is not None]
    return torch.stack(there) if there else None


def _forced(cues: Sequence[Cue], channels: tuple[str, ...]) -> Frame:
    """Frames that are not drawn, as they stand."""
    rows = torch.stack([cue.forced for cue in cues if cue.forced is not None])  # (batch, group, channel, pitch)
    manner = _stacked([cue.manner for cue in cues])
    return _standing(rows, torch.zeros_like(rows[:, :, :2]) if manner is None else manner, channels)


def _standing(rows: Tensor, manner: Tensor, channels: tuple[str, ...]) -> Frame:
    """A frame of rows (batch, group, channel, pitch) and manner (batch, group, 2, pitch)."""
    told = {name: rows[:, :, number] for number, name in enumerate(channels)}
    rhythm = RhythmValues(told["velocity"], manner[:, :, 0], manner[:, :, 1])
    return Frame(told["onset"] > 0, told["active"] > 0, rhythm)


def surprise(decoder: Any, hidden: Tensor, inputs: Inputs, frame: Frame) -> Tensor:
    """How unlikely the onsets of a frame are, given that those of given groups are given -> nats (batch,).

    hidden (batch, width) and the frame's Inputs (batch, 1, ...); at temperature 1, without any constraint.
    """
    onset, active = frame.onset[:, None].float(), frame.active[:, None].float()
    song, one, group, pitch = onset.nonzero(as_tuple=True)
    rhythm = RhythmValues(*(value[song, group, pitch] for value in vars(frame.rhythm).values()))
    target = Target(onset, active, torch.ones_like(onset[:, :, 0, 0]), (song, one, group, pitch), rhythm)
    logits = decoder(hidden[:, None], target, inputs).onset.float()
    return functional.binary_cross_entropy_with_logits(logits, onset, reduction="none").sum((1, 2, 3))


@dataclass
class Sounding:
    """A note that has begun and not ended: its first frame and the values drawn with it."""

    frame: int
    velocity: float
    seconds: float
    offset: float


class DrawnNotes:
    """Collects drawn frames into notes: a note sounds while its cell is active, and the duration drawn at its
    onset places its end within the half frame either way that a roll rounds to the same last frame.

    `seconds` (frame,) of each song: how long its frames last; behind them nothing begins and nothing sounds on."""

    def __init__(self, seconds: Sequence[Sequence[float] | NDArray[np.float64]], first: int = 0) -> None:
        self.seconds, self.ends = seconds, np.array([len(each) for each in seconds])
        self.sounding: list[dict[tuple[int, int], Sounding]] = [{} for _ in seconds]
        self.events: list[list[tuple[Any, ...]]] = [[] for _ in seconds]
        self.frames = first  # number of the next frame

    def add(self, frame: Frame) -> None:
        """Take in the next frame of every song."""
        goes_on = (self.frames < self.ends)[:, None, None]
        onset, active = frame.onset.numpy() & goes_on, frame.active.numpy() & goes_on  # (song, group, pitch)
        for song, notes in enumerate(self.sounding):
            for cell in [cell for cell in notes if onset[song][cell] or not active[song][cell]]:
                self._end(song, cell)
        begun = onset.nonzero()
        velocity, duration, offset = (
            getattr(frame.rhythm, name).numpy()[begun].astype(np.float64) for name in ("velocity", "duration", "offset")
        )
        columns = (*begun, velocity, np.expm1(duration), offset)
        for song, group, pitch, *values in zip(*(column.tolist() for column in columns), strict=True):
            self.sounding[song][group, pitch] = Sounding(self.frames, *values)
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
        length = float(self.seconds[song][note.frame])
        seconds = fitted_length(note.seconds, note.offset, self.frames - note.frame, length)
        self.events[song].append((note.frame, self.frames - 1, *cell, note.velocity, seconds, note.offset))
