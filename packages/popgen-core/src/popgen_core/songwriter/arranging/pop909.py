"""A song of POP909 as a lead sheet: its folder holds the MIDI file, and beats, chords and keys as text beside it."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from popgen_core.analysis.keys import key_of
from popgen_core.errors import MidiError
from popgen_core.music.beats import read_beats, song_on_beats
from popgen_core.music.guard import read_song
from popgen_core.music.song import Song
from popgen_core.songwriter.arranging.harte import chord_from_harte, key_tonic
from popgen_core.songwriter.arranging.heard_sheet import heard_chords, tones_of
from popgen_core.songwriter.arranging.leadsheet import LeadSheet, RealPart, heard_key, moved_part, tempos_by_bar
from popgen_core.songwriter.arranging.measures import Measures, measures_of
from popgen_core.songwriter.harmony import Chord, Key
from popgen_core.songwriter.meter import STEP_TICKS, TICKS_PER_QUARTER

__all__ = ["is_pop909", "pop909_sheet"]

BEATS, CHORDS, KEYS = "beat_midi.txt", "chord_midi.txt", "key_audio.txt"
KEPT = {"PIANO": "chords", "BRIDGE": "others"}
Span = tuple[float, float, str]  # seconds from and to, and what is said of them


def is_pop909(folder: Path) -> bool:
    """Whether a folder is a song in POP909's layout: `NNN/NNN.mid` with its beats beside it."""
    return (folder / f"{folder.name}.mid").is_file() and (folder / BEATS).is_file()


def pop909_sheet(folder: Path) -> LeadSheet:
    """The lead sheet of a song's folder: bars and tempo by its beats, chords and keys as they are told.

    Where the folder tells no chords or no keys, they are found in the notes. Raises MidiError.
    """
    song = read_song(folder / f"{folder.name}.mid").song
    song = song_on_beats(song, read_beats(_text(folder / BEATS)))
    tracks = {track.name.upper(): track for track in song.tracks if len(track.notes) and not track.is_drum}
    if "MELODY" not in tracks:
        raise MidiError("it has no track named MELODY with notes in it", reason="no-melody")
    measures, origin = measures_of(song)
    parts = {name: moved_part(track, song.ticks_per_quarter, origin) for name, track in tracks.items()}
    kept = {group: parts[name] for name, group in KEPT.items() if name in parts}
    return LeadSheet(
        measures=measures,
        tempos=tempos_by_bar(song, measures, origin),
        melody=parts["MELODY"],
        chords=_chords(folder, song, measures, origin, list(parts.values())),
        keys=_keys(folder, song, measures, origin, list(parts.values())),
        kept=kept,
    )


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeError) as error:
        raise MidiError(f"{file.name} cannot be read: {error}", reason="unreadable") from error


def _chords(
    folder: Path, song: Song, measures: Measures, origin: int, parts: list[RealPart]
) -> tuple[Chord | None, ...]:
    """The chord of each sixteenth of the page: that in force in its middle, None where none is told."""
    if not (folder / CHORDS).is_file():
        return heard_chords(measures, parts)
    spans = _spans(_text(folder / CHORDS), CHORDS)
    told = {text: chord_from_harte(text) for _, _, text in spans}
    seconds = _seconds(song, measures, origin, np.arange(measures.bars * measures.meter.steps) * STEP_TICKS + 60)
    return tuple(told[text] if text else None for text in _told(spans, seconds))


def _keys(folder: Path, song: Song, measures: Measures, origin: int, parts: list[RealPart]) -> tuple[Key, ...]:
    """The key in force in the middle of each page bar; before the first that is told, the first."""
    if not (folder / KEYS).is_file():
        return (heard_key(key_of(tones_of(parts))),) * measures.bars
    spans = _spans(_text(folder / KEYS), KEYS)
    half = measures.bar_ticks // 2
    seconds = _seconds(song, measures, origin, np.arange(measures.bars) * measures.bar_ticks + half)
    texts, said = _told(spans, seconds), spans[0][2]
    keys = []
    for text in texts:
        said = text or said
        tonic, _, mode = said.partition(":")
        keys.append(Key(key_tonic(tonic), mode.startswith("min")))
    return tuple(keys)


def _seconds(song: Song, measures: Measures, origin: int, page: np.ndarray) -> list[float]:
    """Seconds in the recording of ticks of the page."""
    ticks = (measures.song_ticks(page) + origin) * (song.ticks_per_quarter / TICKS_PER_QUARTER)
    return [float(second) for second in song.seconds(ticks)]


def _told(spans: list[Span], seconds: list[float]) -> list[str]:
    """What is said of each of these seconds, "" where nothing is."""
    starts = np.array([start for start, _, _ in spans])
    at = np.searchsorted(starts, seconds, side="right") - 1
    return [
        spans[number][2] if number >= 0 and second < spans[number][1] else ""
        for number, second in zip(at.tolist(), seconds, strict=True)
    ]


def _spans(text: str, name: str) -> list[Span]:
    """Rows of start, end and a word, in order; raises MidiError for rows that are none."""
    spans = []
    for number, line in enumerate(filter(str.strip, text.splitlines()), 1):
        try:
            start, end, word = line.split()
            spans.append((float(start), float(end), word))
        except ValueError:
            raise MidiError(f"row {number} of {name} is not a start, an end and a name", reason="bad-rows") from None
    if not spans:
        raise MidiError(f"{name} is empty", reason="bad-rows")
    return sorted(spans)
