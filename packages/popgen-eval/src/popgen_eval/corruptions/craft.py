"""Ways to spoil the craft of an arrangement: its arpeggios, its swells, its tempo, its fills.

Those of one group leave a song without that group as it is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from popgen_core.analysis.piece import Piece
from popgen_core.music.song import TEMPO, Song, Track, notes_from, rows
from popgen_eval.corruptions.spoiling import Corruption, Notes, bar_of, bars_of, changed

__all__ = ["CRAFT"]

LOWEST, HIGHEST = 40, 76  # of a random guitar note: the open strings to the twelfth fret
CARPET_VELOCITY = 70
WOBBLE = 0.05  # of the tempo, standard deviation from beat to beat
LOOSE = 0.03  # seconds
EARLIEST = 3  # bar, as in metrics/transitions.py
USUAL = 8  # bars of a section where none is found


def _only(song: Song, group: str, change: Callable[[Track, Notes], None]) -> Song:
    """The song with the notes of one group changed."""
    return changed(song, lambda track, notes: change(track, notes) if track.name == group else None)


def _moved(notes: Notes, onsets: NDArray[np.float64]) -> None:
    notes["start_tick"] = np.maximum(np.rint(onsets), 0).astype(np.int64)


def guitarblock(song: Song, random: Generator) -> Song:
    """All guitar notes of each half bar struck at its start."""
    half = bar_of(song) // 2

    def change(track: Track, notes: Notes) -> None:
        notes["start_tick"] = notes["start_tick"] // half * half

    return _only(song, "guitar", change)


def guitarrand(song: Song, random: Generator) -> Song:
    """Every pitch of the guitar at random."""

    def change(track: Track, notes: Notes) -> None:
        notes["pitch"] = random.integers(LOWEST, HIGHEST + 1, len(notes))

    return _only(song, "guitar", change)


def stringcarpet(song: Song, random: Generator) -> Song:
    """The strings' three most frequent pitches held through every bar."""
    bar, bars = bar_of(song), bars_of(song)

    def carpet(track: Track) -> Track:
        if track.name != "strings" or not len(track.notes):
            return track
        pitches, counts = np.unique(track.notes["pitch"], return_counts=True)
        usual = pitches[np.argsort(-counts, kind="stable")[:3]].tolist()
        held = [(number * bar, bar, pitch, CARPET_VELOCITY) for number in range(bars) for pitch in usual]
        return replace(track, notes=notes_from(held))

    return replace(song, tracks=tuple(carpet(track) for track in song.tracks))


def _bars_of_group(song: Song, group: str, random: Generator) -> Song:
    order, bar = random.permutation(bars_of(song)), bar_of(song)

    def change(track: Track, notes: Notes) -> None:
        notes["start_tick"] = order[notes["start_tick"] // bar] * bar + notes["start_tick"] % bar

    return _only(song, group, change)


def stringbars(song: Song, random: Generator) -> Song:
    """The bars of the strings in random order."""
    return _bars_of_group(song, "strings", random)


def bassbars(song: Song, random: Generator) -> Song:
    """The bars of the bass in random order, so that it meets any move of the lead."""
    return _bars_of_group(song, "bass", random)


def bassdouble(song: Song, random: Generator) -> Song:
    """The bass in its own rhythm two octaves below the lead (without one, below the highest pitched track)."""
    pitched = [track for track in song.tracks if not track.is_drum and track.name != "bass" and len(track.notes)]
    lead = max(pitched, key=lambda track: (track.name == "lead", track.notes["pitch"].mean()), default=None)
    if lead is None:
        return song

    def change(track: Track, notes: Notes) -> None:
        at = np.searchsorted(lead.notes["start_tick"], notes["start_tick"], side="right") - 1
        notes["pitch"] = np.clip(lead.notes["pitch"][np.maximum(at, 0)].astype(np.int64) - 24, 0, 127)

    return _only(song, "bass", change)


def tempowobble(song: Song, random: Generator) -> Song:
    """Another tempo every beat, 5 % off on average (standard deviation)."""
    ticks = np.arange(0, bars_of(song) * bar_of(song), song.ticks_per_quarter)
    factor = np.exp(random.normal(0, WOBBLE, len(ticks)))
    tempos = np.rint(60e6 / song.tempo_bpm(ticks) * factor).astype(np.int64)
    return replace(song, tempos=rows(TEMPO, zip(ticks.tolist(), tempos.tolist(), strict=True)))


def machine(song: Song, random: Generator) -> Song:
    """Every onset on the nearest sixteenth."""
    step = song.ticks_per_quarter / 4
    return changed(song, lambda track, notes: _moved(notes, np.rint(notes["start_tick"] / step) * step))


def loose(song: Song, random: Generator) -> Song:
    """Every onset off by 30 ms (standard deviation)."""
    second = song.ticks_per_quarter * float(song.tempo_bpm(0)) / 60

    def change(track: Track, notes: Notes) -> None:
        _moved(notes, notes["start_tick"] + random.normal(0, LOOSE * second, len(notes)))

    return changed(song, change)


def straight(song: Song, random: Generator) -> Song:
    """Every onset on the beat that it is on or after."""
    beat = song.ticks_per_quarter
    return changed(song, lambda track, notes: _moved(notes, notes["start_tick"] // beat * beat))


def offbeat(song: Song, random: Generator) -> Song:
    """Every onset that is on a beat an eighth later."""
    eighth, step = song.ticks_per_quarter // 2, song.ticks_per_quarter / 4

    def change(track: Track, notes: Notes) -> None:
        notes["start_tick"] += eighth * (np.rint(notes["start_tick"] / step) % 4 == 0)

    return changed(song, change)


def _rebarred(song: Song, source: NDArray[np.int64]) -> Song:
    """The song whose bar b is its bar source[b]."""
    bar = bar_of(song)

    def rebar(track: Track) -> Track:
        number = track.notes["start_tick"] // bar
        parts = []
        for place, taken in enumerate(source):
            notes = track.notes[number == taken].copy()
            notes["start_tick"] += (place - taken) * bar
            parts.append(notes)
        notes = np.concatenate(parts)
        return replace(track, notes=notes[np.lexsort((notes["pitch"], notes["start_tick"]))])

    return replace(song, tracks=tuple(rebar(track) for track in song.tracks))


def _borders(song: Song) -> list[int]:
    """Bars that begin a new section; every eighth in a song of one section."""
    bars = bars_of(song)
    found = [int(bar) for bar in Piece(song, 0, bars).section_borders if bar >= EARLIEST]
    return found or list(range(USUAL, bars, USUAL))


def nofills(song: Song, random: Generator) -> Song:
    """The bar before each new section is the bar before that."""
    source = np.arange(bars_of(song))
    for border in _borders(song):
        source[border - 1] = source[border - 2]
    return _rebarred(song, source)


def fillsmoved(song: Song, random: Generator) -> Song:
    """The bar before each new section has changed places with an earlier one of its section."""
    source, begin = np.arange(bars_of(song)), 0
    for border in _borders(song):
        other = int(random.integers(begin, border - 1))
        source[[border - 1, other]] = source[[other, border - 1]]
        begin = border
    return _rebarred(song, source)


EACH = (
    guitarblock,
    guitarrand,
    stringcarpet,
    stringbars,
    bassdouble,
    bassbars,
    tempowobble,
    machine,
    loose,
    nofills,
    fillsmoved,
    straight,
    offbeat,
)
CRAFT: dict[str, Corruption] = {function.__name__: function for function in EACH}
