"""What is written above a row: sections, chords, tempo, meter and key."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from popgen_core.music.ending import END
from popgen_core.music.song import Song
from popgen_core.plan.dressed import section_names
from popgen_core.plan.plan import Plan
from popgen_core.plan.words.chord_text import chord_name
from popgen_core.plan.words.key_text import key_name
from popgen_core.show.systems import System

__all__ = ["Named", "chords_in", "keys_of", "meters_of", "sections_of", "tempo_in"]

Figures = NDArray[np.float64]

MOST_MARKERS = 0.5  # a bar: more than one every other bar name no sections
NEAR_TEMPO = 1.5  # quarters a minute: changes within that are told as one tempo
KEY_NAMES = ("Cb", "Gb", "Db", "Ab", "Eb", "Bb", "F", "C", "G", "D", "A", "E", "B", "F#", "C#", "G#", "D#", "A#")
MINOR_ABOVE = 3  # fifths from a major key to the minor key of the same signature


@dataclass(frozen=True)
class Named:
    """Some words and the tick from which they hold."""

    tick: float
    text: str


def sections_of(song: Song, plan: Plan, lines: Figures) -> list[Named]:
    """Where sections begin: at the song's markers if it has any that can name them, else as the plan has it.

    Markers in brackets are chords, `end` is the end, and markers that come thick and fast are something else.
    """
    named = [
        Named(float(marker.tick), marker.text)
        for marker in song.markers
        if marker.text and marker.text != END and not marker.text.startswith("[")
    ]
    if named and len(named) <= max(MOST_MARKERS * (len(lines) - 1), 1):
        return sorted(named, key=lambda section: section.tick)
    starts = np.cumsum([0, *(section.bars for section in plan.sections)])
    known = zip(starts.tolist(), section_names(plan), strict=False)
    return [Named(float(lines[start]), name) for start, name in known if start < len(lines) - 1]


def chords_in(system: System, plan: Plan, *, bass: bool) -> list[Named]:
    """The chords of a row, one where it changes, `-` where one ends; with what lies in the bass, or without."""
    keys, section_of = [section.key for section in plan.sections], plan.section_of()
    found: list[Named] = []
    for half in range(2 * system.bars):
        chord = plan.chords[2 * system.first + half] if 2 * system.first + half < len(plan.chords) else None
        text = "-"
        if chord is not None:
            key = keys[section_of[system.first + half // 2]]
            text = chord_name(chord if bass else replace(chord, bass=None), key)
        tick = float(np.interp(half / 2, np.arange(system.bars + 1), system.lines))
        if text != (found[-1].text if found else "-"):
            found.append(Named(tick, text))
    return found


def tempo_in(song: Song, system: System) -> str:
    """The tempo of a row in quarters a minute, or its slowest and fastest."""
    ticks = song.tempos["tick"][(song.tempos["tick"] > system.lines[0]) & (song.tempos["tick"] < system.lines[-1])]
    tempos = song.tempo_bpm(np.concatenate([system.lines[:1], ticks]))
    low, high = float(tempos.min()), float(tempos.max())
    return f"\u2669 = {low:.0f}-{high:.0f}" if high - low > NEAR_TEMPO else f"\u2669 = {tempos[0]:.5g}"


def meters_of(song: Song) -> list[Named]:
    """Each meter and where it begins."""
    return [Named(float(tick), f"{top}/{bottom}") for tick, top, bottom in song.meters.tolist()]


def keys_of(song: Song, plan: Plan, lines: Figures) -> list[Named]:
    """Each key and where it begins: by the song's key signatures, without any by the plan."""
    if len(song.keys):
        return [Named(float(tick), _key_name(fifths, minor)) for tick, fifths, minor in song.keys.tolist()]
    starts = np.cumsum([0, *(section.bars for section in plan.sections)])
    found: list[Named] = []
    for start, section in zip(starts.tolist(), plan.sections, strict=False):
        if section.key and start < len(lines) - 1 and (not found or found[-1].text != key_name(section.key)):
            found.append(Named(float(lines[start]), key_name(section.key)))
    return found


def _key_name(fifths: int, minor: bool) -> str:
    at = fifths + 7 + (MINOR_ABOVE if minor else 0)
    return f"{KEY_NAMES[at]} {'minor' if minor else 'major'}"
