"""What is heard in a song, laid on the bars of a plan: no more of them than it has, and no fewer."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from popgen_core.analysis.chroma import NO_PITCH
from popgen_core.music.bars import bar_ticks, places
from popgen_core.music.song import Song
from popgen_core.plan.heard import Heard, heard
from popgen_core.plan.plan import Plan

__all__ = ["bar_starts", "first_bars", "laid"]


def laid(song: Song, bars: int) -> Heard:
    """What is heard in the first so many bars of a grouped song; those after its last note are silent, and as long as
    its meter says. Raises SongError for more bars than `heard` takes."""
    lines = bar_starts(song, bars)
    sound = heard(_opening(song, lines[-1]))
    more = len(lines) - 1 - sound.bars
    after = np.diff(lines)[sound.bars :] / song.ticks_per_quarter

    def longer(rows: NDArray[Any]) -> NDArray[Any]:
        return np.pad(rows, ((0, 0), (0, more)))

    return replace(
        sound,
        beats=np.append(sound.beats, after),
        sounds=longer(sound.sounds),
        onsets=longer(sound.onsets),
        notes=longer(sound.notes),
        velocity=longer(sound.velocity),
        chroma=np.pad(sound.chroma, ((0, 2 * more), (0, 0))),
        lowest=np.pad(sound.lowest, (0, 2 * more), constant_values=NO_PITCH),
        bass=np.pad(sound.bass, ((0, 2 * more), (0, 0))),
        alike=np.pad(sound.alike, (0, more)),
    )


def bar_starts(song: Song, bars: int) -> NDArray[np.float64]:
    """(bars + 1,) ticks at which the first bars of a song begin, after its last note too, and the end of the last."""
    first = places(song, song.meters["tick"]).bar
    number = np.arange(bars + 1)
    row = np.searchsorted(first, number, side="right") - 1
    return np.asarray(song.meters["tick"][row] + (number - first[row]) * bar_ticks(song)[row], dtype=np.float64)


def _opening(song: Song, end_tick: float) -> Song:
    """The notes that begin before a bar line."""
    kept = [replace(track, notes=track.notes[track.notes["start_tick"] < end_tick]) for track in song.tracks]
    return replace(song, tracks=tuple(kept))


def first_bars(plan: Plan, bars: int) -> Plan:
    """The beginning of a plan, all of it where it has no more bars."""
    left, sections = bars, []
    for section in plan.sections:
        sections.append(replace(section, bars=min(section.bars, left)))
        left -= sections[-1].bars
    return replace(plan, sections=tuple(sections), chords=plan.chords[: 2 * bars], recalls=plan.recalls[:bars])
