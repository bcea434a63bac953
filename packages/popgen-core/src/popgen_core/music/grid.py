"""Grids: the rasters of frames on which a roll lays a song, by the second or by the beat."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from popgen_core.music.song import Song

__all__ = ["BeatGrid", "Grid", "SecondsGrid", "frames_nearest"]


class Grid(Protocol):
    """A raster of frames over a song: positions are in frames, with fractions; frame 0 is the song's start."""

    kind: ClassVar[str]

    def positions(self, song: Song, ticks: Any, seconds: NDArray[np.float64] | None = None) -> NDArray[np.float64]:
        """Ticks of the song -> positions in frames; `seconds`: those of the ticks, where they are known already."""
        ...

    def ticks(self, song: Song, positions: Any) -> NDArray[np.float64]:
        """Positions in frames -> ticks of the song, with fractions: the inverse of `positions`."""
        ...


@dataclass(frozen=True)
class SecondsGrid:
    """Frames of equal time: the paper's grid has 20 a second (section 2.1)."""

    kind: ClassVar[str] = "seconds"
    rate: Annotated[int, Field(gt=0, le=1000, description="frames a second")] = 20

    def positions(self, song: Song, ticks: Any, seconds: NDArray[np.float64] | None = None) -> NDArray[np.float64]:
        """Ticks of the song -> positions in frames; `seconds`: those of the ticks, where they are known already."""
        return np.asarray((song.seconds(ticks) if seconds is None else seconds) * self.rate)

    def ticks(self, song: Song, positions: Any) -> NDArray[np.float64]:
        """Positions in frames -> ticks of the song, with fractions."""
        return song.ticks(np.asarray(positions, dtype=np.float64) / self.rate)


@dataclass(frozen=True)
class BeatGrid:
    """Frames of equal shares of a beat, whatever the tempo: 4 carries sixteenths, 12 carries triplets too."""

    kind: ClassVar[str] = "beats"
    frames_per_beat: Annotated[int, Field(gt=0, le=96, description="frames a quarter note")] = 4

    def positions(self, song: Song, ticks: Any, seconds: NDArray[np.float64] | None = None) -> NDArray[np.float64]:
        """Ticks of the song -> positions in frames; `seconds` are not needed."""
        return np.asarray(ticks, dtype=np.float64) * (self.frames_per_beat / song.ticks_per_quarter)

    def ticks(self, song: Song, positions: Any) -> NDArray[np.float64]:
        """Positions in frames -> ticks of the song, with fractions."""
        return np.asarray(positions, dtype=np.float64) * (song.ticks_per_quarter / self.frames_per_beat)


def frames_nearest(positions: NDArray[np.float64]) -> NDArray[np.int64]:
    """The frame nearest to each position; a position half-way between two belongs to the later."""
    return np.floor(positions + 0.5).astype(np.int64)
