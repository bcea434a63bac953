"""Tiny songs and plans that say little: what tests of adherence are made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from popgen_core.music.song import METER, TEMPO, Marker, Song, Track, notes_from, rows
from popgen_core.plan import Chord, Key, Plan, Recall, Section

QUARTER = 480
Note = tuple[float, float, int, int]  # beat from the song's start, beats, pitch, velocity


def _in_ticks(note: Note) -> tuple[int, int, int, int]:
    at, beats, pitch, velocity = note
    return round(at * QUARTER), round(beats * QUARTER), pitch, velocity


def song(
    tracks: dict[str, list[Note]],
    tempos: Sequence[tuple[int, int]] = ((0, 500_000),),
    meters: Sequence[tuple[int, int, int]] = ((0, 4, 4),),
    end_beat: float | None = None,
) -> Song:
    """Notes of each group; `end_beat` is where the marker "end" stands."""
    made = [Track(name, 0, name == "drums", notes_from(map(_in_ticks, notes))) for name, notes in tracks.items()]
    markers = () if end_beat is None else (Marker(round(end_beat * QUARTER), "end"),)
    return Song(QUARTER, tuple(made), rows(TEMPO, tempos), rows(METER, meters), markers=markers)


def plan(
    *sections: Section,
    chords: dict[int, Chord] | None = None,
    recalls: dict[int, Recall] | None = None,
    **outline: Any,
) -> Plan:
    """Sections, and chords by half bar and recalls by bar where there are any."""
    bars = sum(section.bars for section in sections)
    return Plan(
        sections,
        tuple((chords or {}).get(half) for half in range(2 * bars)),
        tuple((recalls or {}).get(bar) for bar in range(bars)),
        **outline,
    )


def moved_song(song: Song, by: int) -> Song:
    """All but the drums some semitones higher."""
    tracks = []
    for track in song.tracks:
        notes = track.notes.copy()
        notes["pitch"] += 0 if track.is_drum else by
        tracks.append(replace(track, notes=notes))
    return replace(song, tracks=tuple(tracks))


def moved_plan(plan: Plan, by: int) -> Plan:
    """Keys and chords some semitones higher."""

    def moved(chord: Chord | None) -> Chord | None:
        if chord is None or chord.root < 0:
            return chord
        bass = None if chord.bass is None else (chord.bass + by) % 12
        return Chord((chord.root + by) % 12, chord.kind, bass)

    keys = [section.key and Key((section.key.tonic + by) % 12, section.key.mode) for section in plan.sections]
    sections = [replace(section, key=key) for section, key in zip(plan.sections, keys, strict=True)]
    return replace(plan, sections=tuple(sections), chords=tuple(moved(chord) for chord in plan.chords))
