"""A song as a dataset keeps it: its onsets on a grid, exact, with what turns them back into the song."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from popgen_core.errors import DatasetError
from popgen_core.music.grid import Grid
from popgen_core.music.roll import Roll, RollSpec, roll_from_song, song_from_roll
from popgen_core.music.song import Song, Track

__all__ = ["StoredSong", "moved_notes", "stored_from_song"]

FLOAT32_ERROR = 2.0**-23  # of a number, as a share of it


@dataclass(frozen=True)
class StoredSong:
    """One song of a dataset.

    `source` is its file, relative to the corpus, as printable text; `sha256` that of the file's bytes. `events` are
    EVENT rows on `grid`; `programs` holds one General MIDI program for each group that plays, `drums` the groups
    whose pitches are drums. `tempos`, `meters` and `keys` are the maps of the song. Controllers, bends and markers
    are not kept.
    """

    source: str
    sha256: str
    grid: Grid
    spec: RollSpec
    frames: int
    events: NDArray[Any]
    programs: dict[str, int]
    drums: tuple[str, ...]
    ticks_per_quarter: int
    tempos: NDArray[Any]
    meters: NDArray[Any]
    keys: NDArray[Any]

    def song(self) -> Song:
        """The grouped song, to the tick, with one track for each group that plays."""
        tracks = [Track(group, self.programs.get(group, 0), group in self.drums) for group in self.spec.groups]
        stored = Roll(self.spec, self.grid, self.frames, self.events)
        song = song_from_roll(stored, self._template(), tracks)
        return self._template(tuple(track for track in song.tracks if len(track.notes)))

    def roll(self, grid: Grid, spec: RollSpec) -> Roll:
        """The song on any grid. Raises DatasetError for a spec of other groups than the dataset's."""
        if spec.groups != self.spec.groups:
            raise DatasetError(
                f"the dataset holds the groups {', '.join(self.spec.groups)}, asked were {', '.join(spec.groups)}",
                hint="prepare the dataset anew with the grouper that the recipe names",
            )
        if grid == self.grid and (spec.pitches, spec.lowest) == (self.spec.pitches, self.spec.lowest):
            return Roll(spec, grid, self.frames, self.events)
        return roll_from_song(self.song(), grid, spec)

    def _template(self, tracks: tuple[Track, ...] = ()) -> Song:
        return Song(self.ticks_per_quarter, tracks, self.tempos, self.meters, self.keys)


def stored_from_song(song: Song, roll: Roll, *, source: str, sha256: str) -> StoredSong:
    """A grouped song and its roll as a dataset keeps them."""
    return StoredSong(
        source=source,
        sha256=sha256,
        grid=roll.grid,
        spec=roll.spec,
        frames=roll.frames,
        events=roll.events,
        programs={track.name: track.program for track in song.tracks},
        drums=tuple(track.name for track in song.tracks if track.is_drum),
        ticks_per_quarter=song.ticks_per_quarter,
        tempos=song.tempos,
        meters=song.meters,
        keys=song.keys,
    )


def moved_notes(song: Song, stored: StoredSong) -> int:
    """Notes that come back from `stored` with a start or a length that no note of the grouped song has."""
    if _cannot_move(stored):
        return 0
    times = {track.name: _times(track) for track in song.tracks}
    return sum(int((~np.isin(_times(track), times[track.name])).sum()) for track in stored.song().tracks)


def _cannot_move(stored: StoredSong) -> bool:
    """Whether rounding to float32 is far below a tick for the longest note at the fastest tempo, as in most songs."""
    seconds_a_tick = stored.tempos["microseconds"].min() / (1e6 * stored.ticks_per_quarter)
    longest = max(float(stored.events["duration"].max(initial=0.0)), 1.0)  # offsets are below one second
    return bool(longest * FLOAT32_ERROR < seconds_a_tick / 8)


def _times(track: Track) -> NDArray[np.int64]:
    """Start and length of each note in one number; both are below 2^31."""
    return np.asarray(track.notes["start_tick"] << 31 | track.notes["length_ticks"])
