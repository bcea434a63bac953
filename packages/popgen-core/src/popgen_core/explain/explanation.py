"""What is told of a song's notes: what the model heard, what it expected, and on what that hung. No torch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Alternative", "Column", "ExplainedNote", "Explanation", "Moment", "Source"]

Chances = NDArray[np.float64]


@dataclass(frozen=True)
class Source:
    """What was explained, and by what: the song's and the checkpoint's file, the checkpoint's sha256, recipe and grid
    in words; `remarks`, a line each, are what to know about it."""

    song: str
    checkpoint: str
    sha256: str
    recipe: str
    grid: str
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Moment:
    """A frame in which notes begin, as the model saw it before it wrote it.

    `start`: the first frame of its window. `chances` (group, pitch), 0..1: of a new note in each cell; of a decoder
    whose notes know of each other, given the notes of the frame that come before it. `silent` (group,), 0..1: that
    none of the group begins. `attention` (layer, head, row), rows sum to 1: rows are the frames start .. frame, and row
    t has heard what sounded up to frame t - 1. None where the backbone does not tell.
    """

    frame: int
    start: int
    chances: Chances
    silent: Chances
    attention: NDArray[np.float32] | None


@dataclass(frozen=True)
class Column:
    """A stretch of the past that is silenced, one group at a time: its name, when that is in words, and frames
    first .. stop - 1."""

    name: str
    when: str
    first: int
    stop: int


@dataclass(frozen=True, eq=False)
class ExplainedNote:
    """A note that can be chosen: its frame and the last in which it sounds, group and MIDI pitch, where it stands
    (bar and beat from 1, seconds), its chance 0..1, and its chances (group, column) had that group not played there:
    not a number where it did not.
    """

    frame: int
    last: int
    group: int
    pitch: int
    bar: int
    beat: float
    seconds: float
    chance: float
    without: Chances


@dataclass(frozen=True)
class Alternative:
    """A cell of a frame: its MIDI pitch, the chance 0..1 that a note begins there, and whether one does."""

    pitch: int
    chance: float
    played: bool


@dataclass(frozen=True, eq=False)
class Explanation:
    """Notes of some bars explained.

    `events`: EVENT rows of all that begins in frames `start` .. `stop` - 1, in frames of the song; pitches count from
    `lowest`. `bars`: (bar, frame) numbers from 1 and places of the bar lines there, in frames; `beats`: those of the
    quarter notes from `first` on. `notes` begin in frames `first` .. `stop` - 1, in order, each in one of the
    `moments`; `chosen` is the one to begin with.
    """

    source: Source
    groups: tuple[str, ...]
    drums: tuple[str, ...]
    lowest: int
    start: int
    first: int
    stop: int
    events: NDArray[Any]
    bars: tuple[tuple[int, float], ...]
    beats: tuple[float, ...]
    columns: tuple[Column, ...]
    moments: dict[int, Moment]
    notes: tuple[ExplainedNote, ...]
    chosen: int

    @property
    def note(self) -> ExplainedNote:
        """The note to begin with."""
        return self.notes[self.chosen]

    def alternatives(self, frame: int, group: int, most: int = 6) -> list[Alternative]:
        """The likeliest cells of a group in a frame, and those that were played, by their chances."""
        chances = self.moments[frame].chances[group]
        here = (self.events["frame"] == frame) & (self.events["group"] == group)
        played = set(self.events["pitch"][here].tolist())
        likeliest = np.argsort(-chances, kind="stable")[:most].tolist()
        cells = sorted(played | set(likeliest), key=lambda cell: -chances[cell])
        return [Alternative(cell + self.lowest, float(chances[cell]), cell in played) for cell in cells]

    def bar_range(self) -> str:
        """The bars whose notes can be chosen, in words."""
        numbers = [note.bar for note in self.notes]
        return f"bar {numbers[0]}" if numbers[0] == numbers[-1] else f"bars {numbers[0]} to {numbers[-1]}"
