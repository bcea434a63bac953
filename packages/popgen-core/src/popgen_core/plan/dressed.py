"""A generated song as a DAW wants it: programs, a stage, named sections, key signatures, and an exact end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np

from popgen_core.errors import PopgenError, SongError
from popgen_core.music.bars import bar_lines, bar_ticks
from popgen_core.music.ending import END, end_of
from popgen_core.music.fitted import fitted
from popgen_core.music.song import CONTROL, KEY, Marker, Rows, Song, Track, rows
from popgen_core.plan.plan import Key, Plan

__all__ = ["ELSEWHERE", "STAGE", "USUAL", "Dressing", "DressingError", "Place", "dressed", "fifths_of", "section_names"]

VOLUME, PAN = 7, 10  # controllers
MOST_PITCHED = 15  # channels beside that of the drums
MOST_SHARPS, MOST_FLATS = 6, -6


class DressingError(PopgenError):
    """A sound for a group that the song lacks, or more groups than MIDI has channels."""

    exit_code = 2


@dataclass(frozen=True)
class Place:
    """Where a group stands: `pan` 0 (left) .. 64 (middle) .. 127 (right), `volume` 0..127; 100 is MIDI's usual."""

    pan: int
    volume: int


# as a pop band is mixed: what carries the song in the middle, what accompanies beside it, and a little softer
STAGE = {
    "drums": Place(64, 100),
    "bass": Place(64, 100),
    "chords": Place(48, 88),
    "guitar": Place(80, 88),
    "strings": Place(40, 80),
    "lead": Place(64, 108),
    "others": Place(88, 84),
}
ELSEWHERE = Place(64, 92)  # of groups with other names

# General MIDI programs where the corpus tells none: finger bass, piano, clean guitar, strings, square lead, bells
USUAL = {"bass": 33, "chords": 0, "guitar": 27, "strings": 48, "lead": 80, "others": 11}


@dataclass(frozen=True)
class Dressing:
    """What a song is dressed in.

    `programs`: General MIDI program 0..127 by group, as the corpus has it; `chosen`: the same as the user wants it,
    which goes before. `stage`: place by group. A user's own tracks are not dressed: they join afterwards.
    """

    programs: Mapping[str, int] = field(default_factory=dict)
    chosen: Mapping[str, int] = field(default_factory=dict)
    stage: Mapping[str, Place] = field(default_factory=lambda: STAGE)


def dressed(song: Song, plan: Plan | None, dressing: Dressing) -> Song:
    """A generated song of one track a group -> the same with all that a DAW shows; doing it twice changes nothing.

    Each track gets its program, pan and volume at tick 0, and notes that one switch a pitch can play. The plan's
    sections become markers and its keys signatures, behind the last marker and signature that the song has of its own.
    Tempos and meters stay. It ends at its marker `end`, else at the bar line after the plan's last bar or the last
    note.
    Raises DressingError; SongError where the plan has more bars than the song.
    """
    _check(song, dressing)
    end = _end(song, plan)
    tracks = tuple(_dressed_track(track, dressing, end) for track in song.tracks)
    lines = bar_lines(song, end)
    if plan and plan.bars > len(lines) - 1:
        raise SongError(f"the plan has {plan.bars} bars, the song {len(lines) - 1}")
    marks = _marks(plan, lines) if plan else []
    keys = _keys(plan, lines) if plan else song.keys[:0]
    keys = np.concatenate([song.keys, keys[keys["tick"] > song.keys["tick"].max(initial=-1)]])
    return replace(song, tracks=tracks, keys=keys, markers=_markers(song, marks, end))


def _check(song: Song, dressing: Dressing) -> None:
    names = [track.name for track in song.tracks]
    pitched = sum(not track.is_drum for track in song.tracks)
    if pitched > MOST_PITCHED:
        raise DressingError(
            f"{pitched} groups beside the drums, MIDI has channels for {MOST_PITCHED}",
            hint="leave some out with --groups",
        )
    if missing := [group for group in dressing.chosen if group not in names]:
        raise DressingError(f"--program: the song has no {missing[0]}", hint=f"it has {', '.join(names)}")


def _end(song: Song, plan: Plan | None) -> int:
    """The last tick: of the song without what was written past its marker `end`."""
    if any(marker.text == END for marker in song.markers):
        return end_of(replace(song, tracks=()))
    return max(end_of(song), _line(song, plan.bars) if plan else 0)


def _line(song: Song, bar: int) -> int:
    """The tick of a bar line, by number."""
    after = song.meters["tick"][-1] + bar_ticks(song)[-1] * bar
    return round(float(bar_lines(song, int(after) + 1)[bar]))


def _dressed_track(track: Track, dressing: Dressing, end: int) -> Track:
    place = dressing.stage.get(track.name, ELSEWHERE)
    return replace(
        track,
        program=_program(track, dressing),
        notes=fitted(track.notes, end),
        controls=_placed(track.controls, place),
    )


def _program(track: Track, dressing: Dressing) -> int:
    if track.name in dressing.chosen:
        return dressing.chosen[track.name]
    if track.is_drum:
        return 0
    return dressing.programs.get(track.name, USUAL.get(track.name, track.program))


def _placed(controls: Rows, place: Place) -> Rows:
    """The controllers with volume and pan at the start, instead of any that stood there."""
    replaced = (controls["tick"] == 0) & np.isin(controls["number"], (VOLUME, PAN))
    first = rows(CONTROL, [(0, VOLUME, place.volume), (0, PAN, place.pan)])
    return np.concatenate([first, controls[~replaced]])


def _marks(plan: Plan, lines: Rows) -> list[Marker]:
    """Sections by name."""
    starts = np.cumsum([0, *(section.bars for section in plan.sections)])[:-1]
    named = zip(starts.tolist(), section_names(plan), strict=True)
    return [Marker(round(float(lines[bar])), name) for bar, name in named]


def section_names(plan: Plan) -> list[str]:
    """What sections are called: by name, numbered where one comes more than once, such as `verse 2`."""
    names = [section.name for section in plan.sections]
    return [
        f"{name} {names[: number + 1].count(name)}" if names.count(name) > 1 else name
        for number, name in enumerate(names)
    ]


def _markers(song: Song, marks: list[Marker], end: int) -> tuple[Marker, ...]:
    """The song's own markers, those of sections and chords behind the last of them, and the end, which comes last."""
    own = [marker for marker in song.markers if marker.text != END]
    last = max((marker.tick for marker in own), default=-1)
    found = sorted([*own, *(mark for mark in marks if mark.tick > last)], key=lambda marker: marker.tick)
    return (*found, Marker(end, END))


def _keys(plan: Plan, lines: Rows) -> Rows:
    """A key signature where a section has another key than the one before."""
    starts = np.cumsum([0, *(section.bars for section in plan.sections)])
    told = [(int(start), section.key) for start, section in zip(starts, plan.sections, strict=False) if section.key]
    changes = told[:1] + [after for before, after in pairwise(told) if before[1] != after[1]]
    return rows(KEY, [(round(float(lines[bar])), fifths_of(key), key.mode == "minor") for bar, key in changes])


def fifths_of(key: Key) -> int:
    """Sharps (flats where negative) of a key's signature; of F# major six sharps, of E flat minor six flats."""
    major = key.tonic if key.mode == "major" else key.tonic + 3
    fifths = major * 7 % 12
    if fifths == MOST_SHARPS and key.mode == "minor":
        return MOST_FLATS
    return fifths if fifths <= MOST_SHARPS else fifths - 12
