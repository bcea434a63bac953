"""The canonical roll: the pitches that each group begins on each sixteenth, the one thing all models are scored on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from popgen_core.errors import SongError
from popgen_core.music.bars import places
from popgen_core.music.grid import BeatGrid, frames_nearest
from popgen_core.music.roll import RollSpec, roll_from_song
from popgen_core.music.song import Song

__all__ = ["GRID", "PITCHES", "CanonicalRoll", "canonical_roll"]

GRID = BeatGrid(4)  # frames are sixteenths
PITCHES = 88  # the keys of a piano, from A0


@dataclass(frozen=True)
class CanonicalRoll:
    """The onsets of a song on sixteenths, and where each sixteenth stands in its bar.

    `onsets` (onset, 3): frame, group and pitch (0..87, from MIDI 21) of each cell in which notes begin, no cell twice,
    sorted. `place` (frame,): sixteenths since the bar line, whole. `bar_ago` (frame,): the frame at the same place of
    the bar before, -1 where there is none (the first bar, or a bar before that was shorter). `merged`: notes that share
    a cell with another; `dropped`: notes of drums outside the 88 pitches. Neither is in `onsets`.
    """

    groups: tuple[str, ...]
    onsets: NDArray[np.int64]
    place: NDArray[np.int64]
    bar_ago: NDArray[np.int64]
    merged: int
    dropped: int

    @property
    def frames(self) -> int:
        """Sixteenths from the start to the end of the last note."""
        return len(self.place)

    @property
    def beats(self) -> float:
        """The same in beats (quarter notes)."""
        return self.frames / GRID.frames_per_beat

    @property
    def notes(self) -> int:
        """Cells in which notes begin."""
        return len(self.onsets)

    @property
    def cells(self) -> int:
        """Cells of one frame: groups x pitches."""
        return len(self.groups) * PITCHES

    def dense(self, start: int = 0, stop: int | None = None) -> NDArray[np.bool_]:
        """Frames start..stop-1 (default: all) as an array (frame, group, pitch), true where notes begin.

        Raises SongError where these frames are not all inside the song.
        """
        stop = self.frames if stop is None else stop
        if not 0 <= start <= stop <= self.frames:
            raise SongError(f"the song has frames 0 to {self.frames}, asked for {start} to {stop}")
        first, after = np.searchsorted(self.onsets[:, 0], [start, stop])
        frame, group, pitch = self.onsets[first:after].T
        dense = np.zeros((stop - start, len(self.groups), PITCHES), dtype=np.bool_)
        dense[frame - start, group, pitch] = True
        return dense


def canonical_roll(song: Song, groups: tuple[str, ...]) -> CanonicalRoll:
    """A grouped song -> its canonical roll. Pitches beyond the 88 are folded by octaves, those of drums dropped.

    An onset goes to the nearest sixteenth, the later of two. Raises SongError for a track that is none of the groups.
    """
    roll = roll_from_song(song, GRID, RollSpec(groups, pitches=PITCHES), pitches="fold")
    events = roll.events
    cells = np.stack([events[name].astype(np.int64) for name in ("frame", "group", "pitch")], axis=1)
    onsets = np.unique(cells, axis=0)  # (onset, 3)
    end = int(frames_nearest(GRID.positions(song, song.end_tick)))  # a dropped note lengthens the song all the same
    bar, place = _bars_and_places(song, max(roll.frames, end))
    return CanonicalRoll(
        groups=groups,
        onsets=onsets,
        place=place,
        bar_ago=_bar_ago(bar, place),
        merged=len(events) - len(onsets),
        dropped=roll.counts["dropped"],
    )


def _bars_and_places(song: Song, frames: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Number of the bar and whole sixteenths since its line, (frame,) each."""
    at = places(song, GRID.ticks(song, np.arange(frames)))
    # rounded down, so that no two frames of a bar share a place where its line lies between two sixteenths
    place = np.floor(at.beat_in_bar * GRID.frames_per_beat + 1e-6).astype(np.int64)
    return at.bar, place


def _bar_ago(bar: NDArray[np.int64], place: NDArray[np.int64]) -> NDArray[np.int64]:
    """(frame,) bar and place -> (frame,) the frame at that place of the bar before, or -1."""
    before = np.searchsorted(bar, bar - 1)  # (frame,) first frame of the bar before
    length = np.searchsorted(bar, bar - 1, side="right") - before  # (frame,) its frames, 0 where it has none
    return np.where(place < length, before + place, -1)
