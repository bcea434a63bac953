"""Windows of songs for training: tiles of each song with real left context, augmented, as dense batches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from popgen_core.analysis.position import position_controls
from popgen_core.contracts.sizes import Sizes
from popgen_core.contracts.tensors import Inputs, RhythmValues, Target
from popgen_core.corpus.augment import AugmentConfig, augment
from popgen_core.music.roll import Roll, RollSpec
from popgen_core.music.song import Song

__all__ = ["TrainingSong", "Window", "Windows"]


@dataclass(frozen=True)
class TrainingSong:
    """A song on the recipe's grid, and where each of its frames stands: `controls` (frame, feature)."""

    name: str
    roll: Roll
    controls: NDArray[np.float32]
    frames_per_beat: float

    @classmethod
    def of(cls, name: str, song: Song, roll: Roll, window: int) -> TrainingSong:
        """Lay out the controls of a song, a window beyond its end."""
        controls = position_controls(song, roll.grid, 0, roll.frames + window)
        beats = song.end_tick / song.ticks_per_quarter
        return cls(name, roll, controls, roll.frames / max(beats, 1.0))


@dataclass(frozen=True)
class Window:
    """Which stretch of which song: song number and its first frame."""

    song: int
    start: int


class Windows:
    """All windows of a corpus. An epoch's order and its augmentations depend on (seed, epoch) alone."""

    def __init__(
        self,
        songs: Sequence[TrainingSong],
        sizes: Sizes,
        window: int,
        context: int,
        augment: AugmentConfig | None,
        drums: Sequence[str] = ("drums",),
    ) -> None:
        self.songs, self.sizes, self.window, self.context, self.augment = songs, sizes, window, context, augment
        self.drums = drums  # groups that a transposition leaves alone

    def tiles(self) -> list[Window]:
        """Every song cut into windows from its start; the last may reach beyond its end."""
        return [
            Window(number, start)
            for number, song in enumerate(self.songs)
            for start in range(0, max(song.roll.frames, 1), self.window)
        ]

    def epoch(self, seed: int, epoch: int, batch: int, skip: int = 0) -> Iterator[tuple[Inputs, Target]]:
        """The batches of one epoch in their seeded order, the first `skip` left out."""
        tiles = self.tiles()
        order = np.random.default_rng([seed, epoch]).permutation(len(tiles))
        for first in range(skip * batch, len(order), batch):
            chosen = [tiles[number] for number in order[first : first + batch]]
            yield self.batch(
                chosen, [np.random.default_rng([seed, epoch, int(n)]) for n in order[first : first + batch]]
            )

    def batch(
        self, windows: Sequence[Window], generators: Sequence[np.random.Generator] | None = None
    ) -> tuple[Inputs, Target]:
        """Windows as Inputs of context + window frames and a Target of window frames; augmented if generators given."""
        made = [
            self._one(window, generators[number] if generators is not None and self.augment else None)
            for number, window in enumerate(windows)
        ]
        rolls = torch.from_numpy(
            np.stack([roll for roll, _, _, _ in made])
        )  # (batch, 1+context+frame, group, channel, pitch)
        controls = torch.from_numpy(np.stack([rows for _, rows, _, _ in made]))
        mask = torch.from_numpy(np.stack([inside for _, _, inside, _ in made]))
        inputs = Inputs(past=rolls[:, :-1], controls=controls)
        written = rolls[:, self.context + 1 :]
        onset, active = (written[:, :, :, self.sizes.roll.channels.index(name)] for name in ("onset", "active"))
        where, rhythm = _values([events for _, _, _, events in made])
        return inputs, Target(onset, active, mask, where, rhythm)

    def _one(self, window: Window, generator: np.random.Generator | None) -> tuple[Any, Any, Any, Any]:
        """One window: its roll with context, controls, mask, and the onsets that it should write."""
        song, start = self.songs[window.song], window.start
        lead = self.context + 1
        if generator is not None and self.augment is not None:
            reach = round(self.augment.shift_beats * song.frames_per_beat)
            start = int(np.clip(start + generator.integers(-reach, reach + 1), 0, max(song.roll.frames - 1, 0)))
        events = song.roll.window(start - lead, start + self.window)
        if generator is not None and self.augment is not None:
            events = augment(events, self.augment, generator, self.sizes.roll, self.drums)
        roll = _channels(events, lead + self.window, self.sizes.roll)
        controls = np.zeros((self.context + self.window, self.sizes.controls.width), dtype=np.float32)
        known = song.controls[max(start - self.context, 0) : start + self.window]
        controls[max(self.context - start, 0) :][: len(known)] = known
        mask = (np.arange(start, start + self.window) < song.roll.frames).astype(np.float32)
        events["frame"] -= lead
        return roll, controls, mask, _loudest(events[(events["frame"] >= 0) & (events["frame"] < self.window)])


def _channels(events: NDArray[Any], frames: int, spec: RollSpec) -> NDArray[np.float32]:
    """Events whose frames count from 0 -> (frame, group, channel, pitch) float32 of onset, active, velocity."""
    roll = np.zeros((frames, len(spec.groups), len(spec.channels), spec.pitches), dtype=np.float32)
    at = {name: number for number, name in enumerate(spec.channels)}
    lengths = np.minimum(events["last"], frames - 1) - np.maximum(events["frame"], 0) + 1
    whose = np.repeat(np.arange(len(events)), np.maximum(lengths, 0))
    frame = (
        np.arange(len(whose)) - np.repeat(np.cumsum(lengths) - lengths, lengths) + np.maximum(events["frame"], 0)[whose]
    )
    roll[frame, events["group"][whose], at["active"], events["pitch"][whose]] = 1.0
    begun = _loudest(events[(events["frame"] >= 0) & (events["frame"] < frames)])
    cell = (begun["frame"], begun["group"])
    roll[*cell, at["onset"], begun["pitch"]] = 1.0
    roll[*cell, at["velocity"], begun["pitch"]] = begun["velocity"]
    return roll


def _loudest(events: NDArray[Any]) -> NDArray[Any]:
    """One event a cell: where onsets share one, the loudest."""
    order = np.lexsort((-events["velocity"], events["pitch"], events["group"], events["frame"]))
    events = events[order]
    same = np.zeros(len(events), dtype=bool)
    same[1:] = np.all([events[name][1:] == events[name][:-1] for name in ("frame", "group", "pitch")], axis=0)
    return events[~same]


def _values(batch: Sequence[NDArray[Any]]) -> tuple[tuple[Any, Any, Any, Any], RhythmValues]:
    """The onsets of each window as index tensors and rhythm values by event."""
    events = np.concatenate(batch)
    number = np.repeat(np.arange(len(batch)), [len(part) for part in batch])

    def index(values: NDArray[Any]) -> torch.Tensor:
        return torch.from_numpy(values.astype(np.int64))

    where = (index(number), index(events["frame"]), index(events["group"]), index(events["pitch"]))
    rhythm = RhythmValues(
        velocity=torch.from_numpy(events["velocity"].copy()),
        duration=torch.from_numpy(np.log1p(events["duration"])),
        offset=torch.from_numpy(events["offset"].copy()),
    )
    return where, rhythm
