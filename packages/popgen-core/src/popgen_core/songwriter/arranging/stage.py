"""On stage: written parts, drum performances and real parts played together, in the song's own time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from popgen_core.music import Marker, Song, Track, notes_from, rows
from popgen_core.music.song import CONTROL, KEY, NOTE
from popgen_core.songwriter.arranging.leadsheet import LeadSheet, RealPart
from popgen_core.songwriter.meter import STEP_TICKS, TICKS_PER_QUARTER
from popgen_core.songwriter.notes import WrittenNote
from popgen_core.songwriter.performance import draw_touches, levelled, pedal, play, swells
from popgen_core.songwriter.sketch import Sketch
from popgen_core.songwriter.style import GROUPS

__all__ = ["staged"]

PRESSED = 0.6  # share of the sections' differences in energy that is heard as loudness
OWN_DYNAMICS, MOST_DYNAMICS = 0.7, 11.0  # share that a real part keeps of its dynamics, and their spread at most
DRUM_DYNAMICS = 0.45  # the same of a drummer's, whose ghost notes and backbeats lie far apart
QUIETEST, LOUDEST = (34, 42), (100, 110)  # velocities of the 5th and 95th percentile of a song's notes
PEDALLED, PIANOS = ("ballad", "folk", "soul"), (0, 1, 4, 5)
DRUM_TICKS = 60


def staged(
    rng: Generator,
    sheet: LeadSheet,
    sketch: Sketch,
    written: Mapping[str, list[WrittenNote]],
    real: Mapping[str, RealPart],
    hits: NDArray[Any] | None,
) -> Song:
    """The song of all groups; a group may have a real part, written notes, or both one after another.

    `hits` are those of drummers, steps counted from the page's start; None where the drums are written.
    """
    pressed = _pressed(sketch)
    touches = draw_touches(rng)
    played: list[NDArray[Any]] = []
    for group in GROUPS:
        notes = rows(NOTE)
        if written.get(group):
            notes = _to_song(sheet, play(rng, pressed, touches[group], written[group]))
        if group == "drums" and hits is not None:
            notes = _struck(sheet, pressed, hits, touches[group].loudness)
        if group in real:
            loud = _real_velocities(sheet, pressed, real[group].notes, touches[group].loudness)
            notes = _joined(notes, loud)
        played.append(notes)
    low, high = int(rng.integers(*QUIETEST)), int(rng.integers(*LOUDEST))
    controls = _controls(sheet, sketch, real)
    tracks = tuple(
        Track(
            name=group,
            program=sketch.style.programs[group],
            is_drum=group == "drums",
            notes=notes,
            controls=controls.get(group, rows(CONTROL)),
        )
        for group, notes in zip(GROUPS, levelled(played, low, high), strict=True)
    )
    return Song(
        ticks_per_quarter=TICKS_PER_QUARTER,
        tracks=tracks,
        tempos=sheet.tempos,
        meters=sheet.measures.meters(),
        keys=rows(KEY, _keys(sheet)),
        markers=tuple(
            Marker(int(sheet.measures.start[section.start_bar]), section.name) for section in sketch.sections
        ),
    )


def _pressed(sketch: Sketch) -> Sketch:
    """The sketch with energies drawn together: a band's loudness differs less than what it plays."""
    middle = float(np.mean([section.energy for section in sketch.sections]))
    sections = tuple(
        replace(section, energy=middle + PRESSED * (section.energy - middle)) for section in sketch.sections
    )
    return replace(sketch, sections=sections)


def _to_song(sheet: LeadSheet, notes: NDArray[Any]) -> NDArray[Any]:
    """Notes in ticks of the page as notes of the song: each keeps its distance from its sixteenth, and ends at the
    latest where its bar is cut.
    """
    home = (notes["start_tick"] + STEP_TICKS // 2) // STEP_TICKS * STEP_TICKS
    there = sheet.measures.there(home)
    notes, home = notes[there].copy(), home[there]
    begin = sheet.measures.song_ticks(home) + notes["start_tick"] - home
    end = sheet.measures.song_ticks(notes["start_tick"] + notes["length_ticks"])
    notes["start_tick"] = np.maximum(begin, 0)
    notes["length_ticks"] = np.maximum(end - notes["start_tick"], 20)
    return notes_from(notes)


def _struck(sheet: LeadSheet, sketch: Sketch, hits: NDArray[Any], loudness: float) -> NDArray[Any]:
    """Drum hits as notes of the song, with the drummer's timing; loud and soft drawn together a little."""
    home = hits["step"].astype(np.int64) * STEP_TICKS
    there = sheet.measures.there(home) & (home >= sheet.measures.pick_up * sheet.measures.bar_ticks)
    hits, home = hits[there], home[there]
    notes = np.zeros(len(hits), dtype=NOTE)
    notes["start_tick"] = np.maximum(sheet.measures.song_ticks(home) + np.rint(hits["late"] * STEP_TICKS), 0)
    notes["length_ticks"] = DRUM_TICKS
    notes["pitch"] = hits["drum"]
    middle = float(np.median(hits["velocity"])) if len(hits) else 0.0
    own = DRUM_DYNAMICS * (hits["velocity"].astype(np.float64) - middle)
    notes["velocity"] = np.clip(np.rint(_level(sheet, sketch, home) + loudness + own), 1, 127)
    return notes_from(notes)


def _real_velocities(sheet: LeadSheet, sketch: Sketch, notes: NDArray[Any], loudness: float) -> NDArray[Any]:
    """A real part at the loudness of its sections, with its own dynamics about it."""
    notes = notes.copy()
    if len(notes) == 0:
        return notes
    own = notes["velocity"].astype(np.float64) - np.median(notes["velocity"])
    own *= min(OWN_DYNAMICS, MOST_DYNAMICS / max(float(own.std()), 1e-9))
    page = sheet.measures.page_ticks(notes["start_tick"])
    notes["velocity"] = np.clip(np.rint(_level(sheet, sketch, page) + loudness + own), 1, 127)
    return notes


def _level(sheet: LeadSheet, sketch: Sketch, page: NDArray[Any]) -> NDArray[np.float64]:
    """The loudness of the sections that ticks of the page fall in, as `performance` has it."""
    bar = np.clip((page + STEP_TICKS // 2) // sheet.measures.bar_ticks, 0, sketch.bars - 1)
    energies = np.repeat([section.energy for section in sketch.sections], [s.bars for s in sketch.sections])
    return np.asarray(38 + 52 * energies[bar])


def _joined(one: NDArray[Any], other: NDArray[Any]) -> NDArray[Any]:
    """Notes of two parts of one group; of two on one pitch the first ends where the second begins."""
    notes = notes_from(np.concatenate([one, other]))
    notes = notes[np.lexsort((notes["velocity"], notes["start_tick"], notes["pitch"]))]
    same = (np.diff(notes["pitch"].astype(np.int64)) == 0) & (np.diff(notes["start_tick"]) == 0)
    notes = notes[np.append(~same, True)] if len(notes) else notes
    gap = np.where(np.diff(notes["pitch"].astype(np.int64)) == 0, np.diff(notes["start_tick"]), 1 << 40)
    notes["length_ticks"][:-1] = np.minimum(notes["length_ticks"][:-1], np.maximum(gap, 1))
    return notes_from(notes)


def _controls(sheet: LeadSheet, sketch: Sketch, real: Mapping[str, RealPart]) -> dict[str, NDArray[Any]]:
    """Swells of the strings, the pedal of a piano, and the controllers that came with real parts."""
    made = {"strings": swells(sketch, "strings")}
    if sketch.style.name in PEDALLED and sketch.style.programs["chords"] in PIANOS:
        made["chords"] = pedal(sketch, "chords")
    controls = {}
    for group, changes in made.items():
        changes = changes[sheet.measures.there(changes["tick"])].copy()
        changes["tick"] = sheet.measures.song_ticks(changes["tick"])
        controls[group] = changes
    return controls | {group: part.controls for group, part in real.items() if group in ("chords", "lead")}


def _keys(sheet: LeadSheet) -> list[tuple[int, int, bool]]:
    """A key signature wherever the key changes."""
    return [
        (int(sheet.measures.start[bar]), key.fifths, key.minor)
        for bar, key in enumerate(sheet.keys)
        if bar == 0 or key != sheet.keys[bar - 1]
    ]
