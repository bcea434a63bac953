"""The lead sheet: what an arranger is given of a song, its bars, melody, chords and keys, and parts that may stay."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from popgen_core.music.song import CONTROL, METER, NOTE, TEMPO, Song, Track, rows
from popgen_core.songwriter.arranging.measures import Measures
from popgen_core.songwriter.harmony import Chord, Key
from popgen_core.songwriter.meter import STEP_TICKS, TICKS_PER_QUARTER

__all__ = ["LeadSheet", "RealPart", "heard_key", "melody_song", "moved_part", "tempos_by_bar"]

SLOWEST, FASTEST = 0.7, 1.4  # of the usual tempo: what a bar's tempo is held to
STEADY = 0.004  # a bar whose tempo differs by less than this share keeps the tempo of the bar before


@dataclass(frozen=True)
class RealPart:
    """Notes and controllers as somebody played them, in ticks of the song, 480 a quarter."""

    notes: NDArray[Any] = field(default_factory=lambda: rows(NOTE))
    controls: NDArray[Any] = field(default_factory=lambda: rows(CONTROL))


@dataclass(frozen=True)
class LeadSheet:
    """`melody` note for note, with its timing, lengths and loudness as read (on stage it is set to the level of
    its section); `chords` one for each sixteenth of the page, None where the song is said to have none; `keys` one for
    each page bar; `tempos` one a bar at most; `kept` parts that may stay, by group; `remarks` what of the file is not
    on the sheet, in words.
    """

    measures: Measures
    tempos: NDArray[Any]
    melody: RealPart
    chords: tuple[Chord | None, ...]
    keys: tuple[Key, ...]
    kept: Mapping[str, RealPart] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()

    @property
    def tempo(self) -> float:
        """The usual tempo, quarter notes a minute: that of most of the song's time."""
        ticks = np.append(self.tempos["tick"], self.measures.end_tick)
        order = np.argsort(self.tempos["microseconds"])
        share = np.cumsum(np.diff(ticks)[order])
        at = order[np.searchsorted(share, share[-1] / 2)]
        return float(60e6 / self.tempos["microseconds"][at])


def tempos_by_bar(song: Song, measures: Measures, origin: int) -> NDArray[Any]:
    """The song's tempo map with one tempo a bar at most: each bar lasts as long as it did, within 0.7 to 1.4 of the
    usual tempo.
    """
    edges = np.append(measures.start, measures.end_tick) + origin
    seconds = np.diff(song.seconds(edges * (song.ticks_per_quarter / TICKS_PER_QUARTER)))
    micro = seconds * 1e6 * TICKS_PER_QUARTER / measures.length
    usual = float(np.median(micro))
    micro = np.clip(micro, usual / FASTEST, usual / SLOWEST)
    kept = [(0, round(micro[0]))]
    for start, length in zip(measures.start[1:].tolist(), micro[1:].tolist(), strict=True):
        if abs(length / kept[-1][1] - 1) > STEADY:
            kept.append((start, round(length)))
    return rows(TEMPO, kept)


def moved_part(track: Track, ticks_per_quarter: int, origin: int) -> RealPart:
    """A track's notes and controllers in ticks of 480 a quarter, counted from the first bar of the measures."""
    ratio = TICKS_PER_QUARTER / ticks_per_quarter
    notes, controls = track.notes.copy(), track.controls.copy()
    begin = np.rint(notes["start_tick"] * ratio).astype(np.int64)
    end = np.rint((notes["start_tick"] + notes["length_ticks"]) * ratio).astype(np.int64)
    notes["start_tick"] = np.maximum(begin - origin, 0)
    notes["length_ticks"] = np.maximum(end - begin, 1)
    controls["tick"] = np.maximum(np.rint(controls["tick"] * ratio).astype(np.int64) - origin, 0)
    return RealPart(notes, controls)


def melody_song(sheet: LeadSheet, shifts: list[int]) -> Song:
    """The melody as a song of equal bars, each moved down by its shift in semitones, for the ears of `analysis`."""
    melody, measures = sheet.melody.notes.copy(), sheet.measures
    melody["start_tick"] = measures.page_ticks(melody["start_tick"])
    bar = np.clip((melody["start_tick"] + STEP_TICKS // 2) // measures.bar_ticks, 0, measures.bars - 1)
    melody["pitch"] = np.clip(melody["pitch"].astype(np.int64) - np.array(shifts)[bar], 0, 127)
    meters = rows(METER, [(0, measures.meter.numerator, measures.meter.denominator)])
    return Song(TICKS_PER_QUARTER, (Track("lead", 0, False, melody),), meters=meters)


def heard_key(found: tuple[int, str, float]) -> Key:
    """What `analysis.keys.key_of` says as a key of the songwriter's."""
    return Key(found[0], found[1] == "minor")
