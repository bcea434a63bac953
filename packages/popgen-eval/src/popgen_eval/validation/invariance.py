"""What figures must not notice: a song laid on 20 frames a second and taken off again, a song three semitones up."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from popgen_core.baselines.bars import Notes, changed
from popgen_core.music.grid import SecondsGrid
from popgen_core.music.roll import RollSpec, roll_from_song, song_from_roll
from popgen_core.music.song import Song, Track

__all__ = ["INVARIANCES", "Invariance", "invariance", "roll20", "transposed"]

FRAMES = SecondsGrid(20)
SEMITONES = 3
HIGHEST = 127
EXACT = 1e-9  # sums of floating-point numbers in another order differ by less


@dataclass(frozen=True)
class Invariance:
    """How far a figure moves when it should not: mean and largest change over the `n` songs where it is defined."""

    figure: str
    check: str
    mean_change: float
    largest_change: float
    n: int

    @property
    def exact(self) -> bool:
        """Whether nothing changed but rounding."""
        return self.n == 0 or self.largest_change < EXACT


def roll20(song: Song) -> Song:
    """The song as a roll of 20 frames a second has it: onsets and ends on frames, no micro-timing."""
    spec = RollSpec(tuple(track.name for track in song.tracks), pitches=HIGHEST + 1, lowest=0)
    roll = roll_from_song(song, FRAMES, spec)
    events = roll.events.copy()
    events["offset"] = 0.0
    events["duration"] = (events["last"] + 1 - events["frame"]) / FRAMES.rate
    return song_from_roll(replace(roll, events=events), song, song.tracks)


def transposed(song: Song) -> Song:
    """The song three semitones up, nine down where a pitch would leave MIDI's range; drums as they are."""
    highest = max((int(t.notes["pitch"].max(initial=0)) for t in song.tracks if not t.is_drum), default=0)
    by = SEMITONES if highest + SEMITONES <= HIGHEST else SEMITONES - 12

    def change(track: Track, notes: Notes) -> None:
        if not track.is_drum:
            notes["pitch"] = np.maximum(notes["pitch"].astype(np.int64) + by, 0)

    return changed(song, change)


INVARIANCES = {"roll20": roll20, "transpose": transposed}


def invariance(figure: str, check: str, before: NDArray[np.float64], after: NDArray[np.float64]) -> Invariance:
    """(song,) values of songs and of the same songs altered -> how far they moved."""
    moved = np.abs(before - after)
    moved = moved[~np.isnan(moved)]
    if not len(moved):
        return Invariance(figure, check, float("nan"), float("nan"), 0)
    return Invariance(figure, check, float(moved.mean()), float(moved.max()), len(moved))
