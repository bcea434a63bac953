"""Quantisation: notes moved toward the steps of the beat, by as much as is asked, the song's own swing kept."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from popgen_core.music.bars import bar_lines, places
from popgen_core.music.song import NOTE, Song, Track

__all__ = ["QuantiseConfig", "Swing", "beat_steps", "quantised", "swing_of"]

OFF_BEAT = (0.42, 0.72)  # where the second of two notes may fall that share a beat, straight or swung
SWUNG = (0.53, 0.70)  # nearer to the middle is straight playing, later a dotted rhythm
ON_BEAT = 0.08  # of a beat: notes this near to it tell how late the playing is as a whole
ALIKE, MOST = 0.08, 0.6  # swing is where most off-beat notes lie this near to their median, in beats
FEWEST = 8  # notes that say something about a song


@dataclass(frozen=True)
class QuantiseConfig:
    """How notes are moved to the beat. `strength` 0, the default, keeps the timing as it was played."""

    resolution: Annotated[int, Field(ge=1, le=48, description="steps a beat; 3, 6, 12 carry triplets")] = 4
    strength: Annotated[float, Field(ge=0, le=1, description="share of the way to the step: 0 keeps, 1 snaps")] = 0.0
    keep_swing: Annotated[bool, Field(description="steps lie where the song swings; false makes it straight")] = True


@dataclass(frozen=True)
class Swing:
    """Where the second of two equal notes falls: `eighth` as a share of the beat, `sixteenth` of half a beat.

    0.5 is straight, 2/3 the triplet shuffle.
    """

    eighth: float = 0.5
    sixteenth: float = 0.5


def quantised(song: Song, config: QuantiseConfig) -> Song:
    """The song with its onsets and ends moved toward the nearest step of the beat, `strength` of the way.

    Beats are quarter notes that count from the bar line, and the next bar line is a step too. An end that is
    nearest to the step of its own onset keeps its distance from it instead, so that short notes stay short; a note
    that had a length keeps a tick of it, one that had none gets none. Everything but notes stays where it is.
    """
    if config.strength == 0:
        return song
    swing = swing_of(song) if config.keep_swing else Swing()
    steps = beat_steps(config.resolution, swing)
    return replace(song, tracks=tuple(_quantised(song, track, steps, config.strength) for track in song.tracks))


def swing_of(song: Song) -> Swing:
    """How a song swings, from where its off-beat notes fall; 0.5 where they are straight or say nothing clear.

    The lateness of its on-beat notes is taken off first. A song in swung eighths is not asked for its sixteenths;
    those must swing in both halves of the beat, since triplets look like it in the first.
    """
    starts = np.concatenate([track.notes["start_tick"] for track in song.tracks] or [np.empty(0, dtype=np.int64)])
    phase = places(song, starts).beat_in_bar % 1.0
    eighth = _second(phase)
    if eighth != 0.5:
        return Swing(eighth=eighth)
    halves = [_second(phase[inside] * 2 % 1.0) for inside in (phase < 0.5, phase >= 0.5)]
    return Swing() if 0.5 in halves else Swing(sixteenth=sum(halves) / 2)


def beat_steps(resolution: int, swing: Swing) -> NDArray[np.float64]:
    """The steps of a swung beat from 0 to 1, both included.

    Halves of the beat are stretched and squeezed as a whole, and so are its quarters. A resolution that carries
    triplets keeps them where they are; only its eighths and sixteenths move.
    """
    straight = np.arange(resolution + 1) / resolution
    if resolution % 2:
        return straight
    half = swing.eighth
    corners = [0.0, swing.sixteenth * half, half, half + (1 - half) * swing.sixteenth, 1.0]
    swung = np.interp(straight, [0.0, 0.25, 0.5, 0.75, 1.0], corners)
    if resolution % 3:
        return swung
    binary = (straight * 4 % 1 == 0) & ((straight == 0.5) | (swing.sixteenth != 0.5))
    return np.sort(np.where(binary, swung, straight))


def _second(phase: NDArray[np.float64]) -> float:
    """Where the second of two notes falls in what `phase` (note,) counts from 0 to 1; 0.5 if it is not clear."""
    from_beat = (phase + 0.5) % 1.0 - 0.5
    late = from_beat[np.abs(from_beat) < ON_BEAT]
    phase = phase - (np.median(late) if len(late) else 0.0)
    second = phase[(phase > OFF_BEAT[0]) & (phase < OFF_BEAT[1])]
    if len(second) < FEWEST:
        return 0.5
    place = float(np.median(second))
    clear = np.mean(np.abs(second - place) < ALIKE) >= MOST
    return place if clear and SWUNG[0] <= place <= SWUNG[1] else 0.5


def _quantised(song: Song, track: Track, steps: NDArray[np.float64], strength: float) -> Track:
    start, length = track.notes["start_tick"], track.notes["length_ticks"]
    to_start, to_end = _nearest(song, start, steps), _nearest(song, start + length, steps)
    to_end = np.where(to_end > to_start, to_end, to_start + length)
    notes: NDArray[np.void] = np.empty(len(track.notes), dtype=NOTE)
    notes["start_tick"] = np.rint(start + strength * (to_start - start))
    end = np.rint(start + length + strength * (to_end - start - length))
    notes["length_ticks"] = np.where(length > 0, np.maximum(end - notes["start_tick"], 1), 0)
    notes["pitch"], notes["velocity"] = track.notes["pitch"], track.notes["velocity"]
    return replace(track, notes=np.take(notes, np.lexsort((notes["pitch"], notes["start_tick"]))))


def _nearest(song: Song, ticks: NDArray[np.int64], steps: NDArray[np.float64]) -> NDArray[np.float64]:
    """The tick, with fractions, of the step or bar line nearest to each tick; of two the later."""
    at = places(song, ticks)
    phase = at.beat_in_bar % 1.0
    middles = (steps[1:] + steps[:-1]) / 2
    to = ticks + (steps[np.searchsorted(middles, phase, side="right")] - phase) * song.ticks_per_quarter
    lines = np.append(bar_lines(song), np.inf)
    line = lines[np.searchsorted(lines, ticks, side="right").clip(max=len(lines) - 1)]
    return np.where(line - ticks <= np.abs(to - ticks), line, to)
