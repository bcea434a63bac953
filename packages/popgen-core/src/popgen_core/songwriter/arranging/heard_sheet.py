"""Any MIDI song as a lead sheet: its melody chosen, its chords and key heard, or found where it is a bare melody."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from popgen_core.analysis.keys import key_of
from popgen_core.errors import MidiError
from popgen_core.music.song import METER, Song, Track, rows
from popgen_core.plan.found import plan_of
from popgen_core.songwriter.arranging.harmonise import harmonised
from popgen_core.songwriter.arranging.harte import chord_from_plan
from popgen_core.songwriter.arranging.leadsheet import LeadSheet, RealPart, heard_key, moved_part, tempos_by_bar
from popgen_core.songwriter.arranging.measures import Measures, measures_of
from popgen_core.songwriter.harmony import Chord
from popgen_core.songwriter.meter import TICKS_PER_QUARTER

__all__ = ["heard_chords", "heard_sheet", "tones_of"]

SUNG = re.compile(r"melod|vocal|vox|voice|lead|sing|song\b|gesang|chant", re.IGNORECASE)
PIANOS = range(8)  # General MIDI programs
ONE_VOICE = 0.85  # share of onsets that stand alone, from which a track can be a melody
TOGETHER = 30  # ticks of 480 a quarter within which notes begin together
FEWEST = 8  # notes of a melody


def heard_sheet(song: Song) -> LeadSheet:
    """The lead sheet of a melody, or of a melody and a piano, whatever the file is like.

    The melody is the track that is named so, else the highest track of one voice, else the top line of the highest.
    A piano, or what is left below the top line, may stay as `chords`; all other tracks only tell of the harmony, and
    `remarks` name them. Raises MidiError.
    """
    tracks = [track for track in song.tracks if len(track.notes) and not track.is_drum]
    if not tracks:
        raise MidiError("it holds no melody, only drums" if song.tracks else "it holds no notes", reason="no-melody")
    measures, origin = measures_of(song)
    parts = [moved_part(track, song.ticks_per_quarter, origin) for track in tracks]
    chosen = _melody(tracks, parts)
    melody, below = _top_line(parts[chosen])
    if len(melody.notes) < FEWEST:
        raise MidiError(f"its melody has {len(melody.notes)} notes, {FEWEST} are needed", reason="no-melody")
    others = [at for at in range(len(tracks)) if at != chosen]
    pianos = [at for at in others if tracks[at].program in PIANOS or "piano" in tracks[at].name.lower()]
    piano = max(pianos, key=lambda at: len(parts[at].notes), default=-1)
    kept = {"chords": parts[piano]} if piano >= 0 else {"chords": below} if len(below.notes) else {}
    left = [tracks[at].name or f"track {at + 1}" for at in others if at != piano]
    left += ["drums"] * any(track.is_drum for track in song.tracks)
    accompanied = [*(parts[at] for at in others), *([below] if len(below.notes) else [])]
    key = heard_key(key_of(tones_of(parts)))
    return LeadSheet(
        measures=measures,
        tempos=tempos_by_bar(song, measures, origin),
        melody=melody,
        chords=heard_chords(measures, parts) if accompanied else harmonised(measures, melody.notes, key),
        keys=(key,) * measures.bars,
        kept=kept,
        remarks=(f"written anew: {', '.join(left)}",) if left else (),
    )


def heard_chords(measures: Measures, parts: Sequence[RealPart]) -> tuple[Chord | None, ...]:
    """The chord of each sixteenth of the page by all that sounds; where no chord fits, the one before goes on."""
    meter, tracks = measures.meter, []
    for number, part in enumerate(parts):
        notes = part.notes.copy()
        notes["start_tick"] = measures.page_ticks(notes["start_tick"])
        tracks.append(Track(f"part {number}", 0, False, notes))
    meters = rows(METER, [(0, meter.numerator, meter.denominator)])
    found = plan_of(Song(TICKS_PER_QUARTER, tuple(tracks), meters=meters)).chords
    halves: list[Chord | None] = []
    for chord in found[: 2 * measures.bars]:
        before = halves[-1] if halves else None
        halves.append(before if chord is None else chord_from_plan(chord))
    halves += [None] * (2 * measures.bars - len(halves))
    return tuple(chord for chord in halves for _ in range(meter.steps // 2))


def tones_of(parts: Sequence[RealPart]) -> NDArray[np.float64]:
    """(12,) ticks for which each pitch class sounds in all parts together."""
    return np.asarray(
        sum(
            np.bincount(part.notes["pitch"] % 12, weights=np.minimum(part.notes["length_ticks"], 1920), minlength=12)
            for part in parts
        ),
        dtype=np.float64,
    )


def _melody(tracks: Sequence[Track], parts: Sequence[RealPart]) -> int:
    """Which track is the melody."""
    named = [at for at, track in enumerate(tracks) if SUNG.search(track.name)]
    alone = [at for at, part in enumerate(parts) if _alone(part) >= ONE_VOICE and len(part.notes) >= FEWEST]
    pool = named or alone or range(len(tracks))
    return max(pool, key=lambda at: (float(parts[at].notes["pitch"].mean()), -at))


def _alone(part: RealPart) -> float:
    """The share of a part's notes that no other begins with."""
    gaps = np.diff(part.notes["start_tick"], prepend=-TICKS_PER_QUARTER, append=1 << 40)
    return float(((gaps[:-1] > TOGETHER) & (gaps[1:] > TOGETHER)).mean())


def _top_line(part: RealPart) -> tuple[RealPart, RealPart]:
    """The highest of the notes that begin together, unless a higher one still sounds; and the notes below."""
    top = np.zeros(len(part.notes), dtype=np.bool_)
    begins = part.notes["start_tick"]
    chords = np.cumsum(np.diff(begins, prepend=begins[0]) > TOGETHER)
    held_until, held = -1, 0
    for chord in range(int(chords[-1]) + 1):
        members = np.flatnonzero(chords == chord)
        best = members[np.argmax(part.notes["pitch"][members])]
        start, pitch = int(begins[best]), int(part.notes["pitch"][best])
        if pitch > held or start >= held_until - TOGETHER:
            top[best] = True
            held, held_until = pitch, start + int(part.notes["length_ticks"][best])
    return replace(part, notes=part.notes[top]), replace(part, notes=part.notes[~top])
