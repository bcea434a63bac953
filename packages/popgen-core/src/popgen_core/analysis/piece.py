"""A piece: some bars of a grouped song, 32 unless told, with all that several figures need found once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from popgen_core.analysis.agreement import CHORD_WEIGHT, agreement
from popgen_core.analysis.alike import bars_alike
from popgen_core.analysis.chords import Chords, chords_of
from popgen_core.analysis.chroma import NO_PITCH, half_bar_chroma, lowest_pitches
from popgen_core.analysis.grid16 import onset_grid, voice_grid
from popgen_core.analysis.scales import scales_of
from popgen_core.analysis.sections import section_borders
from popgen_core.analysis.window import (
    STEPS_PER_BEAT,
    Meter,
    Window,
    bar_count,
    first_sounding_bar,
    meters_of,
    place,
    window_of,
)
from popgen_core.music.song import Song, Track

__all__ = ["LEAST_BARS", "LEAST_HITS", "LEAST_NOTES", "Part", "Piece", "pieces_of", "whole_song"]

LEAST_BARS = 12  # fewer say nothing about repetition
LEAST_NOTES, LEAST_HITS = 16, 32  # of a pitched group, of a drum group
SHORTEST_BAR, LONGEST_BAR = 1.25, 8.0  # beats: 5/16 to 4/2; the 1/4 that stands in many files gives no bars


@dataclass(frozen=True)
class Part:
    """The notes of one group, sorted by onset: `onset` and `length` in beats from the window's start, real performance
    time; `step` is the nearest sixteenth, counted from the window's start.
    """

    name: str
    is_drum: bool
    onset: NDArray[np.float64]
    length: NDArray[np.float64]
    step: NDArray[np.int64]
    pitch: NDArray[np.int64]
    velocity: NDArray[np.int64]

    @property
    def enough(self) -> bool:
        """Whether the group has the notes that a figure about it needs: 16, drums 32."""
        return len(self.onset) >= (LEAST_HITS if self.is_drum else LEAST_NOTES)


class Piece:
    """A window of a song whose tracks are named after their groups; order of tracks does not matter.

    What is found (chords, scales, bars alike) is kept, so that figures share it. Nothing here raises for want of
    notes: `reason` says why a window cannot be judged, "" where it can.
    """

    def __init__(self, song: Song, first_bar: int = 0, bars: int = 32, meter: Meter | None = None) -> None:
        self.song = song
        self.window: Window = window_of(song, first_bar, bars, meter)
        self.bars = self.window.bars
        self.steps = self.window.steps
        self.bar_beats = self.window.bar_beats
        self.tempo_bpm = self.window.tempo_bpm

    @cached_property
    def reason(self) -> str:
        """Why no figure can be found in this window, or ""."""
        if not self._has_bars:
            return f"the meter map says {self.window.meter[0]}/{self.window.meter[1]}: such bars cannot be compared"
        if not self.parts:
            return "no notes"
        if self.bars < LEAST_BARS:
            return f"bars of one meter: {self.bars}, needed: {LEAST_BARS}"
        return ""

    @property
    def _has_bars(self) -> bool:
        """Whether the meter gives bars of a length that music has, in whole sixteenths."""
        return SHORTEST_BAR <= self.bar_beats <= LONGEST_BAR and self.bar_beats * STEPS_PER_BEAT % 1 == 0

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """The groups that have notes in the window, by name; none where the meter map gives no bars."""
        if not self._has_bars:
            return ()
        names = sorted({track.name for track in self.song.tracks})
        parts = (self._part(name, [track for track in self.song.tracks if track.name == name]) for name in names)
        return tuple(part for part in parts if len(part.onset))

    def _part(self, name: str, tracks: list[Track]) -> Part:
        notes = np.concatenate([track.notes for track in tracks])
        placed = place(self.window, notes["start_tick"], self.song.ticks_per_quarter)
        order = np.lexsort((notes["velocity"], notes["length_ticks"], notes["pitch"], placed.onset))
        order = order[placed.inside[order]]
        return Part(
            name=name,
            is_drum=name == "drums" or any(track.is_drum for track in tracks),
            onset=placed.onset[order],
            length=notes["length_ticks"][order] / self.song.ticks_per_quarter,
            step=placed.step[order],
            pitch=notes["pitch"][order].astype(np.int64),
            velocity=notes["velocity"][order].astype(np.int64),
        )

    @cached_property
    def pitched(self) -> tuple[Part, ...]:
        """The groups that are not drums."""
        return tuple(part for part in self.parts if not part.is_drum)

    @cached_property
    def grids(self) -> dict[str, NDArray[np.bool_]]:
        """For each group, (bars, steps): where notes begin, by the nearest sixteenth."""
        return {part.name: onset_grid(part.step, self.bars, self.steps) for part in self.parts}

    @property
    def halves(self) -> int:
        """Half bars in the window."""
        return 2 * self.bars

    @cached_property
    def chroma(self) -> dict[str, NDArray[np.float64]]:
        """For each pitched group, (half bars, 12): beats for which each pitch class sounds."""
        return {
            part.name: half_bar_chroma(part.onset, part.length, part.pitch, self.halves, self.bar_beats / 2)
            for part in self.pitched
        }

    @cached_property
    def lowest(self) -> dict[str, NDArray[np.int64]]:
        """For each pitched group, (half bars,): the lowest pitch that sounds, 128 where none does."""
        return {
            part.name: lowest_pitches(part.onset, part.length, part.pitch, self.halves, self.bar_beats / 2)
            for part in self.pitched
        }

    def mix_chroma(self, without: str = "") -> NDArray[np.float64]:
        """(half bars, 12) chroma of all pitched groups, or of all but one."""
        rows = [chroma for name, chroma in self.chroma.items() if name != without]
        return np.asarray(sum(rows, start=np.zeros((self.halves, 12))))

    def mix_lowest(self, without: str = "") -> NDArray[np.int64]:
        """(half bars,) lowest pitch of all pitched groups, or of all but one; 128 where none sounds."""
        rows = [lowest for name, lowest in self.lowest.items() if name != without]
        return np.asarray(np.min([np.full(self.halves, NO_PITCH), *rows], axis=0))

    @cached_property
    def chords(self) -> Chords:
        """The chord of each half bar, by all pitched groups."""
        return chords_of(self.mix_chroma(), self.mix_lowest())

    @cached_property
    def scales(self) -> NDArray[np.bool_]:
        """(half bars, 12) tones of the scale in force, by all pitched groups."""
        return scales_of(self.mix_chroma(), self.mix_lowest())

    @cached_property
    def agreement(self) -> dict[str, float]:
        """For each pitched group with enough notes that sounds with others, how well it agrees with them: 0..1."""
        return self.agreement_by(CHORD_WEIGHT)

    def agreement_by(self, chord_weight: float) -> dict[str, float]:
        """The same, with tones of the chord weighing as much as is told, and those of the scale the rest of 1."""
        found = {
            part.name: agreement(
                self.chroma[part.name],
                self.mix_chroma(without=part.name),
                self.mix_lowest(without=part.name),
                chord_weight,
            )
            for part in self.pitched
            if part.enough
        }
        return {name: value for name, value in found.items() if not np.isnan(value)}

    @cached_property
    def bars_alike(self) -> NDArray[np.float64]:
        """(bars, bars) how alike each two bars are, 0..1."""
        return bars_alike([(self.content(part), self.grids[part.name].astype(np.float64)) for part in self.parts])

    @cached_property
    def section_borders(self) -> NDArray[np.int64]:
        """Bars of the window that begin a new section, without the first."""
        return section_borders(self.bars_alike)

    def content(self, part: Part) -> NDArray[np.float64]:
        """What a group plays in each bar: (bars, 24) chroma by half bar, or (bars, 3 x steps) drum voices."""
        if part.is_drum:
            return voice_grid(part.step, part.pitch, self.bars, self.steps).reshape(self.bars, -1).astype(np.float64)
        return self.chroma[part.name].reshape(self.bars, -1)


def pieces_of(song: Song, bars: int = 32) -> list[Piece]:
    """A whole song as pieces of `bars` bars from its first sounding bar on, the last kept if it has 12 bars or more.

    A song too short for that is one piece, which says so.
    """
    first, end = first_sounding_bar(song), bar_count(song)
    starts = [start for start in range(first, end, bars) if end - start >= min(LEAST_BARS, bars)]
    return [Piece(song, start, bars) for start in starts or [first]]


def whole_song(song: Song) -> list[Piece]:
    """A whole song as one piece a meter, with all bars of that meter from the first sounding one to the last.

    A song of one meter is one piece, however long or short; one without notes is a piece that says so.
    """
    first, end = first_sounding_bar(song), bar_count(song)
    return [Piece(song, first, end - first, meter) for meter in meters_of(song)] or [Piece(song, first)]
