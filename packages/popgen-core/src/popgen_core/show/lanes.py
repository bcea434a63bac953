"""The lanes of a picture: one a group, notes as boxes by pitch, drums as strokes by what is struck."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from popgen_core.groupers.colours import COLOURS
from popgen_core.music.song import Song, Track
from popgen_core.show.drum_voices import VOICES, voice_of
from popgen_core.show.systems import System

__all__ = ["Lane", "boxes", "lanes_of"]

Figures = NDArray[np.float64]

OTHER = "#7a4b2a"  # of a group that has no colour of its own
SEMITONE = 0.017  # inches
LOWEST, HIGHEST = 0.36, 0.85  # height of a pitched lane, inches
LEAST_RANGE = 12  # semitones
VOICE = 0.095  # height of a drum voice's line, inches
MARGIN = 1.5  # semitones above and below the notes
STROKE = 0.024  # width of a drum stroke, inches
GAP = 0.012  # left between a note and the next, inches, so that repeated notes can be told from a long one
PALEST = 0.35  # how much of its colour the softest note has


@dataclass(frozen=True)
class Lane:
    """A group's lane: its notes, what lies at each height (pitch, or number of the line), height in inches.

    `places` (note,): how high each note lies; from `bottom` to `top`. `lines`: names of heights, for the margin.
    """

    name: str
    colour: str
    is_drum: bool
    notes: NDArray[Any]
    places: Figures
    bottom: float
    top: float
    height: float
    lines: dict[float, str]

    def heard_in(self, system: System) -> bool:
        """Whether a note of the group sounds in a row."""
        ends = self.notes["start_tick"] + self.notes["length_ticks"]
        return bool(((self.notes["start_tick"] < system.lines[-1]) & (ends > system.lines[0])).any())


def lanes_of(song: Song) -> list[Lane]:
    """A grouped song -> a lane for each track with notes, in its order."""
    return [_drum_lane(track) if track.is_drum else _lane(track) for track in song.tracks if len(track.notes)]


def _lane(track: Track) -> Lane:
    pitch = track.notes["pitch"].astype(np.float64)
    low, high = float(pitch.min()), float(pitch.max())
    widened = max(LEAST_RANGE - (high - low), 0.0) / 2
    bottom, top = low - widened - MARGIN, high + widened + MARGIN
    octaves = {float(tone): f"C{tone // 12 - 1}" for tone in range(0, 128, 12) if bottom < tone < top}
    height = float(np.clip((top - bottom) * SEMITONE, LOWEST, HIGHEST))
    colour = COLOURS.get(track.name, OTHER)
    return Lane(track.name, colour, False, track.notes, pitch, bottom, top, height, octaves)


def _drum_lane(track: Track) -> Lane:
    """A lane with a line for each voice that is struck in the song."""
    voices, places = np.unique(voice_of(track.notes["pitch"]), return_inverse=True)
    height = max(len(voices) * VOICE, LOWEST)
    names = {float(line): VOICES[voice] for line, voice in enumerate(voices)}
    colour = COLOURS.get(track.name, OTHER)
    return Lane(track.name, colour, True, track.notes, places.astype(float), -0.5, len(voices) - 0.5, height, names)


def boxes(lane: Lane, system: System, inches: float) -> tuple[Figures, NDArray[np.float64]]:
    """The notes of a lane in a row, `inches` a tick -> corners (note, 4, 2), and how strong each colour is (note,).

    Corners are inches from the row's start and from the lane's top, downward. A note that goes on in the next row is
    in both; a stroke of the drums never does.
    """
    start, stop = system.lines[0], system.lines[-1]
    notes, ends = lane.notes, lane.notes["start_tick"] + lane.notes["length_ticks"]
    ends = np.maximum(ends, notes["start_tick"] + 1)
    begun = notes["start_tick"] >= start if lane.is_drum else ends > start
    inside = (notes["start_tick"] < stop) & begun
    left = np.maximum(notes["start_tick"][inside] - start, 0) * inches
    right = (np.minimum(ends[inside], stop) - start) * inches
    right = left + STROKE if lane.is_drum else np.maximum(right - GAP, left + np.minimum(right - left, GAP))
    unit = lane.height / (lane.top - lane.bottom)
    middle = (lane.top - lane.places[inside]) * unit
    half = 0.4 * unit if lane.is_drum else max(0.46 * unit, 0.009)
    corners = [(left, middle - half), (left, middle + half), (right, middle + half), (right, middle - half)]
    strength = PALEST + (1 - PALEST) * notes["velocity"][inside] / 127
    return np.stack([np.stack(corner, axis=1) for corner in corners], axis=1), strength
