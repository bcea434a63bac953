"""How each track of a song plays, in figures: its register, its chords, its lines, and who lies above and below it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from popgen_core.groupers.onsets import Notes, Onsets, notes_of, onsets_of
from popgen_core.music.song import Track

__all__ = ["Playing", "playing"]

Figures = NDArray[np.float64]

MOMENTS = 96  # places of the song, evenly spread, at which its tracks are compared
PAUSE = 2  # beats of silence from which on a track counts as not playing
# keys of the General MIDI drum map: what a kit is built on
BEATEN, CYMBALS, TOMS = (35, 36, 37, 38, 39, 40), (42, 44, 46, 49, 51, 53, 57, 59), (41, 43, 45, 47, 48, 50)
CHORDAL = (5, 7, 12)  # intervals that guitars and basses play as readily


def _hits() -> NDArray[np.bool_]:
    """(lowest pitch, highest pitch) -> whether the two are a kick or snare under a cymbal."""
    table = np.zeros((256, 256), dtype=np.bool_)
    for low in BEATEN:
        table[low, [high for high in CYMBALS if high - low not in CHORDAL]] = True
    return table


HITS = _hits()


@dataclass(frozen=True)
class Playing:
    """One figure a track in each array, (track,); times in beats. Octaves matter, tempo and the tracks' order do not.

    An onset is a note or a (strummed) chord. Shares lie in 0..1.
    """

    notes: Figures  # notes
    middle: Figures  # median MIDI pitch of its sounding time
    kit: Figures  # share of notes on the keys that the General MIDI drum map gives kicks, snares, cymbals and toms
    beaten: Figures  # share of notes on kicks and snares
    hits: Figures  # share of onsets at which a kick or snare meets a cymbal, fourths, fifths and octaves left out
    chords: Figures  # share of onsets with two or more pitches
    triads: Figures  # share of onsets with three or more notes
    voices: Figures  # notes that sound at once on average while it sounds
    density: Figures  # onsets a beat while it plays
    length: Figures  # mean beats that a note lasts
    present: Figures  # share of the song's time in which it plays
    loudness: Figures  # mean velocity less that of all these tracks, -127..127
    steps: Figures  # share of its moves from onset to onset by one or two semitones
    repeats: Figures  # share of its moves that stay on their pitch
    broken: Figures  # share of its moves by three to nine semitones, as broken chords have them
    top: Figures  # share of the moments it shares with other tracks at which none lies higher
    bottom: Figures  # the same, none lower
    doubling: Figures  # (track, other track) share of its moments at which the other began the same pitch class with it


def playing(tracks: Sequence[Track], quarter: int) -> Playing:
    """The figures of tracks that all have notes, all notes at once; `quarter` is the song's ticks a beat."""
    notes = notes_of(tracks, quarter)
    onsets = onsets_of(notes)
    return Playing(
        **_register(notes),
        **_texture(notes, onsets),
        **_time(notes, onsets),
        **_moves(onsets),
        **_others(notes, onsets),
    )


def _register(notes: Notes) -> dict[str, Any]:
    """Where a track lies, and how much of it on the keys of a drum kit."""
    tracks = len(notes.count)
    cell = notes.track * 256 + notes.pitch
    played = np.bincount(cell, minlength=tracks * 256).reshape(tracks, 256)
    sounded = np.bincount(cell, notes.length + 1, minlength=tracks * 256).reshape(tracks, 256)
    below = np.cumsum(sounded, axis=1)
    beaten = played[:, list(BEATEN)].sum(axis=1) / notes.count
    return {
        "notes": notes.count.astype(np.float64),
        "middle": (below < below[:, -1:] / 2).sum(axis=1).astype(np.float64),
        "beaten": beaten,
        "kit": beaten + played[:, list(CYMBALS + TOMS)].sum(axis=1) / notes.count,
    }


def _texture(notes: Notes, onsets: Onsets) -> dict[str, Any]:
    """How thick, and how loud."""
    velocity = notes.sums(notes.velocity)
    return {
        "chords": onsets.shares(onsets.highest > onsets.lowest),
        "triads": onsets.shares(onsets.size > 2),
        "hits": onsets.shares(HITS[onsets.lowest, onsets.highest]),
        "loudness": velocity / notes.count - velocity.sum() / notes.count.sum(),
    }


def _time(notes: Notes, onsets: Onsets) -> dict[str, Any]:
    """How long, how dense, how often: a track sounds while a note lasts, and plays on through short silences."""
    reach = np.maximum.accumulate(notes.until)
    gap = np.zeros_like(reach)
    np.maximum(notes.place[1:] - reach[:-1], 0, out=gap[1:])
    gap[notes.first] = 0
    extent = reach[notes.first + notes.count - 1] - notes.place[notes.first]
    sounds = np.maximum(extent - notes.sums(gap), 1)
    plays = np.maximum(extent - notes.sums(gap * (gap >= PAUSE * notes.quarter)), 1)
    lasted = notes.sums(notes.length)
    return {
        "voices": lasted / sounds,
        "density": onsets.count * notes.quarter / plays,
        "length": lasted / notes.count / notes.quarter,
        "present": plays / notes.span,
    }


def _moves(onsets: Onsets) -> dict[str, Any]:
    """How the upper line goes on from onset to onset; none counts where a track has one onset only."""
    size = np.full(len(onsets.highest), 255)
    size[1:] = np.abs(onsets.highest[1:] - onsets.highest[:-1])
    size[onsets.first] = 255
    number = onsets.count / np.maximum(onsets.count - 1, 1)
    return {
        "repeats": onsets.shares(size == 0) * number,
        "steps": onsets.shares((size == 1) | (size == 2)) * number,
        "broken": onsets.shares((size >= 3) & (size <= 9)) * number,
    }


def _others(notes: Notes, onsets: Onsets) -> dict[str, Any]:
    """Who lies above and below whom, and who doubles whom, at moments spread over the song."""
    moments = (np.arange(MOMENTS) * 2 + 1) * notes.span // (2 * MOMENTS)  # (moment,)
    tracks = np.arange(len(notes.count))[:, None]
    asked = tracks * notes.span + moments  # (track, moment)
    at = np.maximum(np.searchsorted(onsets.place, asked, side="right") - 1, 0)
    place = onsets.place.take(at)
    sounds = (onsets.track.take(at) == tracks) & (onsets.until.take(at) > asked) & (place <= asked)
    high = np.where(sounds, onsets.highest.take(at), -1)
    low = np.where(sounds, onsets.lowest.take(at), 256)
    shared = sounds & (sounds.sum(axis=0) > 1)
    number = np.maximum(shared.sum(axis=1), 1)
    begun = np.where(sounds, (place - tracks * notes.span) * 12 + high % 12, -1 - tracks)
    alike = (begun[:, None] == begun).sum(axis=2, dtype=np.uint8)  # (track, track), of fewer than 256 moments
    np.fill_diagonal(alike, 0)
    return {
        "top": (shared & (high == high.max(axis=0))).sum(axis=1) / number,
        "bottom": (shared & (low == low.min(axis=0))).sum(axis=1) / number,
        "doubling": alike / np.maximum(sounds.sum(axis=1), 1)[:, None],
    }
